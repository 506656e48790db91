"""Compose an issue from its newsletter's recipe. Exactly one exists for a period, however many timers tick at once."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.trail import note
from service.issues.choosing import Choice
from service.issues.errors import BadRecipe, BadRule
from service.issues.model import Issue, IssueState, Item, Newsletter, WhenThin
from service.issues.pins import take_up
from service.issues.planning import occasion_of, plan_issue
from service.issues.schedule import Occurrence, following, occurrences_until
from service.issues.transitions import OPEN


def compose(uow: UnitOfWork, newsletter: Newsletter, period: str, planned_for: datetime, now: datetime) -> Issue:
    """The issue of a period: the one that exists, unchanged, or a new draft. Raises BadRule or BadRecipe."""
    existing = issue_of(uow.session, newsletter, period)
    if existing is not None:
        return existing
    draft = _draft(uow.session, newsletter, period, planned_for, now)
    try:
        with uow.session.begin_nested():
            uow.session.add(draft)
    except IntegrityError:  # another timer was faster by a moment
        winner = issue_of(uow.session, newsletter, period)
        if winner is None:
            raise
        return winner
    take_up(uow.session, draft)
    return draft


def compose_due(uow: UnitOfWork, now: datetime) -> list[Issue]:
    """Compose a draft for every date that lies within its newsletter's lead time and has none; gives the new ones.

    A date that passed while nothing ran still gets its draft, for as long as it could leave without asking.
    """
    drafts = []
    for newsletter in uow.session.scalars(select(Newsletter).where(Newsletter.active).order_by(Newsletter.id)).all():
        with suppress(BadRule, BadRecipe):  # the desk says so at the newsletter; the others must not wait for it
            drafts += _compose_due(uow, newsletter, now)
    return drafts


def compose_next(uow: UnitOfWork, newsletter: Newsletter, now: datetime) -> Issue:
    """The issue of the newsletter's next date at once, without waiting for its lead time. A date whose issue has gone
    out early, or was cancelled, is passed over. Raises BadRule or BadRecipe."""
    date = next_open_date(uow.session, newsletter, now)
    return compose(uow, newsletter, date.period, date.at, now)


def next_open_date(session: Session, newsletter: Newsletter, now: datetime) -> Occurrence:
    """The next date that has no issue yet, or one that is still being worked on. Raises BadRule."""
    for date in following(newsletter, now):
        issue = issue_of(session, newsletter, date.period)
        if issue is None or issue.state in OPEN:
            return date
    raise BadRule(f"The rule {newsletter.rrule!r} never comes round.")


def _compose_due(uow: UnitOfWork, newsletter: Newsletter, now: datetime) -> list[Issue]:
    since = max(now - timedelta(hours=newsletter.latest_hours), newsletter.created_at)
    dates = occurrences_until(newsletter, since, now + timedelta(days=newsletter.lead_days))
    missing = [date for date in dates if issue_of(uow.session, newsletter, date.period) is None]
    return [_skipped_if_thin(uow, compose(uow, newsletter, date.period, date.at, now), now) for date in missing]


def _skipped_if_thin(uow: UnitOfWork, issue: Issue, now: datetime) -> Issue:
    """Give a thin issue up where the newsletter says so; its page says why, and its stories wait for the next."""
    if issue.thin and issue.newsletter.when_thin is WhenThin.SKIP and issue.state is IssueState.DRAFT:
        issue.state = IssueState.CANCELLED
        uow.session.flush()
        note(uow, None, "skipped", f"issue:{issue.id}", now=now)
    return issue


def issue_of(session: Session, newsletter: Newsletter, period: str) -> Issue | None:
    """The issue of a period, if there is one."""
    return session.scalar(select(Issue).where(Issue.newsletter_id == newsletter.id, Issue.period == period))


def _draft(session: Session, newsletter: Newsletter, period: str, planned_for: datetime, now: datetime) -> Issue:
    occasion = occasion_of(session, newsletter, planned_for, now)
    plan = plan_issue(occasion)
    issue = Issue(
        newsletter=newsletter,
        period=period,
        slug=f"{newsletter.slug}-{period}",
        subject=occasion.frame.name_letter(newsletter.name, occasion.day),
        planned_for=planned_for,
        created_at=now,
        thin=plan.thin,
        skipped=[{"slot": each.slot, "reason": each.reason} for each in plan.empty],
    )
    for position, (slot_name, choice) in enumerate(plan.chosen, start=1):
        _add_item(issue, position, slot_name, choice)
    return issue


def _add_item(issue: Issue, position: int, slot: str, choice: Choice) -> None:
    Item(  # joins `issue.items` by its `issue`
        issue=issue,
        position=position,
        slot=slot,
        kind=choice.kind,
        why=choice.why,
        heading=choice.heading,
        words=choice.words,
        story_id=choice.story_id,
        article_id=choice.article_id,
        network_entry_id=choice.network_entry_id,
        resource_id=choice.resource_id,
    )
