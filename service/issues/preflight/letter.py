"""Checks of the mail itself: everybody can read it, it is whole in both parts, and nothing unfinished is in it."""

import re
from collections.abc import Iterator

from service.issues.content import LONGEST_PREHEADER, SHORTEST_PREHEADER
from service.issues.discretion import illness_in
from service.issues.preflight.findings import Finding, Level
from service.issues.preflight.sight import SAMPLE, Sight
from service.mail.accessibility import faults, sent_size

LONGEST_SUBJECT = 60
"""Characters; phones show about this much of it."""

SIZE_WARNING = 80_000
"""Bytes as sent."""

_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|%%\w*%%|% %\w+% %|\b(?i:lorem ipsum|lorem|dolor sit amet|fixme)\b|\bTODO\b|\bTBC\b|\bTBD\b"
    r"|\b[xX]{3,}\b|\[(?i:name|first name|insert[^\]]*|date|link)\]|<(?i:insert)[^>]*>"
)
_SHOUT = re.compile(r"!{2,}|\?{3,}|\b[A-Z]{4,}(?: [A-Z]{3,})+\b")


def accessible(sight: Sight) -> Iterator[Finding]:
    """Every rule of accessibility that a machine can check."""
    for fault in faults(sight.html, sight.text):
        yield Finding(
            level=Level.BLOCK, code="accessible", about=fault, mend=sight.item_with(_quoted(fault)),
            sentence=f"Not everybody could read it: {fault}.",
        )  # fmt: skip


def _quoted(fault: str) -> str:
    found = re.search("“(.*?)[…”]", fault)
    return found[1] if found else fault.rsplit(": ", 1)[-1]


def size(sight: Sight) -> Iterator[Finding]:
    """It stays well below the size at which Gmail cuts the end off; `accessible` blocks what is beyond."""
    found = sent_size(sight.html)
    if found > SIZE_WARNING:
        yield Finding(
            level=Level.WARN, code="size", mend=sight.desk("#items"),
            sentence=f"The mail is {found // 1000} kB. From 100 kB on it may not leave: its end would be cut off.",
        )  # fmt: skip


def way_out(sight: Sight) -> Iterator[Finding]:
    """Readers can unsubscribe at the top and at the end of both parts, and see who writes to them (CAN-SPAM, CASL)."""
    place = f"/unsubscribe/{SAMPLE}"
    for part, words, begins in (("HTML", sight.html, "<h1"), ("text", sight.text, f"\n{sight.copy.subject}\n")):
        above = words.partition(begins or words)[0]
        if place not in above or place not in words[len(above) :]:
            yield Finding(
                level=Level.BLOCK, code="unsubscribe", about=part, mend=sight.desk(), final=True,
                sentence=f"The {part} part does not have the unsubscribe link both at the top and at the end.",
            )  # fmt: skip
    address = " ".join(sight.head.postal_address.split())
    for part, words in (("HTML", sight.page.text), ("text", " ".join(sight.text.split()))):
        if not address or address not in words:
            yield Finding(
                level=Level.BLOCK, code="postal_address", about=part, mend=sight.desk(), final=True,
                sentence=f"The {part} part does not have the postal address (MAIL_POSTAL_ADDRESS).",
            )  # fmt: skip


def text_part(sight: Sight) -> Iterator[Finding]:
    """Whoever reads plain text gets every item and every link."""
    text = " ".join(sight.text.split())
    for block in sight.content.items:
        for words in (block.title, block.teaser, block.note, " ".join(block.text.split())):
            if words and " ".join(words.split()) not in text:
                yield Finding(
                    level=Level.BLOCK, code="text_part", about=str(block.item_id),
                    mend=sight.desk(f"#item-{block.item_id}"),
                    sentence=f"The text part lacks “{words[:40]}”, which the HTML part has.",
                )  # fmt: skip
                break
    for url, words in sight.links.items():
        if _said(url) not in sight.text:
            yield Finding(
                level=Level.BLOCK, code="text_part", about=url, mend=sight.item_with(url),
                sentence=f"The text part lacks the link “{words}”.",
            )  # fmt: skip


def _said(url: str) -> str:
    """How an address stands in plain text: a telephone number without the word before it."""
    return "" if url.startswith("tel:") else url.removeprefix("mailto:")


def placeholders(sight: Sight) -> Iterator[Finding]:
    """Nothing that somebody meant to fill in later."""
    for found in dict.fromkeys(_PLACEHOLDER.findall(f"{sight.issue.subject}\n{sight.preheader}\n{sight.text}")):
        in_subject = found in sight.issue.subject or found in sight.preheader
        yield Finding(
            level=Level.BLOCK, code="placeholder", about=found,
            mend=sight.desk("/subject") if in_subject else sight.item_with(found),
            sentence=f"“{found}” looks like something that was to be filled in later.",
        )  # fmt: skip


def subject(sight: Sight) -> Iterator[Finding]:
    """A subject that fits, and a line beside it that says more."""
    mend, line = sight.desk("/subject"), sight.preheader
    if not sight.issue.subject.strip():
        yield Finding(level=Level.BLOCK, code="no_subject", sentence="It has no subject.", mend=mend)
    if len(sight.issue.subject) > LONGEST_SUBJECT:
        yield Finding(
            level=Level.WARN, code="long_subject", mend=mend,
            sentence=f"The subject has {len(sight.issue.subject)} characters. Phones show about {LONGEST_SUBJECT}.",
        )  # fmt: skip
    if not SHORTEST_PREHEADER <= len(line) <= LONGEST_PREHEADER:
        yield Finding(
            level=Level.WARN, code="preheader_length", mend=mend,
            sentence=f"The words beside the subject have {len(line)} characters. Best are "
            f"{SHORTEST_PREHEADER} to {LONGEST_PREHEADER}.",
        )  # fmt: skip
    if line and sight.issue.subject.casefold() in line.casefold():
        yield Finding(
            level=Level.WARN, code="preheader_repeats", mend=mend, sentence="The words beside the subject repeat it."
        )


def quiet(sight: Sight) -> Iterator[Finding]:
    """What others may see of a discreet copy names no illness and none of the newsletter's topics."""
    paper = sight.issue.newsletter
    if not sight.copy.discreet:
        return
    seen = (
        sight.copy.subject,
        sight.preheader,
        paper.discreet_sender,
        *(block.link_words for block in sight.content.items),
    )
    for words in seen:
        if found := illness_in(words, paper.topics):
            yield Finding(
                level=Level.BLOCK, code="discreet", about=found, mend=f"/desk/newsletters/{paper.id}",
                sentence=f"“{found}” stands in “{words}”, which others may see.",
            )  # fmt: skip


def shouting(sight: Sight) -> Iterator[Finding]:
    """Capitals and rows of marks read as shouting, to people and to spam filters."""
    for found in dict.fromkeys(_SHOUT.findall(f"{sight.issue.subject}\n{sight.preheader}\n{sight.text}")):
        yield Finding(
            level=Level.WARN, code="shouting", about=found, mend=sight.item_with(found),
            sentence=f"“{found}” reads like shouting.",
        )  # fmt: skip
