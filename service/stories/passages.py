"""Some words of a text, and patterns that find them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a kind: `text[start:end] == words`."""

    kind: str
    words: str
    start: int
    end: int


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for whole phrases, whatever the case, the blanks and the shape of the apostrophe.

    In a phrase, `one|other` stands for either word and `…` for up to three further words.
    """
    return re.compile(r"\b(?:" + "|".join(_as_pattern(phrase) for phrase in phrases) + r")(?!\w)", re.IGNORECASE)


def find(patterns: Mapping[str, re.Pattern[str]], text: str) -> Iterator[Passage]:
    """Every match of every pattern, by kind."""
    for kind, pattern in patterns.items():
        for match in pattern.finditer(text):
            yield Passage(kind, match[0], match.start(), match.end())


def without_overlaps(passages: Sequence[Passage]) -> list[Passage]:
    """Where two share words, the one that stands earlier in `passages`; sorted by place."""
    taken = bytearray(max((each.end for each in passages), default=0))
    kept: list[Passage] = []
    for each in passages:
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def _as_pattern(phrase: str) -> str:
    return "".join(_as_word(word) for word in phrase.split()).removesuffix(_BLANK)


def _as_word(word: str) -> str:
    if word == "…":
        return _FEW_WORDS
    return "(?:" + "|".join(re.escape(each).replace("'", "['’]?") for each in word.split("|")) + ")" + _BLANK


_BLANK = r"\s+"
_FEW_WORDS = r"(?:[\w'’]+\s+){0,3}"
