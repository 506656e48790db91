"""Pictures are taken by what they are, redrawn small, and keep nothing of where they were taken."""

import io

import pytest
from PIL import Image

from service.media.formats import MOST_BYTES, SENTENCES, NotTaken, Refusal, widths_of
from service.media.pictures import Picture, asset_key, remade, sizes
from tests.media import samples

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
GIF = samples.moving("GIF")


def opened(picture: Picture) -> Image.Image:
    """One of the results."""
    return Image.open(io.BytesIO(picture.content))


def reason_for(content: bytes) -> Refusal:
    """Why it was not taken."""
    with pytest.raises(NotTaken) as refused:
        remade(content)
    return refused.value.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_jpegs_in_three_widths(kind: str) -> None:
    """The sizes are as said, and they are what the bytes hold."""
    pictures = remade(samples.photo(kind=kind))

    assert [(each.width, each.height) for each in pictures] == [(480, 240), (960, 480), (1600, 800)]
    assert [(opened(each).format, opened(each).size) for each in pictures] == [
        ("JPEG", (each.width, each.height)) for each in pictures
    ]


@pytest.mark.parametrize(("width", "height"), [(2000, 1000), (1599, 1067), (480, 3000), (961, 7)])
def test_the_sizes_are_known_from_the_largest(width: int, height: int) -> None:
    """So that a page can leave room for a picture before it is there."""
    pictures = remade(samples.photo(width, height))
    largest = pictures[-1]

    assert sizes(largest.width, largest.height) == [(each.width, each.height) for each in pictures]


def test_the_same_picture_has_the_same_key() -> None:
    """And another one another."""
    assert asset_key(remade(samples.photo())) == asset_key(remade(samples.photo()))
    assert asset_key(remade(samples.photo())) != asset_key(remade(samples.photo(2000, 1001)))


@pytest.mark.parametrize(
    ("width", "made"), [(1, [1]), (480, [480]), (481, [480, 481]), (1600, [480, 960, 1600]), (9000, [480, 960, 1600])]
)
def test_no_picture_is_made_larger(width: int, made: list[int]) -> None:
    """At least one, none wider than it came."""
    assert widths_of(width) == made


def test_nothing_of_the_camera_is_left() -> None:
    """No place, no time, no owner, no comment; and the picture stands upright."""
    content = samples.photo_from_a_phone()
    assert samples.SECRET in content

    for picture in remade(content):
        again = opened(picture)
        assert not again.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(again.info)
        assert samples.SECRET not in picture.content
        assert picture.height > picture.width, "it was held sideways"
        red, _, blue = again.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
        assert red > 200 > 50 > blue, "what was left is on top now"


def test_words_hidden_in_a_png_are_gone() -> None:
    """Text chunks do not pass."""
    assert all(samples.SECRET not in picture.content for picture in remade(samples.png_with_words()))


def test_a_file_hidden_behind_a_picture_is_gone() -> None:
    """A PNG that is a zip as well comes out as a picture and nothing else."""
    pictures = remade(samples.photo(kind="PNG") + samples.a_zip())

    assert all(b"PK\x03\x04" not in each.content and b"<script>" not in each.content for each in pictures)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_is_kept(kind: str) -> None:
    """It stands still and is red."""
    still = opened(remade(samples.moving(kind))[-1])

    assert getattr(still, "n_frames", 1) == 1
    red, green, blue = still.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200 > 60 > max(green, blue)


def test_what_can_be_seen_through_stands_on_white() -> None:
    """A JPEG has no transparency."""
    clear = samples.saved(Image.new("RGBA", (600, 400), (0, 0, 0, 0)), "PNG")

    assert opened(remade(clear)[0]).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (SVG, Refusal.NOT_A_PICTURE),
        (samples.a_zip(), Refusal.NOT_A_PICTURE),
        (GIF, Refusal.NOT_A_PICTURE),
        (b"%PDF-1.7", Refusal.NOT_A_PICTURE),
        (b"<html><img src=x>", Refusal.NOT_A_PICTURE),
        (HEIC, Refusal.HEIC),
        (samples.photo()[:900], Refusal.BROKEN),
        (b"\xff\xd8\xff" + SVG, Refusal.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + samples.a_zip(), Refusal.BROKEN),
        (samples.photo() + bytes(MOST_BYTES), Refusal.TOO_LARGE),
        (samples.bomb(), Refusal.TOO_MANY_PIXELS),
        (samples.bomb(7_100, 7_100), Refusal.TOO_MANY_PIXELS),
        (samples.bomb(40_000, 200), Refusal.BROKEN),
    ],
    ids=lambda value: value.name if isinstance(value, Refusal) else "",
)
def test_what_is_no_picture_of_ours_is_refused(content: bytes, reason: Refusal) -> None:
    """Told by its content, whatever it is called, with one sentence for the person."""
    assert reason_for(content) is reason
    assert SENTENCES[reason].endswith(".")


def test_every_refusal_has_its_sentence() -> None:
    """Nobody is left with a code."""
    assert set(SENTENCES) == set(Refusal)
