"""Search: which words were asked for, how a query narrows to them, and which hit comes first."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVarTuple

from markupsafe import Markup, escape
from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

Ts = TypeVarTuple("Ts")

MOST_WORDS = 8
LONGEST_WORD = 40
_ESCAPE = "\\"


def search_words(asked: str) -> list[str]:
    """The words of a question, in small letters, each once: at most eight, of at most forty characters."""
    words = re.findall(r"[^\s\"'“”‘’.,;:!?()]+", asked.casefold())
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words))[:MOST_WORDS]


def like_pattern(word: str) -> str:
    r"""`word` anywhere, for LIKE with `\` as its escape: `%` and `_` mean themselves."""
    for special in (_ESCAPE, "%", "_"):
        word = word.replace(special, _ESCAPE + special)
    return f"%{word}%"


def holding(query: Select[*Ts], words: Iterable[str], *columns: InstrumentedAttribute[str]) -> Select[*Ts]:
    """Narrow `query` to rows that have every word in one of `columns`.

    SQLite knows capitals of the letters A to Z only, so there `Östra` is not found by `östra`.
    """
    return query.where(
        and_(*(or_(*(column.ilike(like_pattern(word), escape=_ESCAPE) for column in columns)) for word in words))
    )


def rank(words: Sequence[str], *, title: str, summary: str, body: str) -> int:
    """How well a text answers: a whole word in the title weighs most, a mention in the body least; 0 is not at all."""
    return sum(
        10 * _has_word(word, title)
        + 5 * (word in title.casefold())
        + 3 * (word in summary.casefold())
        + min(body.casefold().count(word), 5)
        for word in words
    )


def highlighted(text: str, words: Sequence[str]) -> Markup:
    """`text`, escaped, with the words in `<mark>`."""
    if not words:
        return escape(text)
    longest_first = sorted(words, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    parts[::2] = [escape(part) for part in parts[::2]]
    parts[1::2] = [Markup("<mark>{}</mark>").format(part) for part in parts[1::2]]
    return Markup("").join(parts)


def passage(text: str, words: Sequence[str], *, around: int = 110) -> str:
    """The stretch of `text` about the first of `words` that occurs in it, cut at blanks; else its beginning."""
    text = " ".join(text.split())
    found = [place for place in (text.casefold().find(word) for word in words) if place >= 0]
    middle = min(found, default=0)
    start = text.rfind(" ", 0, max(0, middle - around)) + 1
    end = text.find(" ", middle + around)
    cut = text[start:] if end < 0 else text[start:end] + " …"
    return f"… {cut}" if start else cut


def _has_word(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.casefold()) is not None
