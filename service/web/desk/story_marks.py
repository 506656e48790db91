"""A story's words for the review page: what the editors changed and what deserves a second look, marked in one text."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from service.stories.changes import FIELDS
from service.stories.differences import Comparison, Piece, compare
from service.stories.flags import Flag, flags
from service.stories.model import Revision

MOST_FLAGS = 100
"""More than these are not marked: whoever has met a hundred reads the whole text with care."""

KINDS = {
    "person": "A person",
    "place_of_care": "A place of care",
    "phone": "A telephone number",
    "address": "An address",
    "postcode": "A postcode",
    "birth_date": "A date of birth",
    "nhs_number": "An NHS number",
    "email": "An e-mail address",
    "handle": "A name on social media",
    "link": "A link",
    "suicide": "Suicide",
    "self_harm": "Self-harm",
    "abuse": "Abuse",
    "child_in_danger": "A child in danger",
}
"""Kind of flag -> its name in lists."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A flag with its number on the page, and the field it stands in."""

    number: int
    field: str
    flag: Flag

    @property
    def kind(self) -> str:
        """Its name in lists."""
        return KINDS.get(self.flag.kind, self.flag.kind)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words that are changed or not, flagged or not, as a whole; `begins` are the flags that begin here."""

    text: str
    changed: bool = False
    flagged: bool = False
    begins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a wording: as it was, as it is, and as it is with the flags in it."""

    sides: Comparison
    segments: list[Segment]


def marks_in(words: Revision) -> list[Mark]:
    """What deserves a second look in a wording, numbered from 1 in the order of reading; at most MOST_FLAGS."""
    found = [(field, each) for field in FIELDS for each in flags(getattr(words, field))]
    return [Mark(number, field, each) for number, (field, each) in enumerate(found[:MOST_FLAGS], 1)]


def marked(before: Revision, after: Revision, marks: Sequence[Mark]) -> dict[str, Field]:
    """Each field of two wordings side by side, the later one with its flags."""
    found = {}
    for field in FIELDS:
        sides = compare(getattr(before, field), getattr(after, field))
        found[field] = Field(sides, list(segments(sides.after, [each for each in marks if each.field == field])))
    return found


def segments(pieces: Sequence[Piece], marks: Sequence[Mark]) -> Iterator[Segment]:
    """The text of one side, cut wherever a change or a flag begins or ends; joined, it is that text again."""
    text = "".join(piece.text for piece in pieces)
    starts = [0, *accumulate(len(piece.text) for piece in pieces)]
    begins: dict[int, list[int]] = defaultdict(list)
    for mark in marks:
        begins[mark.flag.start].append(mark.number)
    ends = Counter(mark.flag.end for mark in marks)
    open_flags = 0
    for here, there in pairwise(sorted({*starts, *begins, *ends})):
        open_flags += len(begins[here]) - ends[here]
        piece = pieces[bisect_right(starts, here) - 1]
        yield Segment(text[here:there], piece.changed, open_flags > 0, tuple(begins[here]))
