"""The languages that we write to readers in beside the issues, and which of them a reader gets."""

from collections.abc import Mapping

from service.languages import primary, spoken
from service.subscribers.phrases.arabic import ARABIC
from service.subscribers.phrases.english import ENGLISH
from service.subscribers.phrases.french import FRENCH
from service.subscribers.phrases.german import GERMAN
from service.subscribers.phrases.phrases import Phrases
from service.subscribers.phrases.spanish import SPANISH

PHRASES: Mapping[str, Phrases] = {each.lang: each for each in (ENGLISH, FRENCH, SPANISH, GERMAN, ARABIC)}
"""By primary language; `service.languages.LANGUAGES` says which there are."""


def phrases_in(*wanted: str) -> Phrases:
    """The phrases in the first of the languages (BCP 47, may be empty) that we write in; otherwise in English."""
    return PHRASES[primary(spoken(*wanted))]
