"""Newsletters, articles and stories for the tests, as the seed and the other subjects make them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.issues.model import Newsletter
from service.library.model import Article, NetworkEntry, Section
from service.stories.model import Revision, Scope, Story, StoryConsent
from tests.cast import NOW
from tests.stories.tales import a_published_story

RECIPE: dict[str, Any] = {
    "slots": [
        {"slot": "welcome", "source": "editor_note"},
        {"slot": "lead_story", "source": "stories", "where": ["published", "scope:newsletter", "not_featured"]},
        {"slot": "learn", "source": "articles", "where": ["review_in_date"], "order": "least_recently_featured"},
        {"slot": "dates", "source": "awareness_days", "window_days": 35, "max": 3},
        {"slot": "network", "source": "network", "count": 1, "where": ["checked_within:180d"]},
        {"slot": "ask", "source": "prompt_of_month"},
        {"slot": "footer", "source": "fixed"},
    ],
    "awareness_days": [
        {"name": "World Rest Day", "rrule": "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=10", "kind": "day", "url": None},
        {"name": "Tea Day", "rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", "kind": "day", "url": None},
    ],
    "prompts": ["What did you pack?", "Who sat with you?"],
}

FIRST_JULY = datetime.fromisoformat("2026-07-07T08:00:00+00:00")
"""The first Tuesday of July 2026, 09:00 in London."""


def a_newsletter(session: Session, slug: str = "monthly", **changed: Any) -> Newsletter:
    """A newsletter for every first Tuesday, 09:00 in London, drafted a month ahead."""
    parts: dict[str, Any] = {
        "name": "Monthly news",
        "rrule": "FREQ=MONTHLY;BYDAY=1TU",
        "wall_time": "09:00",
        "zone": "Europe/London",
        "lead_days": 30,
        "recipe": RECIPE,
        "created_at": NOW,
    }
    paper = Newsletter(slug=slug, **(parts | changed))
    session.add(paper)
    session.flush()
    return paper


def a_story(
    session: Session, slug: str, published: datetime = NOW, *, scopes: tuple[Scope, ...] = (Scope.WEB, Scope.NEWSLETTER)
) -> Story:
    """A published story titled after its slug, with a yes for `scopes`."""
    words = Revision(
        number=1,
        title=slug.replace("-", " ").capitalize(),
        teaser="A blue blanket.",
        body="It was blue, and it was warm.",
        author="storyteller",
        created_at=NOW,
    )
    story = a_published_story(session, slug, scopes=scopes, words=words)
    story.published_at = published
    session.flush()
    return story


def take_back(story: Story, scope: Scope) -> None:
    """The storyteller's no for one place."""
    answer = StoryConsent(
        scope=scope,
        granted=False,
        revision_hash=story.shown_hash,
        statement="May we?",
        statement_version="test",
        lang="en",
        given_at=NOW,
    )
    story.consents.append(answer)


def an_article(session: Session, slug: str, *, next_review: date = date(2027, 3, 1), position: int = 0) -> Article:
    """A published article in the only section, titled after its slug."""
    section = session.query(Section).first() or Section(slug="understanding", title="Understanding")
    article = Article(
        section=section,
        slug=slug,
        title=slug.capitalize(),
        summary=f"About {slug}.",
        next_review=next_review,
        position=position,
        published_at=NOW,
        updated_at=NOW,
    )
    session.add(article)
    session.flush()
    return article


def an_entry(session: Session, name: str, *, checked: date = date(2026, 6, 1)) -> NetworkEntry:
    """An organisation of the network."""
    entry = NetworkEntry(
        name=name, country="GB", services=["helpline"], url="https://help.example", last_checked=checked
    )
    session.add(entry)
    session.flush()
    return entry


def days_before(count: int) -> datetime:
    """That many days before NOW."""
    return NOW - timedelta(days=count)
