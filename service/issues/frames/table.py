"""The languages that the frame of a letter is written in, and which of them a reader gets."""

from collections.abc import Mapping

from service.issues.frames.arabic import ARABIC
from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.issues.frames.french import FRENCH
from service.issues.frames.german import GERMAN
from service.issues.frames.spanish import SPANISH
from service.languages import primary, spoken

FRAMES: Mapping[str, Frame] = {frame.lang: frame for frame in (ENGLISH, FRENCH, SPANISH, GERMAN, ARABIC)}
"""By primary language; `service.languages.LANGUAGES` says which there are."""


def frame_in(*wanted: str) -> Frame:
    """The frame in the first of the languages (BCP 47, may be empty) that there is one in; otherwise in English."""
    return FRAMES[primary(spoken(*wanted))]
