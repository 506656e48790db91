"""What an issue shows, item by item, to whoever may see it: the one place where stories are looked at again.

A story stands in a mail with consent for the newsletter, and on the archive page with consent for the archive. Whatever
held when the issue was composed, `visible_stories` says what holds now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup
from sqlalchemy.orm import Session

from service.issues.entries import Entry, Shelf, entry_of, shelf_of
from service.issues.model import Issue, Item, ItemKind
from service.languages import direction, primary
from service.library.model import Article, NetworkEntry
from service.library.names import country_name
from service.library.resources import Resource
from service.links import Links
from service.markdown import first_words, to_html, to_text
from service.stories.model import Revision, Scope, Story
from service.stories.naming import NAMELESS
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


def mailed(session: Session, issue: Issue, links: Links, now: datetime) -> Content:
    """What a mail that left now would show to somebody who has chosen nothing."""
    return _content(session, issue, Scope.NEWSLETTER, links.in_issue(issue.id), now)


def archived(session: Session, issue: Issue, links: Links, now: datetime) -> Content:
    """What the archive page of the issue shows now."""
    return _content(session, issue, Scope.ARCHIVE, links, now)


def preheader(issue: Issue, content: Content) -> str:
    """The words beside the subject: the editors' own, or the titles inside (`titles_inside`)."""
    return _inert(issue.preheader) if issue.preheader else titles_inside(content.items)


def titles_inside(items: Sequence[Block]) -> str:
    """The titles of what is inside, as many as fit beside a subject.

    They are not composed once and kept, because a title is a storyteller's too, and goes with the story. Where titles
    alone would be short, the headings of the other parts follow.
    """
    titles = [block.title for block in items if block.kind in {ItemKind.STORY, ItemKind.ARTICLE}]
    line = _longer("", titles)
    if titles and len(line) < SHORTEST_PREHEADER:
        line = _longer(line, [block.heading for block in items if not block.title and block.heading])
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
    entries = [entry_of(item) for item in issue.items]
    shelf = shelf_of(session, entries, Scope.NEWSLETTER, now)
    return not any(map(shelf.has, entries))


def _content(session: Session, issue: Issue, surface: Scope, links: Links, now: datetime) -> Content:
    entries = [entry_of(item) for item in issue.items]
    shelf = shelf_of(session, entries, surface, now)
    shown = [entry for entry in entries if shelf.has(entry)]
    kept = {entry.item_id for entry in shown}
    return Content(
        items=blocks(shown, shelf, links, issue.newsletter.lang),
        left_out=[item for item in issue.items if item.id not in kept],
    )


def blocks(entries: Sequence[Entry], shelf: Shelf, links: Links, lang: str) -> list[Block]:
    """Entries as templates show them, in a letter of the language `lang`; all of them are on the shelf."""
    return [_block(entry, shelf, links, lang) for entry in entries]


def _block(entry: Entry, shelf: Shelf, links: Links, lang: str) -> Block:
    if entry.kind is ItemKind.CORRECTION:  # of a story, it goes with the story, and shows nothing of it
        return _words(entry)
    if entry.story_id is not None:
        url = links.story(shelf.stories[entry.story_id][0].slug) if entry.story_id in shelf.on_the_web else ""
        return _story(entry, *shelf.stories[entry.story_id], url, lang)
    if entry.article_id is not None:
        return _article(entry, shelf.articles[entry.article_id], links, lang)
    if entry.network_entry_id is not None:
        return _network(entry, shelf.network[entry.network_entry_id])
    if entry.resource_id is not None:
        return _resource(entry, shelf.resources[entry.resource_id], lang)
    if entry.kind is ItemKind.PROMPT:
        return _words(entry, url=links.share(), link_words="Tell us in your words")
    return _words(entry)


def _story(entry: Entry, story: Story, words: Revision, url: str, lang: str) -> Block:
    return _words(
        entry,
        title=_inert(words.title),
        byline=_inert(_byline(story)),
        note=_note(story.content_notes),
        teaser=_inert(first_words(words.teaser or words.body, TEASER_WORDS)),
        **_language(story.lang, lang),
        url=url,
        link_words=_inert(f"Read the story “{words.title}”") if url else "",
    )


def _byline(story: Story) -> str:
    return ", ".join(part for part in (story.display_name or NAMELESS, country_name(story.country)) if part)


def _article(entry: Entry, article: Article, links: Links, lang: str) -> Block:
    return _words(
        entry,
        title=_inert(article.title),
        note=_note(article.content_notes),
        teaser=_inert(article.summary),
        **_language(article.lang, lang),
        url=links.article(article.section.slug, article.slug),
        link_words=_inert(f"Read “{article.title}”"),
    )


def _network(entry: Entry, place: NetworkEntry) -> Block:
    return _words(
        entry,
        title=_inert(place.name),
        byline=_inert(country_name(place.country)),
        teaser=_inert(", ".join(place.services)),
        url=place.url,
        link_words=_inert(f"Go to {place.name}") if place.url else "",
    )


def _resource(entry: Entry, resource: Resource, lang: str) -> Block:
    host = (urlsplit(resource.url).hostname or "").removeprefix("www.")
    return _words(
        entry,
        title=_inert(resource.title),
        byline=_inert(f"on {host}"),
        teaser=_inert(resource.words),
        **_language(resource.lang or lang, lang),
        url=resource.url,
        link_words=_inert(f"Read “{resource.title}” on {host}"),
    )


def _language(lang: str, letter: str) -> dict[str, str]:
    """What says the language of an item that is not in that of the letter; nothing for the others."""
    return {} if primary(lang) == primary(letter) else {"lang": lang, "dir": direction(lang)}


def _words(entry: Entry, **parts: str) -> Block:
    own = _inert(entry.words)
    return Block(
        item_id=entry.item_id,
        kind=entry.kind,
        heading=_inert(entry.heading),
        html=to_html(own),
        text=to_text(own),
        **parts,
    )


def _note(mentions: Sequence[str]) -> str:
    return _inert(f"this speaks of {', '.join(mentions)}.") if mentions else ""


def _inert(text: str) -> str:
    """`text` without anything that would be filled in as a slot of the mail."""
    return text.replace("%%", "% %")
