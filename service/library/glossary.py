"""Marking words that readers may not know, and words that machines mistranslate (ALL reads as "everything")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_TAG = re.compile(r"(<[^>]+>)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary. `translate` is false where a machine must leave it alone."""

    term: str
    meaning: str
    translate: bool


def mark_terms(html: str, terms: Sequence[Term], *, explain: bool = True) -> Markup:
    """Wrap the terms found in the text of `html` (plain text is escaped first) in `<abbr>`.

    A term that must not be translated is wrapped wherever it stands; with `explain`, the first of each says what it
    means.
    """
    found = {str(escape(term.term)): term for term in terms}
    text = str(escape(html))
    if not found:
        return Markup(text)  # noqa: S704 - escaped, or markup already
    longest_first = "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w&])({longest_first})(?!\w)")
    explained: set[str] = set()

    def wrap(match: re.Match[str]) -> str:
        word = match[1]
        term = found[word]
        first = explain and word not in explained
        explained.add(word)
        title = f' title="{escape(term.meaning)}"' if first else ""
        keep = "" if term.translate else ' translate="no"'
        return f"<abbr{title}{keep}>{word}</abbr>" if title or keep else word

    parts = _TAG.split(text)
    parts[::2] = [pattern.sub(wrap, part) for part in parts[::2]]
    return Markup("".join(parts))  # noqa: S704 - wrapped words of text that was markup already
