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

from service.issues.entries import CLOSING, Entry, Shelf, entry_of, shelf_of
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.model import Issue, Item, ItemKind
from service.languages import direction, primary
from service.library.model import Article, NetworkEntry
from service.library.names import country_name
from service.library.resources import Resource
from service.links import Links
from service.mail.phrase import Part, Phrase
from service.markdown import first_words, to_html, to_text
from service.stories.model import Revision, Scope, Story
from service.stories.naming import NAMELESS
from service.stories.wording import TEASER_WORDS

SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 110
"""Characters that mailboxes show beside the subject; with fewer, the first words of the mail would follow."""

_NAMES = "en"
"""The language of the names of countries (`library.names`)."""


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
    """The language of its title and teaser where that is not the letter's own (WCAG 2.2, 3.1.2)."""
    dir: str = ""
    is_ours: bool = False
    """Whether its heading and words are the frame's, and not the editors'."""


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
    if issue.preheader:
        return _inert(issue.preheader)
    return titles_inside(content.items, frame_in(issue.newsletter.lang))


def titles_inside(items: Sequence[Block], frame: Frame) -> str:
    """The titles of what is inside, as many as fit beside a subject.

    They are not composed once and kept, because a title is a storyteller's too, and goes with the story. Where titles
    alone would be short, the headings of the other parts follow.
    """
    titles = [block.title for block in items if block.kind in {ItemKind.STORY, ItemKind.ARTICLE}]
    line = _longer("", titles, frame)
    if titles and len(line) < SHORTEST_PREHEADER:
        line = _longer(line, [block.heading for block in items if not block.title and block.heading], frame)
    return line


def _longer(line: str, parts: Sequence[str], frame: Frame) -> str:
    """`line` with as many of `parts` as fit."""
    for part in parts:
        longer = f"{line or frame.inside} {part}{'' if part[-1] in '.?!؟' else '.'}"
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
    lang = issue.newsletter.lang
    return Content(
        items=blocks(shown, shelf, links, lang, frame_in(lang)),
        left_out=[item for item in issue.items if item.id not in kept],
    )


def blocks(entries: Sequence[Entry], shelf: Shelf, links: Links, lang: str, frame: Frame) -> list[Block]:
    """Entries as templates show them, in a letter of the language `lang` and in `frame`; all are on the shelf."""
    writer = _Writer(shelf, links, lang, frame)
    return [writer.block(entry) for entry in entries]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the blocks of one letter."""

    shelf: Shelf
    links: Links
    lang: str
    frame: Frame

    def block(self, entry: Entry) -> Block:
        """One entry, whatever it is of."""
        if entry.kind is ItemKind.CORRECTION:  # of a story, it goes with the story, and shows nothing of it
            return _words(entry)
        if entry.story_id is not None:
            return self._story(entry, *self.shelf.stories[entry.story_id])
        if entry.article_id is not None:
            return self._article(entry, self.shelf.articles[entry.article_id])
        if entry.network_entry_id is not None:
            return self._network(entry, self.shelf.network[entry.network_entry_id])
        if entry.resource_id is not None:
            return self._resource(entry, self.shelf.resources[entry.resource_id])
        if entry.kind is ItemKind.PROMPT:
            return _words(entry, url=self.links.share(), link_words=self._said(self.frame.tell_us))
        return _words(entry)

    def _story(self, entry: Entry, story: Story, words: Revision) -> Block:
        url = self.links.story(story.slug) if story.id in self.shelf.on_the_web else ""
        return _words(
            entry,
            title=_inert(words.title),
            byline=self._byline(story),
            note=self._note(story.content_notes),
            teaser=_inert(first_words(words.teaser or words.body, TEASER_WORDS)),
            **self._language(story.lang),
            url=url,
            link_words=self._said(self.frame.read_story, title=(words.title, story.lang)) if url else "",
        )

    def _byline(self, story: Story) -> str:
        shown, country = story.display_name or NAMELESS, country_name(story.country)
        name = (self.frame.nameless, self.frame.lang) if shown == NAMELESS else (shown, "")
        if not country:
            return self._phrase("{name}", self.lang, name=name)
        return self._phrase(self.frame.name_and_country, self.lang, name=name, country=(country, _NAMES))

    def _article(self, entry: Entry, article: Article) -> Block:
        return _words(
            entry,
            title=_inert(article.title),
            note=self._note(article.content_notes),
            teaser=_inert(article.summary),
            **self._language(article.lang),
            url=self.links.article(article.section.slug, article.slug),
            link_words=self._said(self.frame.read_article, title=(article.title, article.lang)),
        )

    def _network(self, entry: Entry, place: NetworkEntry) -> Block:
        return _words(
            entry,
            title=_inert(place.name),
            byline=self._phrase("{country}", self.lang, country=(country_name(place.country), _NAMES)),
            teaser=_inert(", ".join(place.services)),
            url=place.url,
            link_words=self._said(self.frame.visit, name=(place.name, "")) if place.url else "",
        )

    def _resource(self, entry: Entry, resource: Resource) -> Block:
        host = (urlsplit(resource.url).hostname or "").removeprefix("www.")
        lang = resource.lang or self.lang
        return _words(
            entry,
            title=_inert(resource.title),
            byline=self._said(self.frame.on_host, host=(host, "")),
            teaser=_inert(resource.words),
            **self._language(lang),
            url=resource.url,
            link_words=self._said(self.frame.read_elsewhere, title=(resource.title, lang), host=(host, "")),
        )

    def _language(self, lang: str) -> dict[str, str]:
        """What says the language of an item that is not in that of the letter; nothing for the others."""
        return {} if primary(lang) == primary(self.lang) else {"lang": lang, "dir": direction(lang)}

    def _note(self, mentions: Sequence[str]) -> str:
        return self._said(self.frame.speaks_of, notes=(", ".join(mentions), self.lang)) if mentions else ""

    def _said(self, pattern: str, **parts: Part) -> Phrase:
        """Words of the frame."""
        return self._phrase(pattern, self.frame.lang, **parts)

    def _phrase(self, pattern: str, lang: str, **parts: Part) -> Phrase:
        inert = {name: (_inert(words), its) for name, (words, its) in parts.items()}
        return Phrase.of(pattern, lang, self.lang, **inert)


def _words(entry: Entry, **parts: str) -> Block:
    own = _inert(entry.words)
    return Block(
        item_id=entry.item_id,
        kind=entry.kind,
        heading=_inert(entry.heading),
        html=to_html(own),
        text=to_text(own),
        is_ours=entry.slot == CLOSING,
        **parts,
    )


def _inert(text: str) -> str:
    """`text` without anything that would be filled in as a slot of the mail."""
    return text.replace("%%", "% %")
