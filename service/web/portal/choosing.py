"""What readers may choose, in the words of their page, and the form that comes back from it."""

import re

from werkzeug.datastructures import MultiDict

from service.languages import primary
from service.library.names import language_name
from service.subscribers.avoiding import LABELS
from service.subscribers.model import Cadence
from service.subscribers.names import tidy_name
from service.subscribers.preferences import Choices
from service.subscribers.queries import Preferences
from service.subscribers.reading import Reading

CADENCES = (
    (Cadence.EACH, "Every issue"),
    (Cadence.QUARTERLY, "Four times a year"),
    (Cadence.BIG_NEWS, "Only big news"),
)
LOOKS = (
    ("pictures", "With pictures and colours"),
    ("large", "The same, with larger letters"),
    ("text", "Only words, without pictures and colours"),
)
LEFT_OUT = tuple((group.value, words) for group, words in LABELS.items())

_ID = re.compile(r"[0-9]{1,18}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def choices(form: MultiDict[str, str]) -> Choices:
    """The choices on a form. What is no answer to a question of ours counts as not answered."""
    places = {name.removeprefix("cadence-"): word for name, word in form.items() if name.startswith("cadence-")}
    return Choices(
        name=tidy_name(form.get("name", "")),
        newsletters=_ids(form.getlist("newsletters")) if "newsletters_shown" in form else None,
        cadences={int(one): Cadence(places[one]) for one in places if _ID.fullmatch(one) and places[one] in [*Cadence]},
        reading=_reading(form) if "reading_shown" in form else None,
    )


def languages(preferences: Preferences) -> tuple[tuple[str, str], ...]:
    """The languages they may ask for, each by the name it gives itself; none where there is nothing to choose."""
    return tuple((lang, language_name(primary(lang))) for lang in preferences.languages)


def _reading(form: MultiDict[str, str]) -> Reading:
    lang = form.get("lang", "")
    return Reading(
        plain_text=form.get("look") == "text",
        large_text=form.get("look") == "large",
        discreet=form.get("discreet") == "yes",
        avoid=frozenset(form.getlist("avoid")) & frozenset(LABELS),
        lang=lang if _LANGUAGE.fullmatch(lang) else "",
    )


def _ids(words: list[str]) -> set[int]:
    return {int(word) for word in words if _ID.fullmatch(word)}
