"""Does a text say that somebody may be in danger? A finding asks people to look; it never decides anything."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.stories.passages import Passage, find, phrase_pattern
from service.stories.worrying import IDIOMS, WORRYING

_PATTERNS = [{kind: phrase_pattern(phrases) for kind, phrases in kinds.items()} for kinds in WORRYING.values()]
_IDIOMS = [phrase_pattern(phrases) for phrases in IDIOMS.values()]


MOST_READ = 100_000
"""Characters: twice the longest story that is taken, so that one which has to be shortened first is read whole too."""


@dataclass(frozen=True, slots=True)
class Worry:
    """What kinds of danger some texts speak of, and in which words, in small letters; false when there are none."""

    kinds: tuple[str, ...]
    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.kinds)


def worries(text: str) -> list[Passage]:
    """The worrying phrases in `text`, in every language we know, idioms left out; in the order they stand there."""
    harmless = [match.span() for pattern in _IDIOMS for match in pattern.finditer(text)]
    found = [each for patterns in _PATTERNS for each in find(patterns, text)]
    meant = [each for each in found if not any(start <= each.start and each.end <= end for start, end in harmless)]
    return sorted(meant, key=lambda each: (each.start, each.kind))


def worry_about(texts: Iterable[str]) -> Worry:
    """What all of `texts` together give cause to worry about; of each the first MOST_READ characters are read."""
    found = [each for text in texts for each in worries(text[:MOST_READ])]
    kinds = sorted({each.kind for each in found})
    words = sorted({" ".join(each.words.lower().split()) for each in found})
    return Worry(tuple(kinds), tuple(words))
