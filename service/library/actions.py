"""What editors do with articles: save one, publish it, take it off the site."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from service.db import UnitOfWork
from service.library.errors import AddressTaken, BadSlug, NotAWebAddress
from service.library.model import Article, Reference, Section
from service.library.references import renumber

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
"""What the address of a section or an article may look like, as a regular expression."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A reference as an editor types it. `url` is empty or an http(s) address."""

    label: str
    url: str = ""
    published: date | None = None
    accessed: date | None = None


@dataclass(frozen=True, kw_only=True)
class ArticleWords:
    """All of an article that editors write. `body` is CommonMark in which `[n]` points at the n-th of `sources`."""

    title: str
    slug: str
    summary: str = ""
    body: str = ""
    simple_version: str = ""
    lang: str = "en-GB"
    content_notes: tuple[str, ...] = ()
    disclaimer: str = ""
    reviewed_by: str = ""
    reviewer_role: str = ""
    lay_reviewers: int = 0
    last_reviewed: date | None = None
    next_review: date | None = None
    what_changed: str = ""
    sources: tuple[Source, ...] = ()


def add_article(uow: UnitOfWork, section: Section, words: ArticleWords, *, now: datetime) -> Article:
    """Add an unpublished article at the end of `section`. Raises BadSlug, AddressTaken or NotAWebAddress."""
    _check_slug(uow, section, words.slug, None)
    last = max((article.position for article in section.articles), default=0)
    article = Article(section=section, slug=words.slug, title=words.title, position=last + 1, updated_at=now)
    uow.session.add(article)
    _write(article, words)
    uow.session.flush()
    return article


def save_article(uow: UnitOfWork, article: Article, words: ArticleWords, *, version: int, now: datetime) -> None:
    """Replace the words of an article that the editor opened at `version`.

    Raises StaleDataError when somebody else saved first, and BadSlug, AddressTaken or NotAWebAddress. A published
    article shows the change at once, so its references must stand: raises ReferenceNotCited or ReferenceNotListed.
    """
    if article.version != version:
        raise StaleDataError("the article was saved by somebody else meanwhile")
    _check_slug(uow, article.section, words.slug, article.id)
    _write(article, words)
    article.updated_at = now
    if article.published_at is not None:
        _settle_references(article)


def publish_article(uow: UnitOfWork, article: Article, *, now: datetime) -> None:  # noqa: ARG001 - all actions take a unit
    """Put an article on the site. Raises ReferenceNotCited or ReferenceNotListed; publishing twice changes nothing."""
    if article.published_at is not None:
        return
    _settle_references(article)
    article.published_at = article.updated_at = now


def _check_slug(uow: UnitOfWork, section: Section, slug: str, own_id: int | None) -> None:
    if not re.fullmatch(SLUG, slug):
        raise BadSlug
    holder = uow.session.scalar(select(Article.id).where(Article.section_id == section.id, Article.slug == slug))
    if holder not in (None, own_id):
        raise AddressTaken


def _write(article: Article, words: ArticleWords) -> None:
    for name in ArticleWords.__dataclass_fields__.keys() - {"sources", "content_notes"}:
        setattr(article, name, getattr(words, name))
    article.content_notes = list(words.content_notes)
    _write_references(article, words.sources)


def _write_references(article: Article, sources: Sequence[Source]) -> None:
    """Change rows in place: a deleted and an added row of the same number would meet in the unique constraint."""
    del article.references[len(sources) :]
    for number, source in enumerate(sources, start=1):
        if source.url and urlsplit(source.url).scheme not in {"http", "https"}:
            raise NotAWebAddress
        if number > len(article.references):
            article.references.append(Reference(number=number, label=source.label))
        row = article.references[number - 1]
        row.label, row.url, row.published, row.accessed = source.label, source.url, source.published, source.accessed


def _settle_references(article: Article) -> None:
    """Number markers and list in order of first use, so that readers meet 1 before 2."""
    by_number = {reference.number: _source(reference) for reference in article.references}
    renumbered = renumber(article.body, by_number)
    article.body = renumbered.text
    _write_references(article, _in_new_order(by_number, renumbered.new_numbers))


def _in_new_order(sources: Mapping[int, Source], new_numbers: Mapping[int, int]) -> list[Source]:
    return [sources[old] for old in sorted(new_numbers, key=lambda old: new_numbers[old])]


def _source(row: Reference) -> Source:
    return Source(label=row.label, url=row.url, published=row.published, accessed=row.accessed)
