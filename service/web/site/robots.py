"""What search engines are told: which pages there are, and which are none of their business."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.issues.queries import archived_issues
from service.library.queries import published_articles, sections
from service.stories.model import Scope
from service.stories.visibility import visible_stories
from service.web.access import public
from service.web.frame import now, services

blueprint = Blueprint("robots", __name__)

PRIVATE = (
    "/desk", "/confirm/", "/preferences/", "/unsubscribe", "/portal/", "/stories/share/", "/outbox", "/hooks/",
)  # fmt: skip
PAGES = ("/", "/about", "/interviews", "/network", "/stories", "/resources", "/newsletter", "/corrections")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Keep out of the desk and of pages whose address is a key."""
    refused = "".join(f"Disallow: {path}\n" for path in PRIVATE)
    text = f"User-agent: *\n{refused}\nSitemap: {services().links.to('/sitemap.xml')}\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every public page (sitemaps.org 0.9)."""
    urls = Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    with services().database.read() as session:
        for address, changed in _pages(session):
            url = SubElement(urls, "url")
            SubElement(url, "loc").text = address
            if changed:
                SubElement(url, "lastmod").text = changed.isoformat()
    xml = tostring(urls, encoding="utf-8", xml_declaration=True)
    response = Response(xml, content_type="application/xml; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response


def _pages(session: Session) -> Iterator[tuple[str, datetime | None]]:
    links = services().links
    for path in PAGES:
        yield links.to(path), None
    for section in sections(session):
        yield links.to(f"/{section.slug}"), None
    for article in session.scalars(published_articles()):
        yield links.article(article.section.slug, article.slug), article.updated_at
    for story, _ in session.execute(visible_stories(Scope.WEB, now())):
        yield links.story(story.slug), story.published_at
    for issue in archived_issues(session):
        yield links.archive(issue.slug), issue.sent_at
