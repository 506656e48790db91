"""What the desk keeps beside an issue: every wording it had, and what colleagues say of it. No reader sees either."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class IssueRevision(Base):
    """The whole issue as it was after one change. Stories and articles are kept by id: their words are not ours."""

    __tablename__ = "issue_revisions"
    __table_args__ = (UniqueConstraint("issue_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    number: Mapped[int]
    version: Mapped[int]
    """The issue's version from this change on."""
    what: Mapped[str]
    """One sentence about the change."""
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
    """Who made it; empty for the composed draft, a story that was taken back, and commands of the operator."""
    at: Mapped[datetime]
    subject: Mapped[str]
    preheader: Mapped[str]
    items: Mapped[list[dict[str, Any]]]
    """In reading order, each with the columns of `Item` (`revisions.KEPT`)."""
    back_to: Mapped[int | None] = mapped_column(default=None)
    """For an undo, the number of the revision whose state it brought back."""
    autosaved: Mapped[bool] = mapped_column(default=False)


class IssueComment(Base):
    """A remark of a colleague on an item, or on the whole issue."""

    __tablename__ = "issue_comments"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(default=None)
    """The item it is about; no foreign key, because an item that is taken out may come back by an undo."""
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id"))
    words: Mapped[str]
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), default=None)
