"""The trail: who did what, to which row, when. Append-only; ids and verbs, never an address or a word of a story."""

from datetime import datetime

from service.db import UnitOfWork
from service.editors.model import Editor, TrailEntry


def note(uow: UnitOfWork, editor: Editor | None, verb: str, subject: str, *, now: datetime) -> None:
    """Write down that `editor` (None: a command of the operator) did `verb` to `subject`, such as `story:12`."""
    uow.session.add(TrailEntry(editor_id=editor.id if editor else None, verb=verb, subject=subject, at=now))
