"""What the storyteller's pages stand in: the session behind their cookie, the token of their forms, their own story.

The cookie is SameSite=Lax, not Strict, because its owner comes from a mail program: with Strict a link in a later mail
would meet them as a stranger. What changes anything is a POST: Lax never sends the cookie with one from elsewhere, and
each carries a form token of the session besides. The session's half hour begins again with every POST and never with
a GET, because looking must not write.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hmac import compare_digest
from typing import Any, TypedDict, cast

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.db import UnitOfWork
from service.editors.leads import alert_leads
from service.stories.guards import STORYTELLER
from service.stories.model import PortalSession, Story
from service.stories.own import comment
from service.stories.portal import open_session, own_story, stay
from service.stories.watching import watch_words
from service.tokens import Purpose
from service.web.forms import BadForm
from service.web.frame import now, render, services

COOKIE = "portal"
COOKIE_PATH = "/portal"
FORM_FIELD = "portal_token"


class Who(TypedDict):
    """Who asks for an answer to be written down, and what proved that it is their storyteller's."""

    organisation: str
    proven_by: str


def admit_teller() -> None:
    """Let in whose session is open. Raises SessionOver, or BadForm for a POST that no form of this session sent."""
    token = request.cookies.get(COOKIE, "")
    if request.method == "POST":
        with services().database.unit() as uow:
            g.portal = stay(uow, services().tokens, token, now=now())
            if not compare_digest(form_token(), request.form.get(FORM_FIELD, "").encode()):
                raise BadForm
        return
    with services().database.read() as session:
        g.portal = open_session(session, services().tokens, token, now=now())
        session.expunge_all()


def form_token() -> bytes:
    """What every form of this session carries: it follows from the cookie, and nobody can work back from it."""
    return services().tokens.fresh_hash(f"form of {request.cookies.get(COOKIE, '')}").encode()


def has_session() -> bool:
    """Whether this browser was let in, in this request."""
    return "portal" in g


def in_session() -> PortalSession:
    """The session; only meaningful in a view declared with `@teller`."""
    return cast("PortalSession", g.portal)


def who() -> Who:
    """What goes into the ledger beside an answer given here."""
    return Who(organisation=services().settings.organisation, proven_by=f"portal_session:{in_session().id}")


@contextmanager
def looking(story_id: int) -> Iterator[Story]:
    """One of their own stories, to be shown. Raises NoSuchStory, also for other people's."""
    with services().database.read() as session:
        yield own_story(session, in_session().storyteller_id, story_id)


@contextmanager
def acting(story_id: int) -> Iterator[tuple[UnitOfWork, Story]]:
    """A unit of work with one of their own stories locked in it. Raises NoSuchStory, also for other people's."""
    with services().database.unit() as uow:
        yield uow, own_story(uow.session, in_session().storyteller_id, story_id, for_change=True)


def back_to(story_id: int, said: str) -> ResponseReturnValue:
    """The story's page, which says what was done."""
    return redirect(url_for("portal.story.show", story_id=story_id, said=said), 303)


def write_to_editors(uow: UnitOfWork, story: Story, words: str) -> bool:
    """Keep what its teller writes to us; True when it sounds like danger, and then a lead is told at once."""
    comment(uow, story, words, author=STORYTELLER, now=now())
    worrying = watch_words(uow, story, words, now=now()) is not None
    if worrying:
        alert_leads(uow, now=now())
    return worrying


def to_talk(story_id: int, *, worrying: bool) -> ResponseReturnValue:
    """What was said between us; with those who can help now, when it sounded like danger."""
    asked = "now" if worrying else None
    return redirect(url_for("portal.story.talk", story_id=story_id, said="comment", help=asked), 303)


def to_receipt(story_id: int) -> ResponseReturnValue:
    """The receipt of a story that was taken back; it needs no session, because it has no word of the story in it."""
    return redirect(receipt_path(story_id), 303)


def receipt_path(story_id: int) -> str:
    """Where that receipt is."""
    return url_for("receipt.show", token=services().tokens.seal(Purpose.RECEIPT, story_id))


def page(
    template: str, story: Story, errors: Mapping[str, str] | None = None, status: int = 0, **context: Any
) -> Response:
    """A page about a story; with errors it is answered with 422 and says so in its title."""
    found = errors or {}
    return render(
        f"portal/teller/{template}.html", status or (422 if found else 200), story=story, errors=found, **context
    )


def typed(*names: str, most: int = 20_000) -> dict[str, str]:
    """The fields of the form that was sent, cut to a length that can be shown again; missing ones are empty."""
    return {name: request.form.get(name, "")[:most].strip() for name in names}
