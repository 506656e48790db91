"""Articles in their sections: `/<section>` and `/<section>/<slug>`.

Every other address of the site is more exact, so it wins; what is no section is not found.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, abort
from sqlalchemy.orm import Session

from service.library.model import Article
from service.library.queries import article_at, articles_in, is_overdue, section_named
from service.library.references import link_markers
from service.markdown import to_html
from service.stories.queries import newest_stories
from service.web.access import public
from service.web.frame import now, render, services

blueprint = Blueprint("articles", __name__)


@blueprint.get("/<slug:section>")
@public
def show_section(section: str) -> Response:
    """The contents of a section."""
    with services().database.read() as session:
        found = section_named(session, section) or abort(404)
        return render(
            "site/section.html",
            section=found,
            articles=articles_in(session, found),
            latest=newest_stories(session, now(), most=1),
        )


@blueprint.get("/<slug:section>/<slug:slug>")
@public
def show(section: str, slug: str) -> Response:
    """One article, with its sources and its neighbours."""
    with services().database.read() as session:
        article = article_at(session, section, slug) or abort(404)
        return _page_of(session, article)


def _page_of(session: Session, article: Article) -> Response:
    siblings = articles_in(session, article.section)
    before, after = _neighbours(siblings, article)
    return render(
        "site/article.html",
        lang=article.lang,
        article=article,
        cited=link_markers(to_html(article.body), {reference.number for reference in article.references}),
        siblings=siblings,
        before=before,
        after=after,
        overdue=is_overdue(article, now().date()),
        latest=newest_stories(session, now(), most=1),
    )


def _neighbours(siblings: Sequence[Article], article: Article) -> tuple[Article | None, Article | None]:
    place = siblings.index(article)
    return (siblings[place - 1] if place else None), (siblings[place + 1] if place + 1 < len(siblings) else None)
