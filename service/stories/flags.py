"""What an editor should look at in a text, as values: the kind, the words, where they stand, and a plain sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from service.stories.identities import identities
from service.stories.mentions import mentions
from service.stories.passages import Passage
from service.stories.safeguarding import worries

SENTENCES = {
    "suicide": "This may speak of suicide. The safeguarding lead decides before anything is published.",
    "self_harm": "This may speak of self-harm. The safeguarding lead decides before anything is published.",
    "abuse": "This may speak of abuse. The safeguarding lead decides before anything is published.",
    "child_in_danger": "A child may be in danger. The safeguarding lead decides before anything is published.",
    "person": "This seems to name a person. Did they agree? “My doctor” or “the nurse” may be enough.",
    "place_of_care": "This seems to name a hospital or ward. Together with a story it can show who somebody is.",
    "phone": "This looks like a telephone number.",
    "address": "This looks like a postal address.",
    "postcode": "This looks like a postcode. A few houses share one.",
    "birth_date": "This looks like a date of birth.",
    "nhs_number": "This is a valid NHS number.",
    "email": "This is an e-mail address.",
    "handle": "This looks like a name on social media.",
    "link": "This is a link. It may lead to somebody.",
}
"""Kind -> what the editor is told."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Some words of a text: `text[start:end] == words`."""

    kind: str
    words: str
    start: int
    end: int
    sentence: str


def flags(text: str) -> list[Flag]:
    """Everything in `text` that may show who somebody is, or that somebody is in danger; in the order it stands there.

    Only a help for the eye: it finds forms (a title before a name, the digits of a number), not meaning.
    """
    found = chain(identities(text), worries(text))
    return [Flag(each.kind, each.words, each.start, each.end, SENTENCES[each.kind]) for each in _in_order(found)]


def suggested_notes(text: str) -> list[str]:
    """The content notes (`labels.COMMON_NOTES`) that `text` seems to call for, in the order of that list."""
    return mentions(text)


def _in_order(found: Iterator[Passage]) -> list[Passage]:
    key: Callable[[Passage], tuple[int, int]] = lambda each: (each.start, -each.end)  # noqa: E731
    return sorted(found, key=key)
