"""The first page."""

from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from service.issues.queries import archived_issues, newsletters
from service.issues.schedule import Occurrence, occurrences
from service.library.queries import articles_in, sections
from service.stories.queries import newest_stories
from service.web.access import public
from service.web.frame import now, render, services

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def show() -> Response:
    """A hello, the latest story, what there is to read, and the newsletter."""
    with services().database.read() as session:
        return render(
            "site/home.html",
            stories=newest_stories(session, now(), most=3),
            contents=[(section, articles_in(session, section)) for section in sections(session)],
            next_issue=_next_date(session, now()),
            last_issue=next(iter(archived_issues(session, most=1)), None),
        )


def _next_date(session: Session, now: datetime) -> Occurrence | None:
    """The earliest date on which a newsletter comes out."""
    dates = [date for paper in newsletters(session) if paper.active for date in occurrences(paper, now, 1)]
    return min(dates, key=lambda date: date.at, default=None)
