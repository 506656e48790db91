"""The content calendar: what happens on which day, gathered from every subject. Reads only."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from service.issues.errors import BadRecipe, BadRule
from service.issues.model import Issue, IssueState, Newsletter
from service.issues.queries import newsletters
from service.issues.recipe import read_recipe
from service.issues.schedule import days_between, occurrences_until, wall_clock
from service.library.queries import published_articles
from service.stories.model import Scope, Story, StoryConsent, StoryState

_NEVER = frozenset({IssueState.CANCELLED, IssueState.STOPPED})


class Kind(StrEnum):
    """What sort of thing happens."""

    ISSUE = "issue"
    ISSUE_TO_COME = "issue_to_come"
    AWARENESS = "awareness"
    PUBLISHED = "published"
    EMBARGO = "embargo"
    REVIEW = "review"
    CONSENT = "consent"


KIND_WORDS = {
    Kind.ISSUE: "Issue",
    Kind.ISSUE_TO_COME: "Issue to come",
    Kind.AWARENESS: "Awareness day",
    Kind.PUBLISHED: "Story published",
    Kind.EMBARGO: "Story not before",
    Kind.REVIEW: "Review due",
    Kind.CONSENT: "Consent ends",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on one day. `at` is its instant in UTC, None when it takes the whole day."""

    day: date
    kind: Kind
    title: str
    address: str
    """A path of the desk, or a whole address elsewhere; empty when there is nothing to open."""
    key: str
    """Names the thing for good, such as `issue:12`: what a calendar program knows it again by."""
    at: datetime | None = None

    @property
    def label(self) -> str:
        """The kind in words."""
        return KIND_WORDS[self.kind]


def entries(session: Session, first: date, last: date, now: datetime) -> list[Entry]:
    """Everything from `first` to `last`, both included, on the days of the house's own zone, in order."""
    zone = house_zone(session)
    begin = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    found = [
        *_issues(session, begin, end, zone),
        *_issues_to_come(session, max(begin, now), end, zone),
        *_awareness_days(session, first, last),
        *_stories(session, begin, end, zone),
        *_consents(session, begin, end, zone),
        *_reviews(session, first, last),
    ]
    return sorted(found, key=lambda entry: (entry.day, entry.at is not None, entry.at or begin, entry.title))


def house_zone(session: Session) -> ZoneInfo:
    """The zone whose days the calendar shows: that of the first newsletter, UTC when there is none."""
    first = next(iter(newsletters(session)), None)
    return ZoneInfo(first.zone if first else "UTC")


def _issues(session: Session, begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    when = func.coalesce(Issue.started_at, Issue.send_at, Issue.planned_for)
    query = select(Issue).options(joinedload(Issue.newsletter)).where(when >= begin, when < end)
    for issue in session.scalars(query.where(Issue.state.not_in(_NEVER))):
        at = issue.started_at or issue.send_at or issue.planned_for
        title = f"{issue.newsletter.name}: {issue.subject or issue.period}"
        yield Entry(_day(at, zone), Kind.ISSUE, title, f"/desk/issues/{issue.id}", f"issue:{issue.id}", at)


def _issues_to_come(session: Session, begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    """The dates a rule gives for which no issue exists yet."""
    made = {(paper, period) for paper, period in session.execute(select(Issue.newsletter_id, Issue.period))}
    for newsletter in _active(session):
        with suppress(BadRule):
            for each in occurrences_until(newsletter, begin - timedelta(microseconds=1), end):
                if (newsletter.id, each.period) not in made and each.at < end:
                    key = f"newsletter:{newsletter.id}:{each.period}"
                    address = f"/desk/newsletters/{newsletter.id}"
                    yield Entry(_day(each.at, zone), Kind.ISSUE_TO_COME, newsletter.name, address, key, each.at)


def _awareness_days(session: Session, first: date, last: date) -> Iterator[Entry]:
    """The days of all recipes; one that stands in several is shown once."""
    seen = set()
    for newsletter in _active(session):
        with suppress(BadRecipe, BadRule):
            for day in read_recipe(newsletter.recipe).awareness_days:
                for date_ in days_between(day.rrule, first, last):
                    if (date_, day.name) not in seen:
                        seen.add((date_, day.name))
                        yield Entry(date_, Kind.AWARENESS, day.name, day.url, f"awareness:{day.name}:{date_}")


def _stories(session: Session, begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    shown = Story.state == StoryState.PUBLISHED, Story.published_at >= begin, Story.published_at < end
    held = Story.not_before >= begin, Story.not_before < end, Story.state.in_(_STILL_TO_COME)
    for story in session.scalars(select(Story).where(*shown)):
        yield _of_story(story, Kind.PUBLISHED, story.published_at, zone)
    for story in session.scalars(select(Story).where(*held)):
        yield _of_story(story, Kind.EMBARGO, story.not_before, zone)


_STILL_TO_COME = frozenset(
    {StoryState.WITH_STORYTELLER, StoryState.APPROVED, StoryState.SCHEDULED, StoryState.PUBLISHED}
)


def _consents(session: Session, begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    """Published stories whose newest yes for the website runs out."""
    newest = (
        select(func.max(StoryConsent.id))
        .where(StoryConsent.scope == Scope.WEB, StoryConsent.photo_person_id.is_(None))
        .group_by(StoryConsent.story_id)
    )
    query = (
        select(Story, StoryConsent.expires_at)
        .join(StoryConsent, StoryConsent.story_id == Story.id)
        .where(StoryConsent.id.in_(newest), StoryConsent.granted.is_(True), Story.state == StoryState.PUBLISHED)
        .where(StoryConsent.expires_at >= begin, StoryConsent.expires_at < end)
    )
    for story, ends in session.execute(query):
        yield _of_story(story, Kind.CONSENT, ends, zone)


def _reviews(session: Session, first: date, last: date) -> Iterator[Entry]:
    for article in session.scalars(published_articles()):
        if article.next_review and first <= article.next_review <= last:
            address = f"/desk/articles/{article.id}"
            yield Entry(article.next_review, Kind.REVIEW, article.title, address, f"review:{article.id}")


def _of_story(story: Story, kind: Kind, at: datetime | None, zone: ZoneInfo) -> Entry:
    assert at is not None  # noqa: S101 - the queries ask for it
    return Entry(_day(at, zone), kind, story.words.title, f"/desk/stories/{story.id}", f"{kind}:{story.id}", at)


def _active(session: Session) -> Iterable[Newsletter]:
    return [newsletter for newsletter in newsletters(session) if newsletter.active]


def _day(at: datetime, zone: ZoneInfo) -> date:
    return wall_clock(at, zone.key).date()
