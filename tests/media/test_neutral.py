"""The picture that stands in for one that was taken back."""

import io

from PIL import Image

from service.media.neutral import neutral_picture


def test_it_is_a_plain_picture_of_the_size_asked_for() -> None:
    """One grey, and small enough for any connection."""
    content = neutral_picture(1600, 1067)
    picture = Image.open(io.BytesIO(content))
    picture.load()

    assert picture.size == (1600, 1067)
    assert picture.getextrema() == (0xDD, 0xDD)
    assert len(content) < 4000
