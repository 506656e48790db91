"""A reader's own page: stop, choose, pause, see what we hold, be forgotten. The signed link is the key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.db import UnitOfWork
from service.issues.leaving import counted_if_left
from service.subscribers.actions import unsubscribe_all
from service.subscribers.erasure import erase
from service.subscribers.errors import BadPause
from service.subscribers.model import UNTIL_I_SAY, UnsubscribeRoute
from service.subscribers.pauses import in_months, on_day
from service.subscribers.preferences import pause, resume, save_preferences
from service.subscribers.queries import Preferences, read_preferences
from service.subscribers.wording import LEAVE_OUT, SWITCH_ON
from service.tokens import Purpose
from service.web.access import signed_link
from service.web.frame import now, render, services
from service.web.portal.choosing import CADENCES, LEFT_OUT, LOOKS, choices, languages
from service.web.portal.held import everything_held

PAUSES = (
    ("1", "for one month"), ("3", "for three months"), ("6", "for half a year"), ("say", "until I say"),
    ("date", "until a day I choose"),
)  # fmt: skip
BAD_DAY = "Choose a day after today, at most two years from now"

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@blueprint.url_defaults
def keep_issue(_endpoint: str, values: dict[str, Any]) -> None:
    """Let the page's own links and forms say which issue its reader came from, as the link in the mail did."""
    if issue := _issue():
        values.setdefault("issue", issue)


@blueprint.get("/<token>")
@signed_link
def show(token: str) -> Response:
    """Everything that can be chosen, on one page."""
    return _page(token, {})


@blueprint.post("/<token>")
@signed_link
def save(token: str) -> ResponseReturnValue:
    """Keep the choices."""
    subscription_id, organisation = _subscription(token), services().settings.organisation
    with _leaving(subscription_id) as uow:
        save_preferences(uow, services().tokens, subscription_id, choices(request.form), organisation, now=now())
    return _back(token, "choices")


@blueprint.post("/<token>/unsubscribe")
@signed_link
def stop(token: str) -> ResponseReturnValue:
    """Take the reader off every list."""
    subscription_id = _subscription(token)
    with _leaving(subscription_id) as uow:
        unsubscribe_all(uow, subscription_id, UnsubscribeRoute.PREFERENCES, now=now())
    sealed = services().tokens.seal(Purpose.SUBSCRIPTION, subscription_id)
    return redirect(url_for("subscriptions.show", token=sealed), 303)


@blueprint.post("/<token>/pause")
@signed_link
def take_a_break(token: str) -> ResponseReturnValue:
    """Be quiet for a while."""
    subscription_id = _subscription(token)
    try:
        with services().database.unit() as uow:
            zone = read_preferences(uow.session, subscription_id, now()).zone
            pause(uow, subscription_id, _until(zone), now=now())
    except BadPause:
        return _page(token, {"until": BAD_DAY})
    return _back(token, "pause")


@blueprint.post("/<token>/resume")
@signed_link
def end_break(token: str) -> ResponseReturnValue:
    """Write again."""
    with services().database.unit() as uow:
        resume(uow, _subscription(token), now=now())
    return _back(token, "resume")


@blueprint.get("/<token>/data")
@signed_link
def data(token: str) -> Response:
    """What we hold, in words."""
    with services().database.read() as session:
        held = everything_held(session, _subscription(token))
    return render("portal/data.html", token=token, held=held)


@blueprint.get("/<token>/data.json")
@signed_link
def download(token: str) -> Response:
    """What we hold, for other programs."""
    with services().database.read() as session:
        answer = jsonify(everything_held(session, _subscription(token)))
    answer.headers["Content-Disposition"] = 'attachment; filename="what-we-hold.json"'
    return answer


@blueprint.get("/<token>/delete")
@signed_link
def show_delete(token: str) -> Response:
    """What deleting means, and one button."""
    return render("portal/delete.html", token=token, preferences=_preferences(token))


@blueprint.post("/<token>/delete")
@signed_link
def delete(token: str) -> ResponseReturnValue:
    """Forget the reader. The page they come back to says that we hold nothing."""
    subscription_id, never_again = _subscription(token), request.form.get("never_again") == "yes"
    with _leaving(subscription_id) as uow:
        erase(uow, services().tokens, subscription_id, never_again=never_again, now=now())
    return redirect(url_for("preferences.show", token=token), 303)


def _page(token: str, errors: dict[str, str]) -> Response:
    preferences, organisation = _preferences(token), services().settings.organisation
    return render(
        "portal/preferences.html",
        422 if errors else 200,
        token=token,
        preferences=preferences,
        pauses=PAUSES,
        wording=SWITCH_ON.named(organisation),
        agreed=LEAVE_OUT.named(organisation),
        cadences=CADENCES,
        looks=LOOKS,
        left_out=LEFT_OUT,
        languages=languages(preferences),
        typed=request.form,
        saved=request.args.get("saved", ""),
        errors=errors,
    )


def _preferences(token: str) -> Preferences:
    with services().database.read() as session:
        return read_preferences(session, _subscription(token), now())


def _until(zone: str) -> datetime:
    """The end of the break that the form asks for. Raises BadPause."""
    length = request.form.get("pause", "")
    if length == "say":
        return UNTIL_I_SAY
    if length in {"1", "3", "6"}:
        return in_months(int(length), zone, now=now())
    return on_day(request.form.get("until", ""), zone)


def _back(token: str, saved: str) -> ResponseReturnValue:
    return redirect(url_for("preferences.show", token=token, saved=saved), 303)


@contextmanager
def _leaving(subscription_id: int) -> Iterator[UnitOfWork]:
    """A unit of work that may take the reader off the list; the issue that they came from counts it."""
    with services().database.unit() as uow, counted_if_left(uow, subscription_id, _issue(), now=now()):
        yield uow


def _issue() -> int:
    """The issue whose mail the reader came from; 0 where nothing says so."""
    return request.args.get("issue", 0, type=int)


def _subscription(token: str) -> int:
    return services().tokens.open(Purpose.PREFERENCES, token)
