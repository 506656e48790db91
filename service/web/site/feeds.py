"""What is new, for feed readers: Atom (RFC 4287) and JSON Feed 1.1.

Entries hold a few lines and a link, never the whole text, so that little is left elsewhere when a storyteller takes a
story back. The Atom feed then tells reading apps to delete it (RFC 6721, at:deleted-entry). JSON Feed has no word for
that: there the story is simply missing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from service.issues.corrections import published
from service.issues.frames.table import frame_in
from service.library.model import Article
from service.library.queries import published_articles
from service.links import Links
from service.stories.queries import newest_stories, taken_back
from service.web.access import public
from service.web.frame import now, services

blueprint = Blueprint("feeds", __name__)

MOST_ENTRIES = 30
ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
TOMBSTONES_KEPT = timedelta(days=90)
"""Whoever has not fetched the feed for so long will not hear that a story is to be deleted."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One thing that was published."""

    id: str
    """An address, or for a story a tag (RFC 4151): its address is made of its title, which goes with the story."""
    url: str
    title: str
    author: str
    lines: str
    lang: str
    published: datetime
    updated: datetime


@blueprint.get("/feed.xml")
@public
def atom() -> Response:
    """The Atom feed."""
    xml = tostring(_atom(_entries(), _tombstones()), encoding="utf-8", xml_declaration=True)
    return _cheaply(Response(xml, content_type="application/atom+xml; charset=utf-8"))


@blueprint.get("/feed.json")
@public
def json_feed() -> Response:
    """The JSON Feed."""
    response = jsonify(_json(_entries()))
    response.content_type = "application/feed+json; charset=utf-8"
    return _cheaply(response)


def _entries() -> list[Entry]:
    with services().database.read() as session:
        found = [*_stories(session), *_articles(session), *_corrections(session)]
    return sorted(found, key=lambda entry: entry.published, reverse=True)[:MOST_ENTRIES]


def _stories(session: Session) -> list[Entry]:
    links = services().links
    return [
        Entry(
            id=_tag(story.id, story.published_at or story.created_at),
            url=links.story(story.slug),
            title=revision.title,
            author=story.display_name,
            lines=revision.teaser,
            lang=story.lang,
            published=story.published_at or story.created_at,
            updated=story.published_at or story.created_at,
        )
        for story, revision in newest_stories(session, now(), most=MOST_ENTRIES)
    ]


def _articles(session: Session) -> list[Entry]:
    query = published_articles().order_by(Article.published_at.desc(), Article.id.desc()).limit(MOST_ENTRIES)
    return [_article_entry(article, services().links) for article in session.scalars(query)]


def _article_entry(article: Article, links: Links) -> Entry:
    url = links.article(article.section.slug, article.slug)
    return Entry(
        id=url,
        url=url,
        title=article.title,
        author=services().settings.organisation,
        lines=article.summary,
        lang=article.lang,
        published=article.published_at or article.updated_at,
        updated=article.updated_at,
    )


def _corrections(session: Session) -> list[Entry]:
    """Words about a story that was taken back are gone; that there was a correction stays."""
    links = services().links
    return [
        Entry(
            id=links.to(f"/corrections#correction-{each.correction.id}"),
            url=links.to(f"/corrections#correction-{each.correction.id}"),
            title=each.correction.subject,
            author=services().settings.organisation,
            lines=each.block.text if each.block else frame_in(each.of.newsletter.lang).gone_correction,
            lang=each.of.newsletter.lang,
            published=each.at,
            updated=each.at,
        )
        for each in published(session, links, now())[:MOST_ENTRIES]
    ]


def _tombstones() -> dict[str, datetime]:
    """The ids of entries that reading apps are to delete, and since when."""
    with services().database.read() as session:
        gone = taken_back(session, since=now() - TOMBSTONES_KEPT, most=MOST_ENTRIES)
    return {_tag(story, published): at for story, published, at in gone if published and at}


def _tag(story: int, published: datetime) -> str:
    return f"tag:{services().links.host},{published.date()}:stories/{story}"


def _atom(entries: list[Entry], tombstones: dict[str, datetime]) -> Element:
    links = services().links
    feed = Element("feed", {"xmlns": ATOM, "xmlns:at": TOMBSTONES, "xml:lang": "en-GB"})
    SubElement(feed, "id").text = links.to("/")
    SubElement(feed, "title").text = services().settings.organisation
    changes = [EPOCH, *(entry.updated for entry in entries), *tombstones.values()]
    SubElement(feed, "updated").text = max(changes).isoformat()
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=links.to("/feed.xml"))
    SubElement(feed, "link", rel="alternate", type="text/html", href=links.to("/"))
    for entry in entries:
        feed.append(_atom_entry(entry))
    for ref, when in tombstones.items():
        SubElement(feed, "at:deleted-entry", ref=ref, when=when.isoformat())
    return feed


def _atom_entry(entry: Entry) -> Element:
    node = Element("entry", {"xml:lang": entry.lang})
    SubElement(node, "id").text = entry.id
    SubElement(node, "title").text = entry.title
    SubElement(SubElement(node, "author"), "name").text = entry.author
    SubElement(node, "link", rel="alternate", type="text/html", href=entry.url)
    SubElement(node, "published").text = entry.published.isoformat()
    SubElement(node, "updated").text = entry.updated.isoformat()
    SubElement(node, "summary").text = entry.lines
    return node


def _json(entries: list[Entry]) -> dict[str, Any]:
    links = services().links
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": services().settings.organisation,
        "home_page_url": links.to("/"),
        "feed_url": links.to("/feed.json"),
        "language": "en-GB",
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_text": entry.lines,
                "authors": [{"name": entry.author}],
                "language": entry.lang,
                "date_published": entry.published.isoformat(),
                "date_modified": entry.updated.isoformat(),
            }
            for entry in entries
        ],
    }


def _cheaply(response: Response) -> Response:
    """Ask every time, so that nobody keeps a withdrawn story; whoever has this very answer already gets a 304."""
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
