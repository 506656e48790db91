"""Scheduling an issue: choose a time on the newsletter's clock, read what will happen, and say yes to it."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.delivery.audience import audience_size
from service.editors.model import Role
from service.issues import scheduling
from service.issues.model import Issue
from service.issues.preflight.examine import blocks, examine, note_refusal
from service.issues.preflight.findings import PreflightBlocks
from service.issues.queries import issue_at_desk
from service.issues.schedule import wall_clock, wall_moment
from service.issues.transitions import Move, after
from service.web.access import desk
from service.web.desk.issues import back_to, seen_version
from service.web.frame import editor, now, render, services
from service.web.pages import moment

FURTHEST_DAYS = 731

blueprint = Blueprint("desk_issue_schedule", __name__, url_prefix="/desk/issues/<int:issue_id>/schedule")


@blueprint.get("")
@desk(Role.EDITOR)
def choose(issue_id: int) -> Response:
    """The form for the time; the date that the rule gives stands in it already."""
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        after(found.state, Move.SCHEDULE)
        local = wall_clock(max(found.send_at or found.planned_for, now()), found.newsletter.zone)
        big_news = "yes" if found.big_news else ""
        return _form(found, {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "big_news": big_news}, {})


@blueprint.get("/confirm")
@desk(Role.EDITOR)
def confirm(issue_id: int) -> Response:
    """What will happen, to how many, and when; nothing has happened yet."""
    typed = {name: request.args.get(name, "") for name in ("date", "time", "big_news")}
    with services().database.read() as session:
        found = issue_at_desk(session, issue_id)
        after(found.state, Move.SCHEDULE)
        if "now" in request.args:
            return _question(session, found, None, typed["big_news"] == "yes")
        at, errors = _read(typed, found.newsletter.zone)
        if errors or at is None:
            return _form(found, typed, errors, 422)
        return _question(session, found, at if at > now() else None, typed["big_news"] == "yes")


@blueprint.post("")
@desk(Role.EDITOR)
def schedule(issue_id: int) -> ResponseReturnValue:
    """Yes, send it then."""
    at = _confirmed()
    try:
        with services().database.unit() as uow:
            issue = scheduling.schedule(
                uow, issue_id, at, editor(), head=services().head, version=seen_version(),
                big_news=request.form.get("big_news") == "yes", now=now(),
            )  # fmt: skip
            zone = issue.newsletter.zone
    except PreflightBlocks as refused:
        with services().database.unit() as uow:
            note_refusal(uow, issue_id, editor(), refused, now=now())
        flash("It is not scheduled. The checks below say what to mend first.")
        return redirect(url_for("desk_issue_preflight.preflight", issue_id=issue_id), 303)
    return back_to(issue_id, f"It goes out on {moment(at, zone)}." if at > now() else "It goes out now.")


def _confirmed() -> datetime:
    """The instant that stood on the confirmation page; empty means now."""
    said = request.form.get("at", "")
    try:
        return datetime.fromisoformat(said).astimezone(UTC) if said else now()
    except (ValueError, OverflowError):
        abort(400)


def _question(session: Session, found: Issue, at: datetime | None, big_news: bool) -> Response:
    readers = audience_size(session, found, big_news=big_news)
    stops = blocks(session, found, examine(session, found, services().head, now()))
    return render("desk/issues/confirm.html", issue=found, at=at, readers=readers, stops=stops, big_news=big_news)


def _form(found: Issue, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    return render("desk/issues/schedule.html", status, issue=found, typed=typed, errors=errors)


def _read(typed: dict[str, str], zone: str) -> tuple[datetime | None, dict[str, str]]:
    """The instant of a date and a time in `zone`, or what is wrong with either."""
    errors = {}
    try:
        day = date.fromisoformat(typed["date"])
        if abs((day - now().date()).days) > FURTHEST_DAYS:
            raise ValueError
    except ValueError:
        errors["date"] = "Choose a date within the next two years, such as 2026-07-07."
    try:
        wall = time.fromisoformat(typed["time"])
    except ValueError:
        errors["time"] = "Write a time, such as 09:00."
    return (None, errors) if errors else (wall_moment(day, wall, zone), {})
