"""What stands in a CSV file of subscribers, line by line: rows we can use, and lines we cannot with the reason."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from service.mail.mime import one_line
from service.subscribers.address import accepted, email_key
from service.subscribers.cells import from_cell
from service.subscribers.errors import BadAddress, ImportRefused
from service.subscribers.model import SubscriptionStatus
from service.subscribers.names import tidy_name
from service.subscribers.wording import Wording

STATUSES = {"": SubscriptionStatus.CONFIRMED} | {status.value: status for status in SubscriptionStatus}
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody agreed to, when, and where."""

    wording: Wording
    given_at: datetime
    source: str
    basis: str = "consent"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the file. Without `proof` they cannot be on the list."""

    line: int
    email: str
    key: str
    name: str
    locale: str
    status: SubscriptionStatus
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was left out, and why, in one sentence without the address."""

    line: int
    reason: str


def read_rows(lines: Iterable[str], *, now: datetime, stated: str = "") -> Iterator[Row | BadRow]:
    """The rows of a CSV file with a header, one at a time. Raises ImportRefused for a file that is no such thing.

    Columns: email; name, locale, status, consent_text, consent_at (ISO 8601), consent_version, consent_source as far as
    they exist. `stated` are words that, as the importer states, everybody agreed to who has none of their own.
    """
    table = csv.DictReader(lines)
    try:
        if "email" not in _header(table):
            raise ImportRefused("The first line must name the columns, and one of them must be email.")
        for cells in table:
            yield _read(table.line_num, cells, now, stated)
    except csv.Error as error:
        raise ImportRefused(f"Line {table.line_num} is not CSV: {error}.") from error
    except UnicodeDecodeError as error:
        raise ImportRefused(f"After line {table.line_num} the file is not in UTF-8.") from error


def _header(table: "csv.DictReader[str]") -> list[str]:
    table.fieldnames = [name.strip().lower() for name in table.fieldnames or []]
    return list(table.fieldnames)


def _read(line: int, cells: Mapping[str | None, object], now: datetime, stated: str) -> Row | BadRow:
    word = {name: from_cell(value.strip()) for name, value in cells.items() if name and isinstance(value, str)}
    try:
        email = accepted(word.get("email", ""))
        return Row(
            line=line,
            email=email,
            key=email_key(email),
            name=tidy_name(word.get("name", "")),
            locale=_locale(word.get("locale", "")),
            status=_status(word.get("status", "")),
            proof=_proof(word, now, stated),
        )
    except BadAddress:
        return BadRow(line, "This is not an e-mail address.")
    except ValueError as error:
        return BadRow(line, str(error))


def _locale(word: str) -> str:
    if word and not _LOCALE.fullmatch(word):
        raise ValueError("The locale is not a language tag such as en-GB.")
    return word


def _status(word: str) -> SubscriptionStatus:
    if word.lower() not in STATUSES:
        raise ValueError("The status is none of confirmed, pending and unsubscribed.")
    return STATUSES[word.lower()]


def _proof(word: Mapping[str, str], now: datetime, stated: str) -> Proof | None:
    """The consent of a row; the importer's statement for a row without words; None without words or without a date."""
    given_at = _instant(word.get("consent_at", ""), now)
    text, lang = one_line(word.get("consent_text", "")[:_LONGEST_WORDS]), word.get("locale", "") or "und"
    source = f"import {one_line(word.get('consent_source', ''))[:200]}".strip()
    if text and given_at:
        return Proof(Wording(one_line(word.get("consent_version", ""))[:80], lang, text), given_at, source)
    if stated and not text:
        return Proof(Wording("", lang, stated), given_at or now, source, basis="stated at import")
    return None


def _instant(word: str, now: datetime) -> datetime | None:
    if not word:
        return None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError("consent_at is not a date such as 2024-05-31 or 2024-05-31T09:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise ValueError("consent_at lies in the future.")
    return moment
