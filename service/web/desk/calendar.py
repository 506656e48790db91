"""The content calendar: a month or a list at the desk, and a feed for calendar programs at a secret address."""

from calendar import Calendar
from datetime import date, timedelta

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from service.editors.calendar_address import editor_of_calendar, end_calendar_address, make_calendar_address
from service.reports.calendar import Entry, Kind, entries, house_zone
from service.reports.ics import AHEAD_DAYS, BACK_DAYS, feed
from service.web.access import desk, signed_link
from service.web.frame import editor, now, render, services

LIST_DAYS = 92
FIRST_YEAR, LAST_YEAR = 2000, 2100

blueprint = Blueprint("desk_calendar", __name__)


@blueprint.get("/desk/calendar")
@desk()
def calendar() -> Response:
    """One month as a table (`?month=2026-11`), or the next three months as a list (`?view=list`)."""
    with services().database.read() as session:
        today = now().astimezone(house_zone(session)).date()
        first = _month(request.args.get("month", "")) or today.replace(day=1)
        as_list = request.args.get("view") == "list"
        start, end = (max(first, today), first + timedelta(days=LIST_DAYS)) if as_list else _edges(first)
        found = entries(session, start, end, now())
    return render(
        "desk/calendar.html", as_list=as_list, first=first, today=today, days=_by_day(found),
        weeks=Calendar().monthdatescalendar(first.year, first.month),
        before=_step(first, -1), after=_step(first, 1), has_feed=editor().calendar_hash is not None, kinds=Kind,
    )  # fmt: skip


@blueprint.post("/desk/calendar/address")
@desk()
def make_address() -> Response:
    """Make the secret address of the feed; it is shown this once."""
    with services().database.unit() as uow:
        token = make_calendar_address(uow, editor().id, tokens=services().tokens, now=now())
    return render("desk/calendar_address.html", address=services().links.to(f"/calendar/{token}.ics"))


@blueprint.post("/desk/calendar/address/end")
@desk()
def end_address() -> Redirect:
    """Close the feed."""
    with services().database.unit() as uow:
        end_calendar_address(uow, editor().id, now=now())
    return redirect(url_for("desk_calendar.calendar"), 303)


@blueprint.get("/calendar/<token>.ics")
@signed_link
def feed_at(token: str) -> Response:
    """The feed of an account; 404 for an address that was never made or has been ended."""
    house = services()
    with house.database.read() as session:
        if editor_of_calendar(session, house.tokens, token) is None:
            abort(404)
        today = now().date()
        found = entries(session, today - timedelta(days=BACK_DAYS), today + timedelta(days=AHEAD_DAYS), now())
    name = f"{house.settings.organisation}: calendar"
    body = feed(found, site_url=house.settings.site_url, host=house.links.host, name=name, now=now())
    answer = make_response(body)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Cache-Control"] = "private, max-age=900"
    return answer


def _month(text: str) -> date | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None


def _edges(first: date) -> tuple[date, date]:
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return weeks[0][0], weeks[-1][-1]


def _step(first: date, months: int) -> date:
    """The first of the month before or after."""
    return (first + timedelta(days=31 if months > 0 else -1)).replace(day=1)


def _by_day(found: list[Entry]) -> dict[date, list[Entry]]:
    days: dict[date, list[Entry]] = {}
    for entry in found:
        days.setdefault(entry.day, []).append(entry)
    return days
