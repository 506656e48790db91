"""The form of a newsletter: what was typed, what is wrong with it, and the terms it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from typing import TypeVar
from zoneinfo import available_timezones

from werkzeug.datastructures import MultiDict

from service.editors.model import Role
from service.issues.discretion import illness_in
from service.issues.errors import BadRule
from service.issues.model import Newsletter, WhenThin
from service.issues.newsletters import Proposal, Terms
from service.issues.plain_rule import Every, PlainRule, plain_rule
from service.issues.schedule import check_rule
from service.web.forms import one_line

MOST_LEAD_DAYS = 60
MOST_THIN = 20
LATEST_HOURS = (0, 1, 3, 6)
LONGEST_LINE = 200
MOST_SEEDS = 20
APPROVERS = (Role.REVIEWER, Role.SAFEGUARDING, Role.TRANSLATOR)
"""Roles that may be asked for besides editors and admins."""

ZONES = tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))
NAMES = (
    "name", "slug", "description", "sender", "discreet_name", "discreet_sender", "lang", "more_languages", "topics",
    "every", "place", "day", "custom",
    "wall_time", "zone", "starts_on", "lead_days", "approvals", "thin_below", "when_thin", "latest_hours", "seeds",
    "schedules_itself", "active",
)  # fmt: skip

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")

Value = TypeVar("Value")


@dataclass
class NewsletterForm:
    """What stands in the form, by field; `read` gives the terms and fills `errors`."""

    typed: dict[str, str]
    roles: list[str] = field(default_factory=list)
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def read(self) -> Terms | None:
        """The terms, or None with a sentence for each field that cannot be taken."""
        terms = Terms(
            name=self._needed("name", "Write the name that readers will see."),
            description=self.typed["description"],
            sender=self._sender(),
            discreet_name=self._discreet("discreet_name"),
            discreet_sender=self._discreet("discreet_sender"),
            lang=self._language("lang", self.typed["lang"]),
            more_languages=tuple(self._language("more_languages", each) for each in self._list("more_languages")),
            topics=self._list("topics"),
            rrule=self._rule(),
            wall_time=self.typed["wall_time"],
            zone=self.typed["zone"],
            starts_on=self._day("starts_on"),
            lead_days=self._whole("lead_days", MOST_LEAD_DAYS),
            approvals=self._one_of("approvals", {"1": 1, "2": 2}),
            approver_roles=tuple(role for role in APPROVERS if role in self.roles),
            schedules_itself=self.typed["schedules_itself"] == "yes",
            thin_below=self._whole("thin_below", MOST_THIN),
            when_thin=self._one_of("when_thin", {str(each): each for each in WhenThin}),
            latest_hours=self._one_of("latest_hours", {str(hours): hours for hours in LATEST_HOURS}),
            seeds=self._seeds(),
            active=self.typed["active"] == "yes",
        )
        return None if self.errors else terms

    def check(self, proposal: Proposal) -> None:
        """Say what is wrong with the rule, if anything."""
        try:
            check_rule(proposal)
        except BadRule as error:
            self.errors["zone" if "zone" in str(error) else "wall_time" if "time" in str(error) else "every"] = str(
                error
            )

    def _needed(self, name: str, otherwise: str) -> str:
        if not self.typed[name]:
            self.errors[name] = otherwise
        return self.typed[name]

    def _rule(self) -> str:
        try:
            place = int(self.typed["place"]) if self.typed["place"].lstrip("-").isdecimal() else 0
            every = self._one_of("every", {str(each): each for each in Every})
            return PlainRule(every=every, day=self.typed["day"], place=place, custom=self.typed["custom"]).rrule()
        except BadRule as error:
            self.errors["every"] = str(error)
            return ""

    def _one_of(self, name: str, offered: Mapping[str, Value]) -> Value:
        if self.typed[name] not in offered:
            self.errors[name] = "Choose one of these."
        return offered.get(self.typed[name], next(iter(offered.values())))

    def _whole(self, name: str, most: int) -> int:
        text = self.typed[name]
        if not text.isascii() or not text.isdecimal() or int(text) > most:
            self.errors[name] = f"Write a whole number from 0 to {most}."
            return 0
        return int(text)

    def _day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.typed[name]) if self.typed[name] else None
        except ValueError:
            self.errors[name] = "Choose a date, such as 2026-07-07, or leave it empty."
            return None

    def _discreet(self, name: str) -> str:
        """Words that others may see: nothing in them names an illness."""
        words = self.typed[name]
        if found := illness_in(words, self._list("topics")):
            self.errors[name] = f"“{found}” says what it is about. Choose a word that could stand on any letter."
        elif "@" in words and not _is_address(parseaddr(words)[1]):
            self.errors[name] = "Write a name, or a name and a mailbox: Letters <post@example.org>."
        return words

    def _sender(self) -> str:
        sender = self.typed["sender"]
        if sender and not _is_address(parseaddr(sender)[1]):
            self.errors["sender"] = "Write a mailbox, such as Our news <news@example.org>, or leave it empty."
        return sender

    def _language(self, name: str, tag: str) -> str:
        if not _LANGUAGE.fullmatch(tag):
            self.errors[name] = "Write languages as in en-GB, fr or ar."
        return tag

    def _list(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.strip() for part in self.typed[name].split(",") if part.strip()))

    def _seeds(self) -> tuple[str, ...]:
        seeds = tuple(dict.fromkeys(self.typed["seeds"].split()))
        if len(seeds) > MOST_SEEDS or not all(_is_address(seed) for seed in seeds):
            self.errors["seeds"] = f"Write one address on each line, at most {MOST_SEEDS}."
        return seeds


def typed_form(form: MultiDict[str, str], version: int) -> NewsletterForm:
    """The form as it came in."""
    typed = {name: one_line(form.get(name, ""), most=LONGEST_LINE) for name in NAMES if name != "seeds"}
    typed["seeds"] = form.get("seeds", "")[:4000]
    return NewsletterForm(typed, form.getlist("approver_roles"), version)


def empty_form() -> NewsletterForm:
    """What stands in the form of a new newsletter."""
    fresh = Terms(name="", rrule="FREQ=MONTHLY;BYDAY=1TU", wall_time="09:00", zone="Europe/London")
    return NewsletterForm(_typed(fresh) | {"slug": ""})


def form_of(paper: Newsletter) -> NewsletterForm:
    """What stands in the form of a newsletter that exists."""
    return NewsletterForm(_typed(paper) | {"slug": paper.slug}, list(paper.approver_roles), paper.version)


def _typed(terms: Terms | Newsletter) -> dict[str, str]:
    rule = plain_rule(terms.rrule)
    return {
        "name": terms.name, "description": terms.description, "sender": terms.sender, "lang": terms.lang,
        "more_languages": ", ".join(terms.more_languages), "topics": ", ".join(terms.topics),
        "every": rule.every, "place": str(rule.place), "day": rule.day, "custom": rule.custom,
        "wall_time": terms.wall_time, "zone": terms.zone,
        "starts_on": terms.starts_on.isoformat() if terms.starts_on else "",
        "lead_days": str(terms.lead_days), "approvals": str(terms.approvals),
        "thin_below": str(terms.thin_below), "when_thin": terms.when_thin, "latest_hours": str(terms.latest_hours),
        "seeds": "\n".join(terms.seeds), "schedules_itself": "yes" if terms.schedules_itself else "",
        "active": "yes" if terms.active else "",
    }  # fmt: skip


def _is_address(email: str) -> bool:
    name, at, host = email.partition("@")
    return bool(name and at and "." in host) and "@" not in host and not any(map(str.isspace, email))
