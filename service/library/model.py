"""Sections and articles with numbered references and review dates, the network directory, the glossary."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db import Base


class Section(Base):
    """An ordered set of articles with an address of its own."""

    __tablename__ = "sections"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    articles: Mapped[list["Article"]] = relationship(back_populates="section", init=False, order_by="Article.position")


class Article(Base):
    """A page of checked information. `body` is CommonMark; `[n]` in it points at reference n."""

    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("section_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    section_id: Mapped[int] = mapped_column(ForeignKey("sections.id"), index=True, init=False)
    section: Mapped[Section] = relationship(back_populates="articles")
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    simple_version: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    lang: Mapped[str] = mapped_column(default="en-GB")
    content_notes: Mapped[list[str]] = mapped_column(default_factory=list)
    disclaimer: Mapped[str] = mapped_column(default="")
    reviewed_by: Mapped[str] = mapped_column(default="")
    reviewer_role: Mapped[str] = mapped_column(default="")
    lay_reviewers: Mapped[int] = mapped_column(default=0)
    last_reviewed: Mapped[date | None] = mapped_column(default=None)
    next_review: Mapped[date | None] = mapped_column(default=None)
    what_changed: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    references: Mapped[list["Reference"]] = relationship(
        init=False, order_by="Reference.number", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - two editors at once: the second is told


class Reference(Base):
    """A numbered source of an article."""

    __tablename__ = "article_references"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), init=False)
    number: Mapped[int]
    label: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    published: Mapped[date | None] = mapped_column(default=None)
    accessed: Mapped[date | None] = mapped_column(default=None)


class NetworkEntry(Base):
    """An organisation in the directory."""

    __tablename__ = "network_entries"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    country: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default_factory=list)
    services: Mapped[list[str]] = mapped_column(default_factory=list)
    audience: Mapped[list[str]] = mapped_column(default_factory=list)
    url: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    hours: Mapped[str] = mapped_column(default="")
    last_checked: Mapped[date | None] = mapped_column(default=None)
    check_every_days: Mapped[int] = mapped_column(default=180)
    """An entry nobody has checked for this long is stale, and hidden."""
    funding_disclosed: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class GlossaryTerm(Base):
    """A word readers may not know. `translate` is false for words that translation machines get wrong (ALL)."""

    __tablename__ = "glossary_terms"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    term: Mapped[str] = mapped_column(unique=True)
    say: Mapped[str] = mapped_column(default="")
    meaning: Mapped[str]
    translate: Mapped[bool] = mapped_column(default=True)


class Helpline(Base):
    """A number to ring, shown in the same place on every page."""

    __tablename__ = "helplines"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    country: Mapped[str]
    """ISO 3166, or `*` for a line that serves everywhere."""
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
