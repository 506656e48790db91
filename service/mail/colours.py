"""Colours as CSS writes them, and the contrast between two of them."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from typing import NamedTuple


class Colour(NamedTuple):
    """Red, green and blue, 0 … 255 each."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 … 1 (WCAG 2.2)."""
        red, green, blue = (_linear(part / 255) for part in self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    @property
    def swapped(self) -> "Colour":
        """The same hue with its lightness turned round: what a forced dark mode makes of it, more or less."""
        hue, lightness, saturation = rgb_to_hls(*(part / 255 for part in self))
        return Colour(*(round(part * 255) for part in hls_to_rgb(hue, 1 - lightness, saturation)))


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)

_NAMES = {"black": BLACK, "white": WHITE}
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})")
_RGB = re.compile(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)")


def read_colour(text: str) -> Colour | None:
    """The colour a CSS value begins with: #rgb, #rrggbb, rgb(…), black or white. None for transparent and any other."""
    value = text.strip().lower()
    if found := _HEX.match(value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return Colour(*bytes.fromhex(digits))
    if found := _RGB.match(value):
        return Colour(*(min(int(part), 255) for part in found.groups()))
    return _NAMES.get(value)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio, 1 … 21 (WCAG 2.2)."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
