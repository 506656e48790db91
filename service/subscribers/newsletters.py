"""What we need to know of newsletters: their names. Issues stand above us, so we read the table, not the model."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, Row, Text, column, select, table
from sqlalchemy.orm import Session

from service.subscribers.errors import NoSuchNewsletter

_newsletters = table(
    "newsletters", column("id", Integer), column("slug", Text), column("name", Text), column("lang", Text),
    column("more_languages", JSON), column("active", Boolean), column("discreet_name", Text),
    column("discreet_sender", Text),
)  # fmt: skip
_named = select(_newsletters)
_in_order = _named.order_by(_newsletters.c.id)


@dataclass(frozen=True, slots=True)
class NewsletterName:
    """A newsletter as its readers know it."""

    id: int
    slug: str
    name: str
    lang: str
    more_languages: tuple[str, ...] = ()
    """BCP 47 tags of what may be in it besides `lang`."""
    discreet_name: str = ""
    discreet_sender: str = ""


def newsletter_name(session: Session, newsletter_id: int) -> NewsletterName:
    """The name of a newsletter that has subscriptions."""
    return _read(session.execute(_named.where(_newsletters.c.id == newsletter_id)).one())


def open_newsletters(session: Session) -> list[NewsletterName]:
    """Those that can be subscribed to, in the order they were founded."""
    return [_read(row) for row in session.execute(_in_order.where(_newsletters.c.active))]


def open_newsletter(session: Session, slug: str = "") -> NewsletterName:
    """The one with this slug that can be subscribed to; the first one without a slug. Raises NoSuchNewsletter."""
    for newsletter in open_newsletters(session):
        if slug in {"", newsletter.slug}:
            return newsletter
    raise NoSuchNewsletter


def _read(row: Row[*tuple[Any, ...]]) -> NewsletterName:
    more = tuple(row.more_languages)
    return NewsletterName(row.id, row.slug, row.name, row.lang, more, row.discreet_name, row.discreet_sender)
