"""The figures of an issue, kept when they are settled: the ledger behind them is forgotten after two years."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class IssueFigures(Base):
    """The counts of `status.IssueStatus`, as they stood at `settled_at`."""

    __tablename__ = "issue_figures"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    recipients: Mapped[int]
    handed_over: Mapped[int]
    delivered: Mapped[int]
    bounced: Mapped[int]
    complained: Mapped[int]
    unknown: Mapped[int]
    not_sent: Mapped[int]
    variants: Mapped[int]
    settled_at: Mapped[datetime]


FIGURES = ("recipients", "handed_over", "delivered", "bounced", "complained", "unknown", "not_sent", "variants")
"""The counts, by the names that they have in both."""
