"""Checks of what is in the issue: consent, articles in date, nothing twice, and no ask beside a memorial."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import Select, select

from service.issues.asking import MEMORIAL, asks_for_money
from service.issues.featured import has_had
from service.issues.model import Item, ItemKind
from service.issues.preflight.findings import Finding, Level
from service.issues.preflight.sight import Sight
from service.library.model import Article
from service.library.queries import is_overdue
from service.stories.model import Scope, Story
from service.stories.visibility import visible_stories

LONG_OVERDUE = timedelta(days=182)


def something_to_read(sight: Sight) -> Iterator[Finding]:
    """An empty mail helps nobody."""
    if not sight.content.items:
        yield Finding(
            level=Level.BLOCK,
            code="empty",
            sentence="There is nothing to read in it.",
            mend=sight.desk("#items"),
            final=True,
        )


def consent(sight: Sight) -> Iterator[Finding]:
    """Every story has a valid yes for the newsletter, now and still when the issue leaves."""
    ids = [item.story_id for item in sight.issue.items if item.story_id]
    then = set(sight.session.scalars(_mailable(sight, ids)))
    gone = {item.id for item in sight.content.left_out}
    for number, item in enumerate(sight.issue.items, start=1):
        if item.story_id is None or (item.id not in gone and item.story_id in then):
            continue
        what = "may not be mailed" if item.id in gone else "may not be mailed any more on that day"
        yield Finding(
            level=Level.BLOCK,
            code="consent",
            about=str(item.id),
            sentence=f"The story in item {number} {what}: there is no yes for the newsletter. Take it out.",
            mend=sight.at(item),
            final=True,
        )


def _mailable(sight: Sight, ids: list[int]) -> Select[int]:
    return visible_stories(Scope.NEWSLETTER, sight.leaves_at).with_only_columns(Story.id).where(Story.id.in_(ids))


def still_there(sight: Sight) -> Iterator[Finding]:
    """What was chosen is still on the site."""
    for item in sight.content.left_out:
        if item.story_id is None:
            yield Finding(
                level=Level.WARN, code="left_out", about=str(item.id), mend=sight.at(item),
                sentence=f"Item {item.position} is left out, because it is not on the site any more.",
            )  # fmt: skip


def articles_in_date(sight: Sight) -> Iterator[Finding]:
    """An article past its review is named; one that is half a year past it may not go out."""
    day = sight.leaves_at.date()
    for item in sight.issue.items:
        article = sight.session.get(Article, item.article_id) if item.article_id else None
        if article is None or article.next_review is None or not is_overdue(article, day):
            continue
        long = day - article.next_review > LONG_OVERDUE
        yield Finding(
            level=Level.BLOCK if long else Level.WARN,
            code="article_overdue",
            about=str(article.id),
            sentence=f"“{article.title}” should have been reviewed by {article.next_review:%d %B %Y}.",
            mend=f"/desk/articles/{article.id}",
        )


def nothing_twice(sight: Sight) -> Iterator[Finding]:
    """The same story or article stands once, and no story comes a second time."""
    for key, count in Counter(_what(item) for item in sight.issue.items if _what(item)).items():
        if count > 1:
            again = [item for item in sight.issue.items if _what(item) == key][-1]
            yield Finding(
                level=Level.BLOCK, code="twice", about=key, mend=sight.at(again),
                sentence=f"Item {again.position} shows the same {key.split(':')[0]} as an item above it.",
            )  # fmt: skip
    for item in _tellings(sight):
        if item.story_id and has_had(sight.session, sight.issue, item.story_id):
            yield Finding(
                level=Level.WARN, code="featured_before", about=str(item.id), mend=sight.at(item),
                sentence=f"The story in item {item.position} was in an issue of this newsletter before.",
            )  # fmt: skip


def _tellings(sight: Sight) -> list[Item]:
    """The items without such as only put something right that readers had before."""
    return [item for item in sight.issue.items if item.kind is not ItemKind.CORRECTION]


def _what(item: Item) -> str:
    rows = (
        ("story", item.story_id),
        ("article", item.article_id),
        ("entry", item.network_entry_id),
        ("resource", item.resource_id),
    )
    return next((f"{kind}:{row}" for kind, row in rows if row is not None), "")


def no_ask_beside_a_memorial(sight: Sight) -> Iterator[Finding]:
    """Nobody is asked for money beside somebody's death."""
    ids = [item.story_id for item in sight.issue.items if item.story_id]
    memorials = set(sight.session.scalars(select(Story.id).where(Story.id.in_(ids), Story.format == MEMORIAL)))
    for one, other in pairwise(sight.issue.items):
        for memorial, ask in ((one, other), (other, one)):
            if memorial.story_id in memorials and asks_for_money(ask.heading, ask.words):
                yield Finding(
                    level=Level.BLOCK, code="ask_beside_memorial", about=str(ask.id), mend=sight.at(ask),
                    sentence=f"Item {ask.position} asks for money beside a story in memory of somebody. Move one.",
                )  # fmt: skip


def story_notes(sight: Sight) -> Iterator[Finding]:
    """Every story says what it mentions, so that readers can choose."""
    for item in _tellings(sight):
        story = sight.session.get(Story, item.story_id) if item.story_id else None
        if story is not None and not story.content_notes and story.format != "postcard":
            yield Finding(
                level=Level.WARN, code="no_note", about=str(story.id), mend=f"/desk/stories/{story.id}",
                sentence=f"The story in item {item.position} has no content note. Does it really mention nothing hard?",
            )  # fmt: skip
