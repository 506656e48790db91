"""The network directory, narrowed by a form that is part of the address."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, request

from service.library.directory import Wish, choices
from service.library.model import NetworkEntry
from service.library.names import country_name, language_name
from service.library.queries import network
from service.web.access import public
from service.web.frame import now, render, services

blueprint = Blueprint("network", __name__)


@blueprint.get("/network")
@public
def show() -> Response:
    """Organisations that somebody has checked lately, those that fit the wish."""
    wish = Wish(*(request.args.get(name, "").strip() for name in ("country", "language", "service")))
    with services().database.read() as session:
        entries = network(session, now().date())
        fitting = [entry for entry in entries if wish.fits(entry)]
        return render("site/network.html", entries=fitting, options=_options(entries), wish=wish)


def _options(entries: Sequence[NetworkEntry]) -> dict[str, list[tuple[str, str]]]:
    offered = choices(entries)
    return {
        "country": _any_or((code, country_name(code)) for code in offered.countries),
        "language": _any_or((code, language_name(code)) for code in offered.languages),
        "service": _any_or((service, service) for service in offered.services),
    }


def _any_or(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "Any"), *sorted(options, key=lambda option: option[1])]
