"""Where the mails about a story lead: without a session it can be hidden or taken back, and nothing of it is shown.

The sealed token in the address is the key, and it can do no more than make a story disappear. To see or say anything,
its teller has a link mailed to the address that we know.
"""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.stories.errors import NoSuchStory, SessionOver
from service.stories.guards import STORYTELLER
from service.stories.model import Story, StoryState
from service.stories.moderation import hide, withdraw
from service.stories.portal import open_session, own_story, request_entry
from service.stories.queries import story_for_change
from service.stories.workflow import Action, possible
from service.tokens import Purpose
from service.web.access import signed_link
from service.web.frame import now, render, services
from service.web.limits import Limit, limits
from service.web.portal.frame import COOKIE, receipt_path, to_receipt

LINKS = Limit("portal links from a story's mail", 5, timedelta(hours=1))

blueprint = Blueprint("mailed", __name__, url_prefix="/story/<token>")


@blueprint.get("")
@signed_link
def show(token: str) -> ResponseReturnValue:
    """Hide it, take it back, or have the way in mailed; straight to its page for its teller who is in already."""
    story_id = _row(token)
    with services().database.read() as session:
        if _is_in(session, story_id):
            return redirect(url_for("portal.story.show", story_id=story_id), 303)
        story = _held(session.get(Story, story_id))
        ways = possible(story.state)
        return render(
            "portal/teller/mailed.html",
            token=token,
            story=story,
            may_hide=Action.HIDE in ways,
            may_take_back=Action.WITHDRAW in ways,
            receipt=receipt_path(story_id),
        )


@blueprint.post("/hide")
@signed_link
def hide_now(token: str) -> ResponseReturnValue:
    """Out of sight with one press; pressed twice, it stays so."""
    with services().database.unit() as uow:
        story = _held(story_for_change(uow.session, _row(token)))
        if story.state is not StoryState.HIDDEN:
            hide(story, now=now(), by=STORYTELLER)
    return redirect(url_for(".show", token=token, said="hidden"), 303)


@blueprint.post("/take-back")
@signed_link
def take_back(token: str) -> ResponseReturnValue:
    """For good; pressed twice, it stays so."""
    story_id = _row(token)
    with services().database.unit() as uow:
        story = _held(story_for_change(uow.session, story_id))
        if story.state is not StoryState.WITHDRAWN:
            withdraw(
                uow,
                story,
                organisation=services().settings.organisation,
                now=now(),
                by=STORYTELLER,
                keep_copy=request.form.get("copy") == "yes",
                proven_by=f"story_link:{story_id}",
            )
    return to_receipt(story_id)


@blueprint.post("/link")
@signed_link
def mail_link(token: str) -> ResponseReturnValue:
    """Have the way in mailed to the address that the story came from."""
    with services().database.unit() as uow:
        story = _held(uow.session.get(Story, _row(token)))
        if story.storyteller is not None and limits().count(LINKS, str(story.storyteller_id)) <= LINKS.most:
            request_entry(uow, services().tokens, story.storyteller.email, now=now())
    return redirect(url_for("portal.entry.sent"), 303)


def _row(token: str) -> int:
    return services().tokens.open(Purpose.STORY, token)


def _held(story: Story | None) -> Story:
    """A story that has not been erased. Raises NoSuchStory."""
    if story is None or story.state is StoryState.ERASED:
        raise NoSuchStory
    return story


def _is_in(session: Session, story_id: int) -> bool:
    try:
        inside = open_session(session, services().tokens, request.cookies.get(COOKIE, ""), now=now())
        own_story(session, inside.storyteller_id, story_id)
    except (SessionOver, NoSuchStory):
        return False
    return True
