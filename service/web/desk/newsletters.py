"""Newsletters at the desk: who they are from, what may be in them, when they come out, and who must say yes."""

import re
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service.editors.model import Role
from service.issues import newsletters as actions
from service.issues.errors import BadRule, ChangedMeanwhile, SlugTaken
from service.issues.model import Issue, Newsletter, WhenThin
from service.issues.plain_rule import DAYS, PLACES, in_words
from service.issues.queries import newsletter_at_desk, newsletters
from service.issues.schedule import Occurrence, date_of, occurrences, wall_clock
from service.web.access import desk
from service.web.desk.newsletter_form import (
    APPROVERS,
    LATEST_HOURS,
    ZONES,
    NewsletterForm,
    empty_form,
    form_of,
    typed_form,
)
from service.web.frame import editor, now, render, services

DATES_SHOWN = 12
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

blueprint = Blueprint("desk_newsletters", __name__, url_prefix="/desk/newsletters")


@blueprint.get("")
@desk()
def list_newsletters() -> Response:
    """All newsletters, each with its rule in words and its next date."""
    with services().database.read() as session:
        papers = [(paper, _said(paper), _next(paper)) for paper in newsletters(session)]
        return render("desk/newsletters/list.html", papers=papers)


@blueprint.get("/new")
@desk(Role.EDITOR)
def new() -> Response:
    """The form of a newsletter that is to begin."""
    return _page(empty_form(), None)


@blueprint.post("/new")
@desk(Role.EDITOR)
def begin() -> ResponseReturnValue:
    """Begin it, show its dates first, or show the form again with what was typed."""
    form = typed_form(request.form, 0)
    slug = form.typed["slug"] = form.typed["slug"].lower() or _slug_of(form.typed["name"])
    if not _SLUG.fullmatch(slug):
        form.errors["slug"] = "Use small letters, digits and hyphens, such as monthly-news."
    terms = form.read()
    if terms is not None:
        form.check(actions.proposed(terms, None, now()))
    if terms is None or form.errors:
        return _page(form, None, status=422)
    if "show" in request.form:
        return _page(form, None, _dates(actions.proposed(terms, None, now())))
    try:
        with services().database.unit() as uow:
            paper = actions.begin_newsletter(uow, slug, terms, editor(), now=now())
    except SlugTaken:
        form.errors["slug"] = "Another newsletter has this one. Choose another."
        return _page(form, None, status=422)
    return _back_to(paper.id, "The newsletter is set up. Its drafts will be made by themselves.")


@blueprint.get("/<int:newsletter_id>")
@desk()
def newsletter(newsletter_id: int) -> Response:
    """The newsletter: its next dates, and its form."""
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        return _page(form_of(paper), paper, _coming(session, paper))


@blueprint.post("/<int:newsletter_id>")
@desk(Role.EDITOR)
def change(newsletter_id: int) -> ResponseReturnValue:
    """Save it, show the dates of the new rule first, or show the form again with what was typed."""
    form = typed_form(request.form, request.form.get("version", 0, type=int))
    terms = form.read()
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        form.typed["slug"] = paper.slug
        if terms is not None:
            form.check(actions.proposed(terms, paper, now()))
        if terms is None or form.errors:
            return _page(form, paper, status=422)
        if "show" in request.form:
            return _page(form, paper, _dates(actions.proposed(terms, paper, now())))
    try:
        with services().database.unit() as uow:
            actions.change_newsletter(uow, newsletter_id, terms, editor(), version=form.version, now=now())
    except ChangedMeanwhile:
        return _conflict(newsletter_id, form)
    return _back_to(newsletter_id, "Saved. Drafts that exist already keep their dates.")


@blueprint.post("/<int:newsletter_id>/skip")
@desk(Role.EDITOR)
def skip(newsletter_id: int) -> ResponseReturnValue:
    """Let no issue come out on a date."""
    with services().database.unit() as uow:
        actions.skip_date(uow, newsletter_id, _period(), editor(), version=_version(), now=now())
    return _back_to(newsletter_id, "That date stays without an issue.")


@blueprint.post("/<int:newsletter_id>/put-back")
@desk(Role.EDITOR)
def put_back(newsletter_id: int) -> ResponseReturnValue:
    """Let the rule say again."""
    with services().database.unit() as uow:
        actions.put_back(uow, newsletter_id, _period(), editor(), version=_version(), now=now())
    return _back_to(newsletter_id, "The rule counts for that date again.")


@blueprint.get("/<int:newsletter_id>/move/<period>")
@desk(Role.EDITOR)
def choose_move(newsletter_id: int, period: str) -> Response:
    """The form for the other time of one issue."""
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        wall = wall_clock(date_of(paper, period).at, paper.zone)
        typed = {"date": f"{wall:%Y-%m-%d}", "time": f"{wall:%H:%M}"}
        return _move_form(paper, period, typed, {}, version=paper.version)


@blueprint.post("/<int:newsletter_id>/move/<period>")
@desk(Role.EDITOR)
def move(newsletter_id: int, period: str) -> ResponseReturnValue:
    """Move one issue, once."""
    typed = {name: request.form.get(name, "") for name in ("date", "time")}
    try:
        to = datetime.fromisoformat(f"{typed['date']}T{typed['time']}").replace(tzinfo=None)
        with services().database.unit() as uow:
            actions.move_date(uow, newsletter_id, period, to, editor(), version=_version(), now=now())
    except (ValueError, BadRule) as error:
        sentence = (
            str(error) if isinstance(error, BadRule) else "Choose a date and a time, such as 2026-07-08 and 10:00."
        )
        with services().database.read() as session:
            paper = newsletter_at_desk(session, newsletter_id)
            return _move_form(paper, period, typed, {"date": sentence}, version=_version(), status=422)
    return _back_to(newsletter_id, "Moved. Only this one issue comes at another time.")


def _page(
    form: NewsletterForm,
    paper: Newsletter | None,
    dates: Sequence[tuple[Occurrence, Issue | None]] = (),
    *,
    status: int = 200,
    conflict: bool = False,
) -> Response:
    return render(
        "desk/newsletters/newsletter.html", status,
        form=form, typed=form.typed, errors=form.errors, paper=paper, dates=dates, conflict=conflict,
        said=in_words(paper.rrule, paper.wall_time, paper.zone) if paper else "",
        days=DAYS, places=PLACES, zones=ZONES, approvers=APPROVERS, hours=LATEST_HOURS, thin=WhenThin,
        house_sender=services().settings.mail_from,
        may_edit=editor().role in {Role.EDITOR, Role.ADMIN},
    )  # fmt: skip


def _conflict(newsletter_id: int, form: NewsletterForm) -> Response:
    """A colleague was faster: what was typed stays, and pressing again replaces what the colleague saved."""
    with services().database.read() as session:
        paper = newsletter_at_desk(session, newsletter_id)
        form.version = paper.version
        return _page(form, paper, status=409, conflict=True)


def _move_form(
    paper: Newsletter, period: str, typed: dict[str, str], errors: dict[str, str], *, version: int, status: int = 200
) -> Response:
    return render(
        "desk/newsletters/move.html", status, paper=paper, period=period, typed=typed, errors=errors, version=version
    )


def _back_to(newsletter_id: int, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".newsletter", newsletter_id=newsletter_id), 303)


def _period() -> str:
    return request.form.get("period", "")


def _version() -> int:
    return request.form.get("version", 0, type=int)


def _said(paper: Newsletter) -> str:
    return in_words(paper.rrule, paper.wall_time, paper.zone)


def _next(paper: Newsletter) -> Occurrence | None:
    try:
        return next(iter(occurrences(paper, now(), 1)), None)
    except BadRule:
        return None


def _dates(proposal: actions.Proposal) -> list[tuple[Occurrence, Issue | None]]:
    """The next dates of a rule that is not saved yet."""
    return [(each, None) for each in occurrences(proposal, now(), DATES_SHOWN)]


def _coming(session: Session, paper: Newsletter) -> list[tuple[Occurrence, Issue | None]]:
    try:
        return actions.coming_dates(session, paper, now(), DATES_SHOWN)
    except BadRule:
        return []


def _slug_of(name: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:60]
