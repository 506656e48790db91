"""The way off the list: the page with one button, and the one-click POST that mailboxes send (RFC 8058)."""

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.issues.leaving import counted_if_left
from service.subscribers.actions import come_back, unsubscribe
from service.subscribers.model import UnsubscribeRoute
from service.subscribers.queries import read_place
from service.subscribers.wording import RETURN
from service.tokens import Purpose
from service.web.access import signed_link
from service.web.frame import now, render, services

blueprint = Blueprint("subscriptions", __name__)


@blueprint.get("/unsubscribe/<token>")
@signed_link
def show(token: str) -> Response:
    """One button; or, for somebody who is off the list, how to come back."""
    subscription_id = _subscription(token)
    with services().database.read() as session:
        place = read_place(session, subscription_id, now())
    if place is not None and place.on_the_list:
        return render("portal/unsubscribe.html", token=token, place=place)
    return render(
        "portal/off_the_list.html",
        token=token,
        place=place,
        preferences_url=services().links.preferences(subscription_id),
        wording=RETURN.named(services().settings.organisation),
    )


@blueprint.post("/unsubscribe")
@signed_link
def press_by_query() -> ResponseReturnValue:
    """The same as `press`, for senders that keep the token in the query."""
    return press(request.args.get("token", ""))


@blueprint.post("/unsubscribe/<token>")
@signed_link
def press(token: str) -> ResponseReturnValue:
    """Take the reader off the list: for ever possible, without a cookie, and harmless to repeat.

    RFC 8058 wants no redirect for its one-click body; the button of the page gets one, so that reloading is harmless.
    """
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    route = UnsubscribeRoute.ONE_CLICK if one_click else UnsubscribeRoute.PAGE
    subscription_id = _subscription(token)
    with (
        services().database.unit() as uow,
        counted_if_left(uow, subscription_id, request.args.get("issue", 0, type=int), now=now()),
    ):
        unsubscribe(uow, subscription_id, route, now=now())
    if not one_click:
        return redirect(url_for("subscriptions.show", token=token), 303)
    answer = make_response("You are off the list.\n")
    answer.mimetype = "text/plain"
    return answer


@blueprint.post("/unsubscribe/<token>/undo")
@signed_link
def undo(token: str) -> ResponseReturnValue:
    """Put back who pressed by mistake."""
    subscription_id = _subscription(token)
    wording = RETURN.named(services().settings.organisation)
    with services().database.unit() as uow:
        come_back(uow, services().tokens, subscription_id, wording, now=now())
    return redirect(url_for("preferences.show", token=_preferences_token(subscription_id), saved="back"), 303)


def _subscription(token: str) -> int:
    return services().tokens.open(Purpose.SUBSCRIPTION, token)


def _preferences_token(subscription_id: int) -> str:
    return services().tokens.seal(Purpose.PREFERENCES, subscription_id)
