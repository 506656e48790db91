"""The thank-you button of a story: a number goes up. No account, no cookie, no words, and nobody knows who pressed."""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.issues.counts import issue_that_left
from service.stories.queries import story_by_slug
from service.stories.thanks import NO_ISSUE, thank
from service.web.access import public
from service.web.forms import check_form_token
from service.web.frame import now, services
from service.web.limits import Limit, limits, visitor

FOR_ONE_STORY = Limit("thank-yous for one story from one place", 20, timedelta(days=1))
"""Generous: a whole ward may share one address. Whoever presses on is thanked, and not counted."""

blueprint = Blueprint("thanks", __name__)


@blueprint.post("/stories/<slug>/thanks")
@public
def say(slug: str) -> ResponseReturnValue:
    """One thank-you more. Raises NoSuchStory for a story that nobody may see, also for one that was taken back."""
    answer = redirect(url_for("stories.show", slug=slug, thanked="yes", _anchor="thanks"), 303)
    if request.form.get("website"):
        return answer
    check_form_token(services().tokens, request.form.get("form_token", ""), now())
    with services().database.unit() as uow:
        story, _ = story_by_slug(uow.session, slug, now())
        if limits().count(FOR_ONE_STORY, f"{visitor()} {story.id}") <= FOR_ONE_STORY.most:
            issue = issue_that_left(uow.session, request.form.get("issue", 0, type=int))
            thank(uow, story.id, issue.id if issue else NO_ISSUE)
    return answer
