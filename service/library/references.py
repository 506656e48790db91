"""Numbered references: `[n]` in an article's text points at the n-th source of its list.

A source that nothing cites proves nothing, and a marker without a source looks like proof where there is none, so
either of them keeps an article from being published (DOMAIN M8).
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from service.library.errors import ReferenceNotCited, ReferenceNotListed

_MARKER = re.compile(r"\[([1-9][0-9]{0,2})\](?!\()")
"""`[7]`, but not the link `[7](https://…)`."""

_JOINER = "&#8288;"
"""A word joiner: no line may begin with a reference."""


@dataclass(frozen=True)
class Renumbered:
    """A text whose markers count up in order of first use. `new_numbers` says what each old number became."""

    text: str
    new_numbers: Mapping[int, int]


@dataclass(frozen=True)
class Cited:
    """HTML whose markers are links to the list (`#ref-n`), and how often each number is cited.

    The k-th link to reference n has the id `cite-n-k`, for the way back.
    """

    html: Markup
    uses: Mapping[int, int]


def cited_numbers(text: str) -> list[int]:
    """The numbers that markers in `text` use, each once, in order of first use."""
    return list(dict.fromkeys(int(match[1]) for match in _MARKER.finditer(text)))


def without_markers(text: str) -> str:
    """`text` for places that have no list of references to point at."""
    return _MARKER.sub("", text)


def check_references(text: str, listed: Collection[int]) -> None:
    """Raise ReferenceNotListed or ReferenceNotCited unless markers and list name the same numbers."""
    used = cited_numbers(text)
    if unlisted := sorted(set(used).difference(listed)):
        raise ReferenceNotListed(unlisted)
    if uncited := sorted(set(listed).difference(used)):
        raise ReferenceNotCited(uncited)


def renumber(text: str, listed: Collection[int]) -> Renumbered:
    """Number the markers 1, 2, 3 … in order of first use. Raises what `check_references` raises."""
    check_references(text, listed)
    new_numbers = {old: new for new, old in enumerate(cited_numbers(text), start=1)}
    return Renumbered(_MARKER.sub(lambda match: f"[{new_numbers[int(match[1])]}]", text), new_numbers)


def link_markers(html: Markup, listed: Collection[int]) -> Cited:
    """Turn the markers of rendered text into superscript links; a number that is not listed stays as it was typed."""
    uses: Counter[int] = Counter()

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in listed:
            return match[0]
        uses[number] += 1
        return (
            f'{_JOINER}<sup class="cite"><a href="#ref-{number}" id="cite-{number}-{uses[number]}">'
            f'<span class="visually-hidden">Reference </span>[{number}]</a></sup>'
        )

    return Cited(Markup(_MARKER.sub(link, html)), uses)  # noqa: S704 - numbers put into HTML that was clean
