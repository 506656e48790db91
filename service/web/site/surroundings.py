"""What stands around every public page: the sections in the navigation, the helplines at the foot, the glossary."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, g
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import BaseConverter

from service.library.actions import SLUG
from service.library.glossary import Term, mark_terms
from service.library.model import Helpline
from service.library.names import country_name, language_name
from service.library.queries import helplines, sections, terms
from service.library.search import highlighted
from service.web.frame import services


@dataclass(frozen=True)
class SectionLink:
    """A section in the navigation."""

    slug: str
    title: str


@dataclass(frozen=True)
class Line:
    """A helpline, with the name of the country it serves."""

    where: str
    name: str
    phone: str
    url: str
    note: str


@dataclass(frozen=True)
class SiteFrame:
    """All of it, as values that outlive the session they were read in."""

    sections: Sequence[SectionLink] = ()
    helplines: Sequence[Line] = ()
    terms: Sequence[Term] = ()


class SlugConverter(BaseConverter):
    """`<slug:name>` in a route: small letters, digits, single hyphens. Nothing else is looked for in the database."""

    regex = SLUG


def register(app: Flask) -> None:
    """Give routes `<slug:…>`, and every template `site_frame()` and the filters for glossary words and for names."""
    app.url_map.converters["slug"] = SlugConverter
    app.jinja_env.globals["site_frame"] = site_frame
    app.jinja_env.filters.update(
        protect=protect,
        explain=explain,
        highlighted=highlighted,
        country_name=country_name,
        language_name=language_name,
    )


def site_frame() -> SiteFrame:
    """The surroundings, read once a request; empty when the database cannot be asked, so that the error page stands."""
    if "site_frame" not in g:
        try:
            g.site_frame = _read_frame()
        except SQLAlchemyError:
            g.site_frame = SiteFrame()
    frame: SiteFrame = g.site_frame
    return frame


def protect(words: str) -> Markup:
    """Keep translation machines away from words of the glossary that they get wrong."""
    return mark_terms(words, site_frame().terms, explain=False)


def explain(words: str) -> Markup:
    """The same, and say at the first use of each what it means."""
    return mark_terms(words, site_frame().terms)


def _read_frame() -> SiteFrame:
    with services().database.read() as session:
        return SiteFrame(
            sections=[SectionLink(section.slug, section.title) for section in sections(session)],
            helplines=[_line(row) for row in helplines(session)],
            terms=terms(session),
        )


def _line(row: Helpline) -> Line:
    return Line(country_name(row.country), row.name, row.phone, row.url, row.note)
