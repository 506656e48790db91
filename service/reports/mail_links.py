"""Every kind of address in the mail of an issue, in plain words, read from the very text that was sent. Reads only.

Nothing is described from memory: a kind that the sentences below do not know is shown as what it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.delivery.model import Variant
from service.issues.model import Issue
from service.issues.queries import PUBLIC

_IN_HTML = re.compile(r"""\b(href|src|srcset|background|action|poster)\s*=\s*["']([^"']+)["']|url\(\s*["']?([^"')]+)""")
_IN_TEXT = re.compile(r"https?://[^\s<>]+|%%\w+_url%%")
_ANY = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of address: what it looks like, what it is for, and whether it is the reader's own."""

    example: str
    sentence: str
    personal: bool = False
    loaded: bool = False
    """The mail program asks for it by itself, when the mail is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A kind, and how many different addresses of it are in the mail."""

    kind: Kind
    addresses: int


_SLOTS = {
    "%%unsubscribe_url%%": Kind(
        example="/unsubscribe/…?issue=…",
        sentence="Ends your subscription. The letters are yours alone, so that you need no password. Opening the page "
        "changes nothing: you press a button there. We add one to a number for this issue.",
        personal=True,
    ),
    "%%preferences_url%%": Kind(
        example="/preferences/…?issue=…",
        sentence="Your own page, where you choose what you get. The letters are yours alone. We keep what you choose, "
        "and not that you looked. If you leave there, we add one to a number for this issue.",
        personal=True,
    ),
}
_PAGES = (
    ("/stories/share", "Leads to where you can tell your story."),
    ("/stories/…", "Leads to a story."),
    ("/newsletter/…", "Leads to this issue on our website, the same page for everybody."),
    ("/…/…", "Leads to an article, or to another page of ours."),
    ("", "Leads to our first page."),
)
"""What our own pages look like, the narrowest first."""

_OTHER_PAGE = ("/…", "Leads to a page of ours.")

_SCHEMES = {
    "tel": "Calls a helpline, when you press it on a phone.",
    "mailto": "Begins a mail to us or to a helpline.",
}

MARKED = (
    " The number after the question mark stands for the issue, and is the same in every reader's mail. We count visits."
)


def links_of_last_issue(session: Session, site_url: str) -> tuple[Issue, Sequence[Found]] | None:
    """The last issue in the archive, and every kind of address in any of its mails; None before the first one."""
    last = select(Issue).where(Issue.state.in_(PUBLIC)).order_by(Issue.started_at.desc(), Issue.id.desc())
    issue = session.scalar(last.where(select(Variant.id).where(Variant.issue_id == Issue.id).exists()).limit(1))
    if issue is None:
        return None
    texts = session.execute(select(Variant.html, Variant.text).where(Variant.issue_id == issue.id))
    return issue, kinds_of((address for row in texts for address in addresses(row.html, row.text)), site_url)


def addresses(html: str, text: str) -> set[tuple[str, bool]]:
    """(address, whether it is loaded by itself) of all that both parts of a mail lead to."""
    found = {(match, False) for match in _IN_TEXT.findall(text)}
    for name, value, style in _IN_HTML.findall(html):
        found.add((style or value, name not in {"href", "action"}))
    return {(address.strip(), loaded) for address, loaded in found if not address.startswith("#")}


def kinds_of(found: Iterable[tuple[str, bool]], site_url: str) -> Sequence[Found]:
    """The kinds, our own first; each address is counted once."""
    tally = Counter(_kind(address, loaded, site_url) for address, loaded in sorted(set(found)))
    rows = [Found(kind=kind, addresses=times) for kind, times in tally.items()]
    return sorted(rows, key=lambda row: (not row.kind.loaded, not row.kind.personal, row.kind.example))


def _kind(address: str, loaded: bool, site_url: str) -> Kind:
    if loaded:
        return _shown_by_itself(address)
    if address in _SLOTS:
        return _SLOTS[address]
    parts = urlsplit(address)
    if address == site_url or address.startswith((f"{site_url}/", f"{site_url}?")):
        return _page(parts.path, parts.query)
    if parts.scheme in {"http", "https"}:
        return _elsewhere(parts.scheme, parts.hostname or "")
    return Kind(
        example=f"{parts.scheme or address[:20]}:{_ANY}",
        sentence=_SCHEMES.get(parts.scheme, "Is something that we have no sentence for yet."),
    )


def _shown_by_itself(address: str) -> Kind:
    parts = urlsplit(address)
    where = f"from {parts.hostname}" if parts.hostname else "out of the mail itself"
    sentence = f"Is shown {where} when you open the mail."
    return Kind(example=f"{parts.scheme}:{_ANY}", sentence=sentence, loaded=bool(parts.hostname))


def _elsewhere(scheme: str, host: str) -> Kind:
    return Kind(example=f"{scheme}://{host}/", sentence=f"Leads to the website of others, straight to {host}.")


def _page(path: str, query: str) -> Kind:
    names = [name.partition("=")[0] for name in query.split("&") if name]
    marks = "?" + "&".join(f"{name}={_ANY}" for name in names) if names else ""
    shape, sentence = next((page for page in _PAGES if _looks_like(page[0], path)), _OTHER_PAGE)
    return Kind(example=f"{shape or '/'}{marks}", sentence=sentence + (MARKED if names == ["issue"] else ""))


def _looks_like(shape: str, path: str) -> bool:
    return re.fullmatch(re.escape(shape).replace(_ANY, "[^/]+"), path.rstrip("/")) is not None
