"""Checks for the people at the other end: how hard it is to read, what others may see of it, and the hour it comes."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from dateutil.easter import easter

from service.issues.discretion import discreet_name, discreet_sender, illness_in
from service.issues.model import ItemKind
from service.issues.preflight.findings import Finding, Level
from service.issues.preflight.sight import Sight
from service.issues.schedule import days_between, wall_clock
from service.languages import primary
from service.library.queries import helplines
from service.stories.reading_level import reading_level

HARDEST_AGE = 14
"""Years; what needs more is told to editors. Storytellers write as they speak, and are not measured."""
FEWEST_WORDS = 15
"""A shorter text has no level worth the name."""
EARLIEST, LATEST = time(7), time(21)
"""Helplines are mostly closed outside of these, and a mail that arrives at night may wake somebody."""
_HOLIDAYS = ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26")
_BANK_HOLIDAYS = ("FREQ=YEARLY;BYMONTH=5;BYDAY=1MO,-1MO", "FREQ=YEARLY;BYMONTH=8;BYDAY=-1MO")
"""Of England and Wales, besides Easter (Banking and Financial Dealings Act 1971)."""
_BRITISH = "Europe/London"


def easy_to_read(sight: Sight) -> Iterator[Finding]:
    """The editors' own words, and summaries of articles, can be read at the age of 14; measured in English only."""
    if primary(sight.copy.lang) != "en":
        return
    for block in sight.content.items:
        own = block.teaser if block.kind is ItemKind.ARTICLE and not block.lang else ""
        level = reading_level(f"{block.text}\n{own}")
        if level.words < FEWEST_WORDS or level.age <= HARDEST_AGE:
            continue
        long = f" The sentence “{level.long_sentences[0][:60]}…” is long." if level.long_sentences else ""
        yield Finding(
            level=Level.WARN, code="reading_level", about=str(block.item_id), mend=sight.desk(f"#item-{block.item_id}"),
            sentence=f"“{(block.title or block.heading or block.text)[:60]}” reads as for age {level.age}.{long}",
        )  # fmt: skip


def discreet(sight: Sight) -> Iterator[Finding]:
    """What others may see of a discreet copy names no illness: the name of the newsletter and who writes."""
    paper = sight.issue.newsletter
    sender = discreet_sender(paper, sight.head.sender)
    seen = {"name": discreet_name(paper), "sender": f"{sender.name} {sender.email.partition('@')[0]}"}
    for what, words in seen.items():
        if illness := illness_in(words, paper.topics):
            yield Finding(
                level=Level.BLOCK, code="discreet", about=what, mend=f"/desk/newsletters/{paper.id}",
                sentence=f"Its discreet {what} has the word “{illness}”. Others may see it on somebody’s phone.",
            )  # fmt: skip


def hour(sight: Sight) -> Iterator[Finding]:
    """It comes when people are awake, and when whoever needs a helpline finds it open."""
    local = wall_clock(sight.leaves_at, sight.issue.newsletter.zone)
    mend = sight.desk("/schedule")
    if not EARLIEST <= local.time() < LATEST:
        yield Finding(
            level=Level.WARN, code="hour", mend=mend,
            sentence=f"It leaves at {local:%H:%M}. Many people sleep then, and helplines are closed.",
        )  # fmt: skip
    if is_holiday(local.date(), sight.issue.newsletter.zone) and helplines(sight.session):
        yield Finding(
            level=Level.WARN, code="holiday", mend=mend,
            sentence=f"{local.day} {local:%B} is a public holiday. Are the helplines in it open on that day?",
        )  # fmt: skip


def is_holiday(day: date, zone: str) -> bool:
    """Whether most offices are closed: Christmas, New Year and Easter; on the clock of London also bank holidays."""
    sunday = easter(day.year)
    if day in {sunday - timedelta(days=2), sunday, sunday + timedelta(days=1)}:
        return True
    rules = (*_HOLIDAYS, *(_BANK_HOLIDAYS if zone == _BRITISH else ()))
    return any(days_between(rule, day, day) for rule in rules)
