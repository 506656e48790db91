"""Search over published articles and the stories that may stand on the web."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.library.model import Article
from service.library.queries import published_articles
from service.library.references import without_markers
from service.library.search import holding, passage, rank, search_words
from service.markdown import to_text
from service.stories.model import Revision, Scope
from service.stories.visibility import visible_stories
from service.web.access import public
from service.web.forms import one_line
from service.web.frame import now, render, services

blueprint = Blueprint("search", __name__)

LONGEST_QUESTION = 200
MOST_HITS = 50


@dataclass(frozen=True)
class Hit:
    """A page that answers."""

    rank: int
    kind: str
    title: str
    path: str
    passage: str


@blueprint.get("/search")
@public
def show() -> Response:
    """The question, and the pages that have all of its words, best first."""
    asked = one_line(request.args.get("q", ""), most=LONGEST_QUESTION)
    words = search_words(asked)
    hits: list[Hit] = []
    if words:
        with services().database.read() as session:
            found = [*_articles(session, words), *_stories(session, words, now())]
        hits = sorted(found, key=lambda hit: (-hit.rank, hit.title))[:MOST_HITS]
    return render("site/search.html", asked=asked, words=words, hits=hits)


def _articles(session: Session, words: list[str]) -> Iterator[Hit]:
    query = holding(published_articles(), words, Article.title, Article.summary, Article.body, Article.simple_version)
    for article in session.scalars(query):
        body = without_markers(to_text(article.body))
        yield Hit(
            rank=rank(words, title=article.title, summary=article.summary, body=body),
            kind=article.section.title,
            title=article.title,
            path=f"/{article.section.slug}/{article.slug}",
            passage=passage(f"{article.summary} {body}", words),
        )


def _stories(session: Session, words: list[str], now: datetime) -> Iterator[Hit]:
    query = holding(visible_stories(Scope.WEB, now), words, Revision.title, Revision.teaser, Revision.body)
    for story, revision in session.execute(query):
        body = to_text(revision.body)
        yield Hit(
            rank=rank(words, title=revision.title, summary=revision.teaser, body=body),
            kind="Story",
            title=revision.title,
            path=f"/stories/{story.slug}",
            passage=passage(f"{revision.teaser} {body}", words),
        )
