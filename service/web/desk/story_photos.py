"""Photos of stories for the desk, whether readers may see them yet or not."""

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from service.editors.model import Role
from service.media.pictures import file_name, sizes
from service.media.storage import NotStored
from service.stories.model import StoryPhoto
from service.web.access import desk
from service.web.frame import services

blueprint = Blueprint("desk_story_photos", __name__, url_prefix="/desk/stories/photos")


@blueprint.get("/<int:photo_id>")
@desk(Role.EDITOR, Role.REVIEWER, Role.SAFEGUARDING)
def picture(photo_id: int) -> Response:
    """The middle one of its sizes."""
    with services().database.read() as session:
        photo = session.get(StoryPhoto, photo_id)
    if photo is None or photo.story_id is None:
        raise NotFound
    widths = sizes(photo.width, photo.height)
    try:
        content = services().storage.get(file_name(photo.asset_key, widths[len(widths) // 2][0]))
    except NotStored:
        raise NotFound from None
    return Response(content, mimetype="image/jpeg")
