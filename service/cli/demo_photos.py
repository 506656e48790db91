"""Demo content: pictures beside two of the stories. Drawn here from shapes, so there is nobody on them."""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.media.pictures import asset_key, remade
from service.media.storage import Storage
from service.stories.model import Story, StoryPhoto
from service.stories.photos import store

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = (960, 640)
NIGHT, DARK, LAMP, WOOD, FLOOR = "#1f2b3d", "#141c29", "#f3d27a", "#8a6545", "#3a4a5e"


def seed_photos(storage: Storage, data: dict[str, Any], stories: Mapping[str, Story], now: datetime) -> None:
    """Draw, keep and hang the pictures that the data names."""
    for entry in data["stories"]:
        picture = entry.get("image")
        if picture is None:
            continue
        pictures = remade(_drawn(PICTURES[picture["file"]]))
        store(storage, pictures)
        stories[entry["slug"]].photos.append(
            StoryPhoto(
                asset_key=asset_key(pictures),
                width=pictures[-1].width,
                height=pictures[-1].height,
                alt=picture["alt"],
                caption=CAPTIONS[picture["file"]],
                position=1,
                created_at=now,
            )
        )


def _drawn(draw: Callable[["ImageDraw"], None]) -> bytes:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only the demo draws; every other command does without

    canvas, out = Image.new("RGB", SIZE, NIGHT), io.BytesIO()
    draw(ImageDraw.Draw(canvas))
    canvas.save(out, "PNG")
    return out.getvalue()


def _bench(draw: "ImageDraw") -> None:
    """An empty bench under a lit window."""
    draw.rectangle((560, 90, 780, 330), fill=LAMP)
    draw.line((670, 90, 670, 330), fill=NIGHT, width=10)
    draw.line((560, 210, 780, 210), fill=NIGHT, width=10)
    draw.rectangle((0, 540, 960, 640), fill=DARK)
    for height in (400, 430, 470):
        draw.rectangle((180, height, 640, height + 18), fill=WOOD)
    for leg in (210, 600):
        draw.rectangle((leg, 400, leg + 16, 550), fill=DARK)


def _corridor(draw: "ImageDraw") -> None:
    """A long corridor with one lit door."""
    draw.polygon([(0, 640), (400, 380), (560, 380), (960, 640)], fill=FLOOR)
    draw.rectangle((400, 240, 560, 380), fill=DARK)
    draw.polygon([(690, 190), (790, 130), (790, 530), (690, 465)], fill=LAMP)
    for near, far in ((120, 190), (250, 300)):
        draw.polygon([(near, 120), (far, 165), (far, 480), (near, 550)], fill=DARK)


PICTURES: Mapping[str, Callable[["ImageDraw"], None]] = {"bench.svg": _bench, "corridor.svg": _corridor}
"""What the data calls them -> how they are drawn."""
CAPTIONS = {"bench.svg": "The bench. Somebody is always just gone.", "corridor.svg": "Ten to four."}
