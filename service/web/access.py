"""Who may use an address. Every view says so once; `enforce` refuses to start with one that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

from service.editors.model import Role

View = TypeVar("View", bound=Callable[..., Any])


class Door(StrEnum):
    """The kinds of visitor."""

    PUBLIC = "public"
    SIGNED_LINK = "signed_link"
    TELLER = "teller"
    DESK = "desk"
    PROVIDER = "provider"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Access:
    """A door, and the roles it opens for; no roles means any role."""

    door: Door
    roles: frozenset[Role] = frozenset()


class UndeclaredAccess(Exception):
    """A route does not say who may use it."""


def public(view: View) -> View:
    """Anybody."""
    return _declare(view, Access(Door.PUBLIC))


def signed_link(view: View) -> View:
    """Whoever holds the link; the token in the address is the key."""
    return _declare(view, Access(Door.SIGNED_LINK))


def teller(view: View) -> View:
    """A storyteller whose mailed link has opened a session; the guard checks it, and the form token of a POST."""
    return _declare(view, Access(Door.TELLER))


def provider(view: View) -> View:
    """The mail provider; the view checks its signature."""
    return _declare(view, Access(Door.PROVIDER))


def operator(view: View) -> View:
    """Whoever runs the service, from inside its network."""
    return _declare(view, Access(Door.OPERATOR))


def desk(*roles: Role) -> Callable[[View], View]:
    """A signed-in editor with one of `roles` (an admin always may); any editor when none are given."""

    def declare(view: View) -> View:
        return _declare(view, Access(Door.DESK, frozenset(roles)))

    return declare


def access_of(app: Flask, endpoint: str | None) -> Access | None:
    """What the view behind an endpoint declared."""
    view = app.view_functions.get(endpoint or "")
    access = getattr(view, "access", None)
    return access if isinstance(access, Access) else None


def check_declared(app: Flask) -> None:
    """Raise UndeclaredAccess for the first route without a declaration."""
    for rule in app.url_map.iter_rules():
        if access_of(app, rule.endpoint) is None:
            raise UndeclaredAccess(f"{rule.rule} does not say who may use it")


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
