"""What earlier issues of a newsletter have carried: nothing a reader has had comes again as if it were new."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.model import Issue, Item, ItemKind, Newsletter
from service.issues.past import Past, counts, past_of
from service.languages import primary
from service.library.model import Article
from service.library.queries import in_date_articles
from service.library.resources import Resource
from service.library.suggestions import accepted
from service.stories.model import Revision, Scope, Story
from service.stories.visibility import visible_stories


def has_had(session: Session, issue: Issue, story_id: int) -> bool:
    """Whether another issue of the same newsletter has carried a story."""
    query = (
        select(Item.id)
        .join(Item.issue)
        .where(Issue.newsletter_id == issue.newsletter_id, Issue.id != issue.id, counts(), Item.story_id == story_id)
    )
    return session.scalar(query.limit(1)) is not None


def waiting_stories(
    session: Session, paper: Newsletter, *, on: datetime, now: datetime, past: Past | None = None
) -> list[tuple[Story, Revision]]:
    """Stories that may be mailed now and still on the day `on`, in the newsletter's languages and on its topics, and
    were never in an issue of it; oldest published first. `past` is what its issues have carried, where it is known."""
    had = (past or past_of(session, paper.id)).last(ItemKind.STORY)
    then = {story.id for story, _ in session.execute(visible_stories(Scope.NEWSLETTER, max(on, now)))}
    rows = session.execute(visible_stories(Scope.NEWSLETTER, now).order_by(Story.published_at, Story.id))
    return [
        (story, words)
        for story, words in rows
        if story.id in then and story.id not in had and _reads(paper, story.lang) and _fits(paper, story)
    ]


def ready_articles(
    session: Session, paper: Newsletter, *, on: datetime, now: datetime, past: Past | None = None
) -> Sequence[tuple[Article, datetime | None]]:
    """Articles in date on the day `on`, with when they were last in an issue: those that never were first, as they are
    ordered in the library, then the one that was longest ago."""
    had = (past or past_of(session, paper.id)).last(ItemKind.ARTICLE)
    found = [a for a in session.scalars(in_date_articles(max(on, now))) if _reads(paper, a.lang)]
    found.sort(key=lambda a: (a.section.position, a.position, a.id))
    found.sort(key=lambda a: had[a.id].timestamp() if a.id in had else 0)
    return [(article, had.get(article.id)) for article in found]


def fresh_resources(
    session: Session, paper: Newsletter, *, on: datetime, now: datetime, past: Past | None = None
) -> list[Resource]:
    """Articles of others that an editor accepted, may still be used on the day `on`, and were never in an issue; the
    one accepted first comes first."""
    had = (past or past_of(session, paper.id)).last(ItemKind.RESOURCE)
    found = accepted(session, max(on, now))
    return [each for each in found if each.id not in had and _reads(paper, each.lang or paper.lang)]


def _reads(paper: Newsletter, lang: str) -> bool:
    return primary(lang) in {primary(each) for each in (paper.lang, *paper.more_languages)}


def _fits(paper: Newsletter, story: Story) -> bool:
    return not paper.topics or not set(paper.topics).isdisjoint(story.topics)
