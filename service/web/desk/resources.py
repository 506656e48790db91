"""Articles of others, for editors: the feeds we follow, and what they suggest."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from service.editors.model import Role
from service.editors.trail import note
from service.library.errors import FeedKnown, NotAnAddress
from service.library.resources import ResourceFeed
from service.library.suggestions import accept, accepted, follow, follow_move, pass_over, stop_following, suggested
from service.web.access import desk
from service.web.frame import editor, now, render, services

blueprint = Blueprint("desk_resources", __name__, url_prefix="/desk/resources")

FEED_ERRORS: dict[type[Exception], str] = {
    NotAnAddress: "Give the address of the feed, beginning with https://.",
    FeedKnown: "We follow this feed already.",
}


@blueprint.get("")
@desk()
def resources() -> Response:
    """What waits for a decision, what may be used, and where it comes from."""
    return _page()


@blueprint.post("/feeds")
@desk(Role.EDITOR)
def add_feed() -> ResponseReturnValue:
    """Follow a feed."""
    url = request.form.get("url", "")
    try:
        with services().database.unit() as uow:
            feed = follow(uow, url, now=now())
            note(uow, editor(), "followed_feed", f"feed:{feed.id}", now=now())
    except tuple(FEED_ERRORS) as error:
        return _page({"url": FEED_ERRORS[type(error)]}, url, 422)
    flash("We look at it in a minute, and every six hours from then on.")
    return redirect(url_for(".resources"), 303)


@blueprint.post("/feeds/<int:feed_id>/stop")
@desk(Role.EDITOR)
def stop_feed(feed_id: int) -> ResponseReturnValue:
    """Follow a feed no more."""
    with services().database.unit() as uow:
        stop_following(uow, feed_id)
        note(uow, editor(), "left_feed", f"feed:{feed_id}", now=now())
    return redirect(url_for(".resources"), 303)


@blueprint.post("/feeds/<int:feed_id>/move")
@desk(Role.EDITOR)
def move_feed(feed_id: int) -> ResponseReturnValue:
    """Follow a feed to its new address."""
    try:
        with services().database.unit() as uow:
            follow_move(uow, feed_id, now=now())
            note(uow, editor(), "followed_feed", f"feed:{feed_id}", now=now())
    except tuple(FEED_ERRORS) as error:
        flash(FEED_ERRORS[type(error)])
    return redirect(url_for(".resources"), 303)


@blueprint.post("/<int:resource_id>/accept")
@desk(Role.EDITOR)
def accept_one(resource_id: int) -> ResponseReturnValue:
    """Let readers have it."""
    with services().database.unit() as uow:
        title, words = request.form.get("title", ""), request.form.get("words", "")
        accept(uow, resource_id, title=title, words=words, now=now())
        note(uow, editor(), "accepted_resource", f"resource:{resource_id}", now=now())
    flash("Accepted. It can stand in issues for the next 90 days.")
    return redirect(url_for(".resources"), 303)


@blueprint.post("/<int:resource_id>/pass")
@desk(Role.EDITOR)
def pass_one(resource_id: int) -> ResponseReturnValue:
    """Not for our readers."""
    with services().database.unit() as uow:
        pass_over(uow, resource_id, now=now())
        note(uow, editor(), "passed_resource", f"resource:{resource_id}", now=now())
    return redirect(url_for(".resources"), 303)


def _page(errors: dict[str, str] | None = None, url: str = "", status: int = 200) -> Response:
    with services().database.read() as session:
        feeds = session.scalars(select(ResourceFeed).where(ResourceFeed.active).order_by(ResourceFeed.id)).all()
        return render(
            "desk/resources.html", status, suggested=suggested(session), accepted=accepted(session, now()),
            feeds=feeds, errors=errors or {}, url=url,
        )  # fmt: skip
