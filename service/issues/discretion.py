"""Discreet letters: nothing that others may see over a shoulder (sender, subject, the words beside it, list name, the
words of links) names an illness."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from service.issues.choosing import said
from service.issues.content import Block
from service.issues.model import Issue, ItemKind, Newsletter
from service.issues.schedule import wall_clock
from service.mail.message import Address

NAME = "Your letter"
"""What a newsletter is called where it has no discreet name of its own."""
SENDER = "Letters"
PREHEADER = "Here is what we have for you this time. There is no hurry. It will wait for you."
LINK_WORDS = {
    ItemKind.STORY: "Read story {}",
    ItemKind.ARTICLE: "Read page {}",
    ItemKind.RESOURCE: "Read page {} elsewhere",
    ItemKind.NETWORK: "Visit place {}",
}
"""Link words by kind; the number keeps them apart."""

_ILLNESS = re.compile(
    r"(?i)\b(?:cancers?|leuka?emi\w+|lymphomas?|myelomas?|tumou?rs?|oncolog\w*|haematolog\w*|hematolog\w*|sarcomas?|"
    r"carcinomas?|melanomas?|metasta\w+|chemo\w*|radiothera\w*|transplants?|marrow|blasts?|relaps\w*|remissions?|"
    r"diagnos\w*|prognos\w*|survivors?|survival|illness\w*|diseases?|disorders?|syndromes?|patients?|treatments?|"
    r"therap(?:y|ies)|hospitals?|hospices?|wards?|clinics?|deaths?|dying|died|grie\w*|bereave\w*|funerals?|"
    r"palliative|memoriam|symptoms?|side effects?|medicines?|medications?|nurses?|doctors?|"
    r"hiv|epilep\w*|diabet\w*|dementia|depress\w*|psychiatr\w*|mental health|suicid\w*|infertil\w*)\b"
)
_ABBREVIATED = re.compile(r"\b(?:ALL|AIDS|AML|CAR-T|CLL|CML|MDS)\b")
"""In capitals only: the small letters are other words."""


def illness_in(words: str, topics: Iterable[str] = ()) -> str:
    """The first word that names an illness or one of the `topics` of a newsletter; empty when there is none."""
    of_the_letter = (re.search(rf"(?i)\b{re.escape(topic)}\b", words) for topic in topics)
    found = _ILLNESS.search(words) or _ABBREVIATED.search(words) or next(filter(None, of_the_letter), None)
    return found[0] if found else ""


def discreet_name(newsletter: Newsletter) -> str:
    """What the newsletter is called for discreet readers."""
    return newsletter.discreet_name or NAME


def discreet_sender(newsletter: Newsletter, usual: Address) -> Address:
    """Who writes to discreet readers. With a name alone the mailbox stays the usual one, because mail must be signed
    for the domain of its sender."""
    own = newsletter.discreet_sender
    return Address.parse(own) if "@" in own else Address(usual.email, own or SENDER)


def discreet_subject(issue: Issue) -> str:
    """The discreet name and the date of the issue."""
    return f"{discreet_name(issue.newsletter)}, {issue_day(issue)}"


def issue_day(issue: Issue) -> str:
    """The date of an issue in words, on its newsletter's own wall."""
    return said(wall_clock(issue.planned_for, issue.newsletter.zone).date())


def with_quiet_links(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with link words that say what kind of page it is, and not what it is about."""
    numbers: Counter[ItemKind] = Counter()
    return [_quiet(block, numbers) for block in blocks]


def _quiet(block: Block, numbers: Counter[ItemKind]) -> Block:
    if not block.url or block.kind not in LINK_WORDS:
        return block
    numbers[block.kind] += 1
    return replace(block, link_words=LINK_WORDS[block.kind].format(numbers[block.kind]))
