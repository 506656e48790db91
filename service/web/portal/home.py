"""The storyteller's first page: every story of theirs and what waits for them; their data; staying and leaving."""

import json

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.stories.holdings import as_text, everything_about
from service.stories.model import Storyteller
from service.stories.portal import leave, stories_of
from service.stories.whereabouts import where_is
from service.web.access import teller
from service.web.frame import now, render, services
from service.web.portal.frame import COOKIE, COOKIE_PATH, in_session
from service.web.portal.waiting import waits_for_you

blueprint = Blueprint("home", __name__)


@blueprint.get("/stories")
@teller
def stories() -> Response:
    """Where each story is, and what waits for an answer."""
    with services().database.read() as session:
        mine = stories_of(session, in_session().storyteller_id)
        shown = [(story, where_is(story, now()), waits_for_you(story, now())) for story in mine]
        return render("portal/teller/stories.html", shown=shown)


@blueprint.get("/everything.json")
@teller
def as_json() -> Response:
    """All that we hold about them, for other programs."""
    return _download(json.dumps(_held(), ensure_ascii=False, indent=2), "application/json", "my-stories.json")


@blueprint.get("/everything.txt")
@teller
def as_words() -> Response:
    """The same, to be read."""
    return _download(as_text(_held()), "text/plain", "my-stories.txt")


@blueprint.post("/stay")
@teller
def stay_longer() -> ResponseReturnValue:
    """The press itself has begun the half hour again; back to the page it was pressed on."""
    there = request.form.get("path", "")
    ours = there.startswith(f"{COOKIE_PATH}/stories") and "\\" not in there and there.isprintable()
    return redirect(there if ours else url_for(".stories"), 303)


@blueprint.post("/leave")
@teller
def go() -> ResponseReturnValue:
    """End the session here and at once."""
    with services().database.unit() as uow:
        leave(uow, services().tokens, request.cookies.get(COOKIE, ""))
    answer = redirect(url_for("portal.entry.left"), 303)
    answer.delete_cookie(COOKIE, path=COOKIE_PATH)
    return answer


def _held() -> dict[str, object]:
    with services().database.read() as session:
        return everything_about(session, session.get_one(Storyteller, in_session().storyteller_id))


def _download(content: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=f"{kind}; charset=utf-8", headers=headers)
