"""Two wordings side by side: which words went, which came."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Split = Callable[[str], list[str]]
"""Cuts a text into parts that are the text again when joined."""

_SENTENCES = re.compile(r"(?<=[.!?…])(?=\s)")
_WORDS = re.compile(r"\s+|[.,;:!?…()\"“”]|[^\s.,;:!?…()\"“”]+")

_MOST_PAIRS = 4_000_000
"""Two sides with more pairs of parts than this are not compared at that level, because it could take minutes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of one side, and whether the other side does not have them."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides whole: joined, the pieces of a side are its text again."""

    before: list[Piece]
    after: list[Piece]

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return any(piece.changed for piece in self.before + self.after)


def compare(before: str, after: str) -> Comparison:
    """Compare line by line, changed lines sentence by sentence, and changed sentences word by word."""
    result = Comparison([], [])
    _compare(before, after, (_lines, _SENTENCES.split, _WORDS.findall), result)
    return result


def _compare(before: str, after: str, levels: Sequence[Split], result: Comparison) -> None:
    if before == after or not levels:
        _add(result.before, before, changed=before != after)
        _add(result.after, after, changed=before != after)
        return
    split, *finer = levels
    for a, b in _runs(split(before), split(after)):
        pairs = zip(a, b, strict=True) if finer and len(a) == len(b) else [("".join(a), "".join(b))]
        for one, other in pairs:
            _compare(one, other, finer, result)


def _runs(before: list[str], after: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """What belongs to what on both sides, equal or not."""
    if len(before) * len(after) > _MOST_PAIRS:
        yield before, after
        return
    for _, i, j, k, m in SequenceMatcher(str.isspace, before, after).get_opcodes():
        yield before[i:j], after[k:m]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _add(side: list[Piece], text: str, *, changed: bool) -> None:
    if not text:
        return
    if side and side[-1].changed == changed:
        text = side.pop().text + text
    side.append(Piece(text, changed))
