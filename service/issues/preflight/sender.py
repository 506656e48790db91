"""Whether mailboxes will believe a sender: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of its domain."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import Database
from service.issues.model import Newsletter
from service.issues.preflight.model import SenderCheck
from service.mail.dns import LookUp, NoAnswer, NoSuchName

FRESH = timedelta(hours=12)
_EXAMPLES = ("example", "test", "invalid", "localhost", "example.org", "example.com", "example.net")
"""RFC 2606 and 6761."""


def check_senders(
    database: Database, house: str, lookup: LookUp, selectors: Sequence[str], *, clock: Callable[[], datetime]
) -> None:
    """Look up every domain that we send as: that of `house`, an address, and those of newsletters; fresh ones wait."""
    with database.read() as session:
        waiting = _waiting(session, house, clock())
    found = {domain: judge(domain, lookup, selectors) for domain in waiting}
    with database.unit() as uow:
        for domain, (missing, unsure) in found.items():
            check = uow.session.scalar(select(SenderCheck).where(SenderCheck.domain == domain))
            if check is None:
                check = SenderCheck(domain=domain, checked_at=clock())
                uow.session.add(check)
            check.missing, check.unsure, check.checked_at = missing, unsure, clock()


def judge(domain: str, lookup: LookUp, selectors: Sequence[str]) -> tuple[list[str], list[str]]:
    """What mailboxes will miss at a domain, and what could not be looked up: plain sentences."""
    if any(domain == name or domain.endswith(f".{name}") for name in _EXAMPLES):
        return [], [f"{domain} is a name for examples. No real mail can come from it."]
    missing: list[str] = []
    unsure: list[str] = []
    if not _exists(domain, lookup):  # also what a network without the internet says of every name
        return [], [f"The DNS does not know {domain}."]
    for rule in (_spf, partial(_dkim, selectors=selectors), _dmarc):
        try:
            missing += rule(domain, lookup)
        except NoAnswer as error:
            unsure.append(f"The DNS did not tell us about {error}.")
    return missing, unsure


def _exists(domain: str, lookup: LookUp) -> bool:
    try:
        lookup(domain)
    except NoSuchName:
        return False
    except NoAnswer:
        return True
    return True


def _spf(domain: str, lookup: LookUp) -> list[str]:
    records = [text for text in _texts(domain, lookup) if text.lower().split(" ")[0] == "v=spf1"]
    if len(records) != 1:
        how_many = "has no SPF record" if not records else f"has {len(records)} SPF records, and one is allowed"
        return [f"{domain} {how_many}. Mailboxes will not believe our mail."]
    if "+all" in records[0].lower().split() or "all" in records[0].lower().split():
        return [f"The SPF record of {domain} lets everybody send in its name (+all)."]
    return []


def _dkim(domain: str, lookup: LookUp, selectors: Sequence[str]) -> list[str]:
    keys = [_tags(text).get("p", "") for name in selectors for text in _texts(f"{name}._domainkey.{domain}", lookup)]
    if any(keys):
        return []
    return [f"{domain} has no DKIM key under {' or '.join(selectors)} (MAIL_DKIM_SELECTORS)."]


def _dmarc(domain: str, lookup: LookUp) -> list[str]:
    labels = domain.split(".")
    for start in range(len(labels) - 1):  # a domain without one of its own has its parent's
        records = [_tags(text) for text in _texts("_dmarc." + ".".join(labels[start:]), lookup)]
        policies = [tags.get("p", "") for tags in records if tags.get("v", "").upper() == "DMARC1"]
        if policies:
            known = len(policies) == 1 and policies[0].lower() in {"none", "quarantine", "reject"}
            return [] if known else [f"The DMARC record of {domain} cannot be read."]
    return [f"{domain} has no DMARC record. Gmail and Yahoo want one."]


def _texts(name: str, lookup: LookUp) -> Sequence[str]:
    try:
        return lookup(name)
    except NoSuchName:
        return []


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _waiting(session: Session, house: str, now: datetime) -> list[str]:
    senders = [house, *(parseaddr(sender)[1] for sender in session.scalars(select(Newsletter.sender)) if sender)]
    domains = dict.fromkeys(address.rpartition("@")[2].lower() for address in senders)
    known = set(session.scalars(select(SenderCheck.domain).where(SenderCheck.checked_at > now - FRESH)))
    return [domain for domain in domains if domain and domain not in known]
