"""Stories for readers: `/stories`, one story, and the interviews among them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.media.pictures import sizes
from service.stories.errors import NoSuchStory
from service.stories.model import Naming, Revision, Scope, Story, StoryPhoto
from service.stories.photos import shown_photos
from service.stories.queries import Shown, neighbours, newest_stories, story_by_slug, was_taken_back
from service.web.access import public
from service.web.frame import now, render, services

blueprint = Blueprint("stories", __name__)

PAGE = 12
"""Stories on a page of the list."""
OTHERS = 3
"""Stories offered in place of one that was taken back."""


@blueprint.get("/stories")
@public
def show_all() -> Response:
    """Every story, newest first."""
    return _list_of("site/stories/list.html")


@blueprint.get("/interviews")
@public
def show_interviews() -> Response:
    """The stories that are told in questions and answers."""
    return _list_of("site/stories/interviews.html", format="interview")


@blueprint.get("/stories/<slug>")
@public
def show(slug: str) -> Response:
    """One story; a kind page (410) for one that its teller took back."""
    with services().database.read() as session:
        try:
            shown = story_by_slug(session, slug, now())
        except NoSuchStory:
            if not was_taken_back(session, slug):
                raise
            others = newest_stories(session, now(), most=OTHERS)
            return render("site/stories/taken_back.html", 410, stories=others)
        return _page_of(session, shown)


def _list_of(template: str, format: str = "") -> Response:
    page = max(request.args.get("page", 1, type=int), 1)
    with services().database.read() as session:
        found = newest_stories(session, now(), format=format, most=PAGE + 1, after=(page - 1) * PAGE)
        if page > 1 and not found:
            raise NoSuchStory
        return render(template, stories=found[:PAGE], page=page, more=len(found) > PAGE)


def _page_of(session: Session, shown: Shown) -> Response:
    story, words = shown
    both = neighbours(session, story, now())
    data = structured_data(story, words, services().links.story(story.slug), services().settings.organisation)
    photos = shown_photos(session, story.id, Scope.WEB, now())
    return render(
        "site/stories/story.html",
        story=story,
        words=words,
        photos=photos,
        card=card(words, photos),
        data=data,
        newer=both.newer,
        older=both.older,
    )


def card(words: Revision, photos: Sequence[StoryPhoto]) -> Mapping[str, str]:
    """What programs show of a link to the story (ogp.me); a card that was saved elsewhere loses its picture with us."""
    properties = {"og:type": "article", "og:title": words.title, "og:description": words.teaser}
    if photos:
        width, _ = sizes(photos[0].width, photos[0].height)[-1]
        properties["og:image"] = services().links.picture(photos[0].asset_key, width)
        properties["og:image:alt"] = photos[0].alt
    return properties


def structured_data(story: Story, words: Revision, url: str, organisation: str) -> Mapping[str, Any]:
    """The story in schema.org's words: an Article, with an author only as far as its teller wants to be named."""
    published: datetime | None = story.published_at
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": words.title,
        "description": words.teaser,
        "inLanguage": story.lang,
        "url": url,
        "publisher": {"@type": "Organization", "name": organisation},
    }
    if published is not None:
        article["datePublished"] = published.date().isoformat()
    if story.naming is not Naming.ANONYMOUS:
        article["author"] = {"@type": "Person", "name": story.display_name}
    return article
