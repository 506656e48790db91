"""The report of an issue at the desk: one page of numbers, the issues before it beside it, and both as a file."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from service.issues.errors import NoSuchIssue
from service.issues.model import Issue
from service.issues.queries import issue_at_desk
from service.reports import issue_report
from service.reports.issue_csv import as_csv
from service.web.access import desk
from service.web.frame import now, render, services

blueprint = Blueprint("desk_issue_report", __name__, url_prefix="/desk/issues/<int:issue_id>/report")


@blueprint.get("")
@desk()
def report(issue_id: int) -> Response:
    """What became of it."""
    with services().database.read() as session:
        found = _sent(session, issue_id)
        return render(
            "desk/issues/report.html",
            issue=found,
            report=issue_report.report_on(session, found),
            visits=issue_report.visits(session, issue_id, now()),
            others=issue_report.side_by_side(session, found.newsletter_id),
            shown=issue_report.shown,
            fewer=issue_report.FEWER,
            smallest=issue_report.SMALLEST,
            replies_reach_us=issue_report.replies_reach_us(session),
        )


@blueprint.get("/issues.csv")
@desk()
def download(issue_id: int) -> Response:
    """The latest issues of the same newsletter, one line each."""
    with services().database.read() as session:
        found = _sent(session, issue_id)
        table = as_csv(issue_report.side_by_side(session, found.newsletter_id))
        name = found.newsletter.slug
    answer = Response(table, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="issues-{name}.csv"'
    return answer


def _sent(session: Session, issue_id: int) -> Issue:
    """An issue that some readers have. Raises NoSuchIssue for one of which nothing has left the house."""
    found = issue_at_desk(session, issue_id)
    if found.started_at is None:
        raise NoSuchIssue
    return found
