"""What the desk's home tells: how much waits, since when, and what goes out next. Reads every subject, changes none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.delivery.model import Batch, BatchStatus
from service.issues.errors import BadRule
from service.issues.model import Issue, Newsletter
from service.issues.queries import newsletters, open_issues
from service.issues.schedule import occurrences
from service.library.model import Article
from service.library.queries import is_overdue, published_articles
from service.mail.model import Notice, NoticeStatus
from service.stories.holds import open_cases
from service.stories.model import HoldKind, Story, StoryState
from service.stories.queries import count_by_state
from service.subscribers.figures import Counts, counts

FAILED_MAIL_SHOWS = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Next:
    """What a newsletter sends next: an issue, or None and the instant its rule gives (None when it gives none)."""

    newsletter: Newsletter
    issue: Issue | None
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Everything on the home page."""

    stories: Mapping[StoryState, int]
    """In the order of the work; states without any are left out."""
    oldest_submission: datetime | None
    due_articles: Sequence[Article]
    next_out: Sequence[Next]
    audiences: Sequence[tuple[Newsletter, Counts]]
    open_errands: int
    failed_mails: int
    unknown_batches: int


def overview(session: Session, now: datetime) -> Overview:
    """How things stand at `now`."""
    counted = count_by_state(session)
    return Overview(
        stories={state: counted[state] for state in StoryState if state in counted},
        oldest_submission=oldest_submission(session),
        due_articles=due_articles(session, now.date()),
        next_out=next_out(session, now),
        audiences=audiences(session, now),
        open_errands=len(open_cases(session, HoldKind.GIVEN_AWAY)),
        failed_mails=failed_mails(session, now - FAILED_MAIL_SHOWS),
        unknown_batches=unknown_batches(session),
    )


def oldest_submission(session: Session) -> datetime | None:
    """Since when the first of the stories that nobody has read yet has been waiting."""
    return session.scalar(select(func.min(Story.submitted_at)).where(Story.state == StoryState.SUBMITTED))


def due_articles(session: Session, today: date) -> list[Article]:
    """Published articles that should have been reviewed before `today`, the longest overdue first."""
    found = [article for article in session.scalars(published_articles()) if is_overdue(article, today)]
    return sorted(found, key=lambda article: article.next_review or date.min)


def next_out(session: Session, now: datetime) -> list[Next]:
    """For each active newsletter, its open issue that comes first, or the date of the one that is still to be made."""
    waiting = open_issues(session)
    return [_next_of(newsletter, waiting, now) for newsletter in newsletters(session) if newsletter.active]


def audiences(session: Session, now: datetime) -> list[tuple[Newsletter, Counts]]:
    """Every newsletter with its subscriptions, counted."""
    return [(newsletter, counts(session, now, newsletter.id)) for newsletter in newsletters(session)]


def failed_mails(session: Session, since: datetime) -> int:
    """Transactional mails owed since then that could not be sent."""
    query = select(func.count()).where(Notice.status == NoticeStatus.FAILED, Notice.created_at >= since)
    return session.scalar(query) or 0


def unknown_batches(session: Session) -> int:
    """Batches of which nobody knows whether the provider took them."""
    return session.scalar(select(func.count()).where(Batch.status == BatchStatus.UNKNOWN)) or 0


def _next_of(newsletter: Newsletter, waiting: Sequence[Issue], now: datetime) -> Next:
    issues = [issue for issue in waiting if issue.newsletter_id == newsletter.id]
    if issues:
        first = min(issues, key=_goes_out)
        return Next(newsletter=newsletter, issue=first, at=_goes_out(first))
    return Next(newsletter=newsletter, issue=None, at=_next_date(newsletter, now))


def _next_date(newsletter: Newsletter, now: datetime) -> datetime | None:
    try:
        return next((each.at for each in occurrences(newsletter, now, 1)), None)
    except BadRule:
        return None


def _goes_out(issue: Issue) -> datetime:
    return issue.send_at or issue.planned_for
