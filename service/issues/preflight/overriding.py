"""Sending in spite of a finding: one person gives a reason, a second one agrees, for exactly this content."""

from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.errors import NotOverridable, SecondPersonNeeded
from service.issues.fingerprint import content_hash
from service.issues.locking import issue_to_change
from service.issues.preflight.examine import examine, overrides
from service.issues.preflight.model import PreflightOverride
from service.mail.letterhead import Letterhead


def ask_to_override(
    uow: UnitOfWork, issue_id: int, finding: str, reason: str, editor: Editor, *, head: Letterhead, now: datetime
) -> PreflightOverride:
    """Ask that an issue may leave in spite of a blocking finding (its key), and say why. Raises NotOverridable."""
    issue = issue_to_change(uow, issue_id)
    known = [each for each in examine(uow.session, issue, head, now) if each.key == finding]
    asked = any(each.finding == finding for each in overrides(uow.session, issue))
    if not reason or asked or not any(each.blocks and not each.final for each in known):
        raise NotOverridable
    override = PreflightOverride(
        issue_id=issue.id,
        finding=finding,
        content_hash=content_hash(uow.session, issue),
        reason=reason,
        asked_by=editor.id,
        asked_at=now,
    )
    uow.session.add(override)
    uow.session.flush()
    note(uow, editor, f"asked_to_override_{known[0].code}", f"issue:{issue.id}", now=now)
    return override


def agree_to_override(
    uow: UnitOfWork, issue_id: int, override_id: int, editor: Editor, *, now: datetime
) -> PreflightOverride:
    """Agree, as a second person. Raises NotOverridable for one that is not open, and SecondPersonNeeded."""
    issue = issue_to_change(uow, issue_id)
    override = next((each for each in overrides(uow.session, issue) if each.id == override_id), None)
    if override is None or override.agreed_by is not None:
        raise NotOverridable
    if override.asked_by == editor.id:
        raise SecondPersonNeeded
    override.agreed_by, override.agreed_at = editor.id, now
    note(uow, editor, f"agreed_to_override_{override.finding.partition(':')[0]}", f"issue:{issue.id}", now=now)
    return override
