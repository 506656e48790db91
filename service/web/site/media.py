"""Pictures of stories at addresses that never break: shown while they may be, a plain grey field from then on."""

from collections.abc import Sequence
from functools import lru_cache

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.media.formats import WIDTHS
from service.media.neutral import neutral_picture
from service.media.pictures import file_name, sizes
from service.media.storage import NotStored
from service.stories.model import StoryPhoto
from service.stories.photos import may_be_seen, size_of
from service.web.access import public
from service.web.frame import now, services

blueprint = Blueprint("media", __name__, url_prefix="/media")

SHOWN = "public, max-age=86400, s-maxage=60"
"""A browser that has seen a picture need not ask again for a day; a cache that serves others asks every minute, so that
a take-back reaches everybody within that time."""
NEUTRAL = "public, max-age=60"
"""A story may be shown again."""


@blueprint.get("/<string(length=64):key>-<int:width>.jpg")
@public
def picture(key: str, width: int) -> Response:
    """The picture, or the grey field in its size (always 200: `service.media.neutral` says why).

    A picture that was taken back and one that never was are answered alike.
    """
    if not 0 < width <= max(WIDTHS):
        raise NotFound
    with services().database.read() as session:
        shown = may_be_seen(session, key, now())
        size = size_of(session, key, width)
    if shown and size:
        try:
            return _answer(services().storage.get(file_name(key, width)), "image/jpeg", SHOWN, f"{key}-{width}")
        except NotStored:
            pass  # restored from a backup without its files: the page keeps its shape
    return _answer(_grey(*(size or (width, round(width * 2 / 3) or 1))), "image/png", NEUTRAL, "neutral")


@blueprint.app_template_global("picture_sizes")
def picture_sizes(photo: StoryPhoto) -> Sequence[tuple[int, int]]:
    """Width and height of each picture of a photo, the smallest first, for `srcset`."""
    return sizes(photo.width, photo.height)


def _answer(content: bytes, kind: str, cache: str, etag: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = cache
    response.set_etag(etag)
    return response.make_conditional(request)  # type: ignore[return-value]


@lru_cache(maxsize=32)
def _grey(width: int, height: int) -> bytes:
    return neutral_picture(width, height)
