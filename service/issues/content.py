"""What an issue shows, item by item, to whoever may see it: the one place where stories are looked at again.

A story stands in a mail with consent for the newsletter, and on the archive page with consent for the archive. Whatever
held when the issue was composed, `visible_stories` says what holds now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.issues.model import Issue, Item, ItemKind
from service.languages import direction, primary
from service.library.model import Article, NetworkEntry
from service.library.names import country_name
from service.library.queries import published_articles
from service.library.resources import Resource, ResourceState
from service.links import Links
from service.markdown import first_words, to_html, to_text
from service.stories.model import Revision, Scope, Story
from service.stories.naming import NAMELESS
from service.stories.visibility import visible_stories
from service.stories.wording import TEASER_WORDS

SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 110
"""Characters that mailboxes show beside the subject; with fewer, the first words of the mail would follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An item as templates show it (templates/email/issue/body.mjml says what each part is); "" where it has none."""

    item_id: int
    kind: ItemKind
    heading: str
    html: Markup
    text: str
    title: str = ""
    byline: str = ""
    note: str = ""
    teaser: str = ""
    url: str = ""
    link_words: str = ""
    lang: str = ""
    """The language of its title, teaser and link words where that is not the letter's own (WCAG 2.2, 3.1.2)."""
    dir: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """`items` in reading order, and the items that may not be shown (any more)."""

    items: Sequence[Block]
    left_out: Sequence[Item]


@dataclass(frozen=True, slots=True)
class _Sources:
    stories: Mapping[int, tuple[Story, Revision]]
    on_the_web: frozenset[int]
    articles: Mapping[int, Article]
    entries: Mapping[int, NetworkEntry]
    resources: Mapping[int, Resource]


def mailed(session: Session, issue: Issue, links: Links, now: datetime) -> Content:
    """What a mail that left now would show."""
    return _content(issue, _sources(session, issue, Scope.NEWSLETTER, now), links)


def archived(session: Session, issue: Issue, links: Links, now: datetime) -> Content:
    """What the archive page of the issue shows now."""
    return _content(issue, _sources(session, issue, Scope.ARCHIVE, now), links)


def preheader(issue: Issue, content: Content) -> str:
    """The words beside the subject: the editors' own, or the titles inside, as many as fit.

    They are not composed once and kept, because a title is a storyteller's too, and goes with the story. Where titles
    alone would be short, the headings of the other parts follow.
    """
    if issue.preheader:
        return _inert(issue.preheader)
    titles = [block.title for block in content.items if block.kind in {ItemKind.STORY, ItemKind.ARTICLE}]
    line = _longer("", titles)
    if titles and len(line) < SHORTEST_PREHEADER:
        line = _longer(line, [block.heading for block in content.items if not block.title and block.heading])
    return line


def _longer(line: str, parts: Sequence[str]) -> str:
    """`line` with as many of `parts` as fit."""
    for part in parts:
        longer = f"{line or 'In this issue:'} {part}{'' if part[-1] in '.?!' else '.'}"
        if len(longer) <= LONGEST_PREHEADER:
            line = longer
    return line


def is_empty(session: Session, issue: Issue, now: datetime) -> bool:
    """True when a mail that left now would show nothing."""
    sources = _sources(session, issue, Scope.NEWSLETTER, now)
    return not any(_may_show(item, sources) for item in issue.items)


def _content(issue: Issue, sources: _Sources, links: Links) -> Content:
    return Content(
        items=[_block(item, sources, links) for item in issue.items if _may_show(item, sources)],
        left_out=[item for item in issue.items if not _may_show(item, sources)],
    )


def _may_show(item: Item, sources: _Sources) -> bool:
    return (
        (item.story_id is None or item.story_id in sources.stories)
        and (item.article_id is None or item.article_id in sources.articles)
        and (item.network_entry_id is None or item.network_entry_id in sources.entries)
        and (item.resource_id is None or item.resource_id in sources.resources)
    )


def _sources(session: Session, issue: Issue, surface: Scope, now: datetime) -> _Sources:
    stories = [item.story_id for item in issue.items if item.story_id]
    articles = [item.article_id for item in issue.items if item.article_id]
    entries = [item.network_entry_id for item in issue.items if item.network_entry_id]
    resources = [item.resource_id for item in issue.items if item.resource_id]
    accepted = select(Resource).where(Resource.id.in_(resources), Resource.state == ResourceState.ACCEPTED)
    seen = session.execute(visible_stories(surface, now).where(Story.id.in_(stories)))
    web = session.execute(visible_stories(Scope.WEB, now).where(Story.id.in_(stories)))
    return _Sources(
        stories={story.id: (story, words) for story, words in seen},
        on_the_web=frozenset(story.id for story, _ in web),
        articles={a.id: a for a in session.scalars(published_articles().where(Article.id.in_(articles)))},
        entries={
            e.id: e
            for e in session.scalars(select(NetworkEntry).where(NetworkEntry.id.in_(entries), NetworkEntry.active))
        },
        resources={each.id: each for each in session.scalars(accepted)},
    )


def _block(item: Item, sources: _Sources, links: Links) -> Block:
    if item.story_id is not None:
        return _story(item, *sources.stories[item.story_id], sources, links)
    if item.article_id is not None:
        return _article(item, sources.articles[item.article_id], links)
    if item.network_entry_id is not None:
        return _entry(item, sources.entries[item.network_entry_id])
    if item.resource_id is not None:
        return _resource(item, sources.resources[item.resource_id])
    if item.kind is ItemKind.PROMPT:
        return _words(item, url=links.to("/stories/share"), link_words="Tell us in your words")
    return _words(item)


def _story(item: Item, story: Story, words: Revision, sources: _Sources, links: Links) -> Block:
    linked = story.id in sources.on_the_web
    return _words(
        item,
        title=_inert(words.title),
        byline=_inert(_byline(story)),
        note=_note(story.content_notes),
        teaser=_inert(first_words(words.teaser or words.body, TEASER_WORDS)),
        **_language(story.lang, item),
        url=links.story(story.slug) if linked else "",
        link_words=_inert(f"Read the story “{words.title}”") if linked else "",
    )


def _byline(story: Story) -> str:
    return ", ".join(part for part in (story.display_name or NAMELESS, country_name(story.country)) if part)


def _article(item: Item, article: Article, links: Links) -> Block:
    return _words(
        item,
        title=_inert(article.title),
        note=_note(article.content_notes),
        teaser=_inert(article.summary),
        **_language(article.lang, item),
        url=links.article(article.section.slug, article.slug),
        link_words=_inert(f"Read “{article.title}”"),
    )


def _entry(item: Item, entry: NetworkEntry) -> Block:
    return _words(
        item,
        title=_inert(entry.name),
        byline=_inert(country_name(entry.country)),
        teaser=_inert(", ".join(entry.services)),
        url=entry.url,
        link_words=_inert(f"Go to {entry.name}") if entry.url else "",
    )


def _resource(item: Item, resource: Resource) -> Block:
    host = (urlsplit(resource.url).hostname or "").removeprefix("www.")
    return _words(
        item,
        title=_inert(resource.title),
        byline=_inert(f"on {host}"),
        teaser=_inert(resource.words),
        **_language(resource.lang or item.issue.newsletter.lang, item),
        url=resource.url,
        link_words=_inert(f"Read “{resource.title}” on {host}"),
    )


def _language(lang: str, item: Item) -> dict[str, str]:
    """What says the language of an item that is not in that of the letter; nothing for the others."""
    own = item.issue.newsletter.lang
    return {} if primary(lang) == primary(own) else {"lang": lang, "dir": direction(lang)}


def _words(item: Item, **parts: str) -> Block:
    own = _inert(item.words)
    return Block(
        item_id=item.id, kind=item.kind, heading=_inert(item.heading), html=to_html(own), text=to_text(own), **parts
    )


def _note(mentions: Sequence[str]) -> str:
    return _inert(f"this speaks of {', '.join(mentions)}.") if mentions else ""


def _inert(text: str) -> str:
    """`text` without anything that would be filled in as a slot of the mail."""
    return text.replace("%%", "% %")
