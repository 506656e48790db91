"""What stands in a CSV file of subscribers, line by line: rows we can use, and lines we cannot with the reason."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import NamedTuple

from service.mail.mime import one_line
from service.subscribers.address import Verdicts
from service.subscribers.cells import from_cell
from service.subscribers.errors import BadAddress, ImportRefused
from service.subscribers.import_formats import FORMATS, ListFormat
from service.subscribers.model import SubscriptionStatus
from service.subscribers.names import LONGEST_NAME, tidy_name

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_WORDS = 2000
_NOWHERE = -1
_SHARED = ("locale", "status", "consent_text", "consent_version", "consent_source")
"""The cells in which thousands of rows are alike."""
_MOST_WORDINGS = 1000


class Words(NamedTuple):
    """What somebody agreed to, and where: the part of a proof that many share."""

    text: str
    version: str
    lang: str
    source: str
    basis: str


class Row(NamedTuple):
    """One person of the file. Without `words`, agreed to at `given_at` (UTC), they cannot be on the list."""

    email: str
    key: str
    name: str
    locale: str
    status: SubscriptionStatus
    given_at: datetime
    words: Words | None


class _Shared(NamedTuple):
    """What the cells of `_SHARED` come to, for rows with a date and for rows without one."""

    locale: str
    status: SubscriptionStatus
    words: Words | None
    undated: Words | None


class BadRow(NamedTuple):
    """A line that was left out, and why, in one sentence without the address."""

    line: int
    reason: str


def read_rows(
    lines: Iterable[str], *, now: datetime, stated: str = "", form: ListFormat = FORMATS["csv"]
) -> Iterator[Row | BadRow]:
    """The rows of a CSV file with a header, one at a time. Raises ImportRefused where it is no such thing (any more).

    `form` says which columns hold what. `stated` are words that, as the importer states, everybody agreed to who has
    none of their own. A row is named by the line it begins on.
    """
    table = csv.reader(lines, strict=True)  # not strict, an open quote would swallow everybody after it
    line = 0
    try:
        read = _Reader([name.strip().lower() for name in next(table, [])], form, now, stated).read
        line = table.line_num
        for cells in table:
            if cells:
                yield read(line + 1, cells)
            line = table.line_num
    except csv.Error as error:
        raise ImportRefused(_broken(line + 1, error)) from error
    except UnicodeError as error:
        raise ImportRefused(f"After line {line} the file is not text in one encoding.") from error


def _broken(line: int, error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return f'A quote (") opens on line {line} and is never closed.'
    return f"Line {line} is not CSV: {error}."


class _Reader:
    """Reads the rows of one file. What the header decides is decided once; what many rows share is worked out once."""

    def __init__(self, header: list[str], form: ListFormat, now: datetime, stated: str) -> None:
        self._width, self._now, self._stated, self._statuses = len(header), now.astimezone(UTC), stated, form.statuses
        at = {ours: next((header.index(name) for name in theirs if name in header), _NOWHERE)
              for ours, theirs in form.columns.items()}  # fmt: skip
        if at["email"] == _NOWHERE:
            column = form.columns["email"][0]
            raise ImportRefused(f"The first line must name the columns, and one of them must be {column}.")
        self._email, self._given_at = at["email"], at["consent_at"]
        self._date_column = header[self._given_at] if self._given_at != _NOWHERE else ""
        self._names = [header.index(name) for name in form.columns["name"] if name in header]
        self._shared = itemgetter(*(at.get(name, _NOWHERE) for name in _SHARED))
        self._all_left = any(name in header for name in form.left)
        self._verdict = Verdicts().of
        self._known: dict[tuple[str, ...], _Shared] = {}

    def read(self, line: int, cells: list[str]) -> Row | BadRow:
        """The row that begins on `line`, whatever is in it."""
        whole = "".join(cells)
        if "\0" in whole:
            raise ImportRefused(f"Line {line} holds a NUL byte: from there on the file is damaged.")
        if "'" in whole:
            cells = [from_cell(cell.strip()) for cell in cells]
        cells += [""] * (self._width - len(cells) + 1)  # the last one stands for columns that the file does not have
        try:
            email, key = self._verdict(cells[self._email])
            sample = self._shared(cells)
            shared = self._known.get(sample) or self._learn(sample)
            given_at = self._instant(cells[self._given_at].strip())
            words = shared.words if given_at else shared.undated
            return Row(email, key, self._name(cells), shared.locale, shared.status, given_at or self._now, words)
        except BadAddress:
            return BadRow(line, "This is not an e-mail address.")
        except ValueError as error:
            return BadRow(line, str(error))

    def _name(self, cells: list[str]) -> str:
        name = " ".join([cells[at].strip() for at in self._names]).strip()
        plain = name.replace(" ", "").isalnum() and "  " not in name and len(name) <= LONGEST_NAME
        return name if plain else tidy_name(name)

    def _instant(self, word: str) -> datetime | None:
        if not word:
            return None
        try:
            moment = datetime.fromisoformat(word)
        except ValueError:
            example = "2024-05-31 or 2024-05-31T09:00:00Z"
            raise ValueError(f"{self._date_column} is not a date such as {example}.") from None
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment > self._now:
            raise ValueError(f"{self._date_column} lies in the future.")
        return moment

    def _learn(self, sample: tuple[str, ...]) -> _Shared:
        if len(self._known) >= _MOST_WORDINGS:
            self._known.clear()
        locale, status, *words = (cell.strip() for cell in sample)
        locale = _language(locale)
        agreed, undated = self._agreed(*words, lang=locale or "und")
        self._known[sample] = _Shared(locale, self._standing(status.lower()), agreed, undated)
        return self._known[sample]

    def _standing(self, word: str) -> SubscriptionStatus:
        if word not in self._statuses:
            *others, last = sorted(filter(None, self._statuses))
            raise ValueError(f"The status is none of {', '.join(others)} and {last}.")
        return SubscriptionStatus.UNSUBSCRIBED if self._all_left else self._statuses[word]

    def _agreed(self, text: str, version: str, source: str, *, lang: str) -> tuple[Words | None, Words | None]:
        """What a row with these cells agreed to if it has a date, and if not: the importer's statement needs none."""
        text = one_line(text[:_LONGEST_WORDS])
        place = f"import {one_line(source)[:200]}".strip()
        if text:
            return Words(text, one_line(version)[:80], lang, place, "consent"), None
        stated = Words(self._stated, "", lang, place, "stated at import") if self._stated else None
        return stated, stated


def _language(word: str) -> str:
    word = word.replace("_", "-")
    if word and not _LOCALE.fullmatch(word):
        raise ValueError("The locale is not a language tag such as en-GB.")
    return word
