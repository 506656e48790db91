"""Preflight: every check over one issue, what of it blocks, and what happens when something does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.fingerprint import content_hash
from service.issues.model import Issue
from service.issues.preflight import letter, readers, sending, stories
from service.issues.preflight.copies import LookedAt, look_at_others, looked_at
from service.issues.preflight.findings import Finding, PreflightBlocks
from service.issues.preflight.model import PreflightOverride
from service.issues.preflight.sight import Sight, look
from service.mail.letterhead import Letterhead

Check = Callable[[Sight], Iterator[Finding]]

CHECKS: Sequence[Check] = (
    stories.something_to_read,
    stories.consent,
    stories.still_there,
    stories.articles_in_date,
    stories.nothing_twice,
    stories.no_ask_beside_a_memorial,
    stories.story_notes,
    letter.subject,
    letter.placeholders,
    letter.way_out,
    letter.text_part,
    letter.accessible,
    letter.size,
    letter.shouting,
    readers.easy_to_read,
    readers.discreet,
    readers.hour,
    sending.links,
    sending.sender,
    sending.audience,
)
"""What is looked at, in the order in which editors read it."""

COPY_CHECKS: Sequence[Check] = (
    letter.placeholders,
    letter.way_out,
    letter.text_part,
    letter.accessible,
    letter.size,
    letter.quiet,
    sending.links,
)
"""What is looked at again in every other copy of the issue: each is a mail of its own."""

_MENDS_ITSELF = frozenset({"consent"})
"""Findings that hold nobody up at the last moment: a story without consent is left out of the mail by itself."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What the checks say of an issue."""

    findings: list[Finding]
    """Those that block first. What only some readers' copy has is said of that copy."""
    copies: Sequence[LookedAt]
    """The copies that were looked at, the standard one first."""


def examination(session: Session, issue: Issue, head: Letterhead, now: datetime) -> Examination:
    """Make every check over an issue, in each of its copies."""
    sight = look(session, issue, head, now)
    others = look_at_others(sight)
    found = [finding for check in CHECKS for finding in check(sight)]
    known = {finding.key for finding in found}
    for other in others:
        checks = [check for check in COPY_CHECKS if other.whole or check is not letter.size]
        new = [each for check in checks for each in check(other) if each.key not in known]
        known |= {finding.key for finding in new}
        found += [replace(each, sentence=f"In the copy with {other.copy.about}: {each.sentence}") for each in new]
    return Examination(sorted(found, key=lambda finding: not finding.blocks), looked_at([sight, *others]))


def examine(session: Session, issue: Issue, head: Letterhead, now: datetime) -> list[Finding]:
    """What the checks found (`Examination.findings`)."""
    return examination(session, issue, head, now).findings


def blocks(session: Session, issue: Issue, findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep the issue from leaving: blocking, and not overridden by two people for exactly this content."""
    agreed = {override.finding for override in overrides(session, issue) if override.agreed_by is not None}
    return [finding for finding in findings if finding.blocks and (finding.final or finding.key not in agreed)]


def overrides(session: Session, issue: Issue) -> Sequence[PreflightOverride]:
    """What was asked for, and agreed to, for the content that the issue has now."""
    query = select(PreflightOverride).where(
        PreflightOverride.issue_id == issue.id, PreflightOverride.content_hash == content_hash(session, issue)
    )
    return session.scalars(query.order_by(PreflightOverride.id)).all()


def check_before_scheduling(session: Session, issue: Issue, head: Letterhead, now: datetime) -> None:
    """Raise PreflightBlocks for an issue that may not leave as it is."""
    if found := blocks(session, issue, examine(session, issue, head, now)):
        raise PreflightBlocks(found)


def holds_at_start(blocking: Sequence[Finding]) -> list[Finding]:
    """Those of `blocking` that hold back an issue whose time has come."""
    return [finding for finding in blocking if finding.code not in _MENDS_ITSELF]


def note_refusal(
    uow: UnitOfWork, issue_id: int, editor: Editor | None, refused: PreflightBlocks, *, now: datetime
) -> None:
    """Write down that preflight refused an issue, and which checks did."""
    for code in dict.fromkeys(finding.code for finding in refused.findings):
        note(uow, editor, f"preflight_refused_{code}", f"issue:{issue_id}", now=now)
