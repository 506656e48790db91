"""Issues side by side as a CSV file (RFC 4180) that spreadsheets open as it is meant."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from service.reports.issue_report import IssueReport, shown
from service.subscribers.cells import to_cell

BYTE_ORDER_MARK = "\ufeff"
"""Without it, a spreadsheet takes the file for one in an old alphabet."""

COLUMNS = (
    "issue", "subject", "began_to_leave", "state", "readers", "handed_over", "delivered", "bounced", "complained",
    "unknown", "not_sent", "unsubscribed", "replies", "visits", "thank_yous", "accessibility_faults", "settled_at",
)  # fmt: skip


def as_csv(reports: Sequence[IssueReport]) -> str:
    """One line an issue, times in ISO 8601; "fewer than 5" stands for itself, and what is not known is empty."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows(_row(report) for report in reports)
    return out.getvalue()


def _row(report: IssueReport) -> list[object]:
    issue, faults = report.issue, report.issue.accessibility
    return [
        to_cell(issue.slug), to_cell(issue.subject), _instant(issue.started_at), issue.state.value,
        report.recipients, report.handed_over, report.delivered, report.bounced, report.complained, report.unknown,
        report.not_sent, _plain(report.unsubscribed), report.replies, _plain(report.landings), report.thanks,
        "" if faults is None else len(faults), _instant(report.settled_at),
    ]  # fmt: skip


def _plain(count: int) -> str:
    return shown(count).replace(",", "")


def _instant(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""
