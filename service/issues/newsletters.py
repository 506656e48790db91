"""What editors do with a newsletter: begin one, change it, and take out, move or put back single dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.compose import issue_of
from service.issues.errors import BadRule, ChangedMeanwhile, NoSuchIssue, NotPossibleNow, SlugTaken
from service.issues.locking import issue_to_change
from service.issues.model import Issue, IssueState, Newsletter, WhenThin
from service.issues.recipe import read_recipe
from service.issues.schedule import Occurrence, check_rule, date_of, following
from service.issues.transitions import OPEN, Move, after


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything about a newsletter that its form asks; the names are those of Newsletter."""

    name: str
    description: str = ""
    sender: str = ""
    discreet_name: str = ""
    discreet_sender: str = ""
    lang: str = "en-GB"
    more_languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    rrule: str
    wall_time: str
    zone: str
    starts_on: date | None = None
    lead_days: int = 7
    approvals: int = 2
    approver_roles: tuple[str, ...] = ()
    schedules_itself: bool = False
    thin_below: int = 1
    when_thin: WhenThin = WhenThin.ASK
    latest_hours: int = 6
    seeds: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A rule that nobody has saved yet, with the exceptions and moves it would keep (`schedule.Rule`)."""

    rrule: str
    wall_time: str
    zone: str
    created_at: datetime
    starts_on: date | None = None
    exceptions: Sequence[str] = ()
    moves: Mapping[str, Any] = field(default_factory=dict)


def proposed(terms: Terms, paper: Newsletter | None, now: datetime) -> Proposal:
    """When a newsletter would come out with these terms: `paper`'s own exceptions and moves go on to count."""
    kept = (paper.created_at, tuple(paper.exceptions), paper.moves) if paper else (now, (), {})
    return Proposal(
        rrule=terms.rrule, wall_time=terms.wall_time, zone=terms.zone, starts_on=terms.starts_on,
        created_at=kept[0], exceptions=kept[1], moves=kept[2],
    )  # fmt: skip


def begin_newsletter(uow: UnitOfWork, slug: str, terms: Terms, editor: Editor, *, now: datetime) -> Newsletter:
    """Begin a newsletter. Raises BadRule, or SlugTaken."""
    if uow.session.scalar(select(exists().where(Newsletter.slug == slug))):
        raise SlugTaken
    paper = Newsletter(slug=slug, created_at=now, **_values(terms))
    check_rule(paper)
    uow.session.add(paper)
    uow.session.flush()
    note(uow, editor, "began", f"newsletter:{paper.id}", now=now)
    return paper


def change_newsletter(
    uow: UnitOfWork, newsletter_id: int, terms: Terms, editor: Editor, *, version: int, now: datetime
) -> Newsletter:
    """Change a newsletter. Drafts that exist keep their dates. Raises BadRule or ChangedMeanwhile."""
    paper = _opened(uow, newsletter_id, version)
    for name, value in _values(terms).items():
        setattr(paper, name, value)
    check_rule(paper)
    note(uow, editor, "changed", f"newsletter:{paper.id}", now=now)
    return paper


def change_recipe(
    uow: UnitOfWork, newsletter_id: int, recipe: Mapping[str, Any], editor: Editor, *, version: int, now: datetime
) -> Newsletter:
    """Change what issues are composed from; drafts that exist keep what is in them. Raises BadRecipe or
    ChangedMeanwhile."""
    paper = _opened(uow, newsletter_id, version)
    read_recipe(recipe)
    paper.recipe = dict(recipe)
    note(uow, editor, "changed_the_recipe", f"newsletter:{paper.id}", now=now)
    return paper


def skip_date(
    uow: UnitOfWork, newsletter_id: int, period: str, editor: Editor, *, version: int, now: datetime
) -> Newsletter:
    """Let no issue come out on a date; its draft is given up. Raises BadRule, NotPossibleNow or ChangedMeanwhile."""
    paper = _opened(uow, newsletter_id, version)
    date_of(paper, period)
    if (issue := _open_issue(uow, paper, period)) is not None:
        issue.state = after(issue.state, Move.CANCEL)
        note(uow, editor, "cancelled", f"issue:{issue.id}", now=now)
    paper.exceptions = sorted({*paper.exceptions, period})
    note(uow, editor, "skipped_a_date", f"newsletter:{paper.id}", now=now)
    return paper


def move_date(
    uow: UnitOfWork, newsletter_id: int, period: str, to: datetime, editor: Editor, *, version: int, now: datetime
) -> Newsletter:
    """Let the issue of one date come out at the wall time `to` (naive). Raises as `skip_date`, and for the past."""
    paper = _opened(uow, newsletter_id, version)
    date_of(paper, period)
    paper.moves = {**paper.moves, period: to.isoformat(timespec="minutes")}
    moved = date_of(paper, period)
    if moved.at <= now:
        raise BadRule("Choose a time that is still to come.")
    _plan_for(uow, paper, moved)
    note(uow, editor, "moved_a_date", f"newsletter:{paper.id}", now=now)
    return paper


def put_back(
    uow: UnitOfWork, newsletter_id: int, period: str, editor: Editor, *, version: int, now: datetime
) -> Newsletter:
    """Let the rule say again when, and that, the issue of a date comes out."""
    paper = _opened(uow, newsletter_id, version)
    paper.exceptions = [each for each in paper.exceptions if each != period]
    paper.moves = {each: to for each, to in paper.moves.items() if each != period}
    _plan_for(uow, paper, date_of(paper, period))
    note(uow, editor, "put_a_date_back", f"newsletter:{paper.id}", now=now)
    return paper


def coming_dates(
    session: Session, paper: Newsletter, now: datetime, count: int
) -> list[tuple[Occurrence, Issue | None]]:
    """The next `count` dates, each with its issue if there is one. Raises BadRule."""
    return [(each, issue_of(session, paper, each.period)) for each in islice(following(paper, now), count)]


def _values(terms: Terms) -> dict[str, Any]:
    values = {one.name: getattr(terms, one.name) for one in fields(terms)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _opened(uow: UnitOfWork, newsletter_id: int, version: int) -> Newsletter:
    paper = uow.session.get(Newsletter, newsletter_id, with_for_update=True, populate_existing=True)
    if paper is None:
        raise NoSuchIssue
    if paper.version != version:
        raise ChangedMeanwhile
    return paper


def _plan_for(uow: UnitOfWork, paper: Newsletter, to: Occurrence) -> None:
    if (issue := _open_issue(uow, paper, to.period)) is not None:
        issue.planned_for = to.at


def _open_issue(uow: UnitOfWork, paper: Newsletter, period: str) -> Issue | None:
    """The issue of a date that may still go out. Raises NotPossibleNow for one that is on the schedule or has left."""
    found = issue_of(uow.session, paper, period)
    if found is None or found.state is IssueState.CANCELLED:
        return None
    if found.state not in OPEN - {IssueState.SCHEDULED, IssueState.PREFLIGHT}:
        raise NotPossibleNow("The issue of this date is on the schedule, or has left. Look at the issue itself first.")
    return issue_to_change(uow, found.id)
