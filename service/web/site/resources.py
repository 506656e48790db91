"""Everything there is, on one page: sections and their articles, words explained, helplines."""

from flask import Blueprint, Response
from sqlalchemy import select

from service.library.model import GlossaryTerm
from service.library.queries import articles_in, sections
from service.web.access import public
from service.web.frame import render, services

blueprint = Blueprint("resources", __name__)


@blueprint.get("/resources")
@public
def show() -> Response:
    """The shelf."""
    with services().database.read() as session:
        return render(
            "site/resources.html",
            contents=[(section, articles_in(session, section)) for section in sections(session)],
            glossary=session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.term)).all(),
        )
