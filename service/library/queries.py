"""What the library holds, as others ask for it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, joinedload, selectinload

from service.library.directory import is_fresh
from service.library.glossary import Term
from service.library.model import Article, GlossaryTerm, Helpline, NetworkEntry, Section


def sections(session: Session) -> Sequence[Section]:
    """All sections in their order."""
    return session.scalars(select(Section).order_by(Section.position, Section.id)).all()


def section_named(session: Session, slug: str) -> Section | None:
    """The section with this address."""
    return session.scalar(select(Section).where(Section.slug == slug))


def published_articles() -> Select[Article]:
    """Articles the public may read, each with its section; unordered. Narrow and order it with further clauses."""
    return select(Article).options(joinedload(Article.section)).where(Article.published_at.is_not(None))


def in_date_articles(now: datetime) -> Select[Article]:
    """Published articles whose next review has been set and has not passed."""
    return published_articles().where(Article.next_review >= now.date())


def articles_in(session: Session, section: Section) -> Sequence[Article]:
    """The published articles of a section in their order."""
    query = published_articles().where(Article.section_id == section.id).order_by(Article.position, Article.id)
    return session.scalars(query).all()


def article_at(session: Session, section: str, slug: str) -> Article | None:
    """The published article at an address, with its references."""
    query = published_articles().join(Article.section).where(Section.slug == section, Article.slug == slug)
    return session.scalar(query.options(selectinload(Article.references)))


def all_articles(session: Session) -> Sequence[Article]:
    """Every article, drafts too, section by section: the list of the desk."""
    query = select(Article).options(joinedload(Article.section)).join(Article.section)
    return session.scalars(query.order_by(Section.position, Article.position, Article.id)).all()


def is_overdue(article: Article, today: date) -> bool:
    """True when the article should have been reviewed before today, or nobody has said when it will be."""
    return article.next_review is None or article.next_review < today


def terms(session: Session) -> list[Term]:
    """The glossary as values, in alphabetical order."""
    rows = session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.term))
    return [Term(row.term, row.meaning, row.translate) for row in rows]


def helplines(session: Session) -> Sequence[Helpline]:
    """Numbers to ring, in the order they were added; those that serve everywhere come last."""
    return session.scalars(select(Helpline).order_by(case((Helpline.country == "*", 1), else_=0), Helpline.id)).all()


def network(session: Session, today: date) -> list[NetworkEntry]:
    """The organisations on show, by name: active ones that somebody has checked lately enough."""
    rows = session.scalars(select(NetworkEntry).where(NetworkEntry.active).order_by(NetworkEntry.name))
    return [entry for entry in rows if is_fresh(entry, today)]
