"""The report of an issue: how many, never who. Reads only.

Who opened the mail is not in it and cannot be: nothing in our mail is loaded when it is opened, and no link is a
person's own but those to leave and to choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from service.delivery.figures import FIGURES, IssueFigures
from service.delivery.status import issue_status
from service.issues.counts import Counted, ever_replied, landings_by_page, totals
from service.issues.model import Issue, IssueState
from service.stories.model import Scope, Story
from service.stories.thanks import thanks_by_issue
from service.stories.visibility import visible_stories

COMPARED = 12
"""Issues that stand side by side."""

SMALLEST = 5
"""A smaller number of visits or of readers who left is not told: it could point at somebody."""

STORY = "/stories/"

FEWER = f"fewer than {SMALLEST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """One issue in numbers. The first seven count people, `landings` counts visits, the others what their name says."""

    issue: Issue
    recipients: int
    handed_over: int
    delivered: int
    bounced: int
    complained: int
    unknown: int
    not_sent: int
    variants: int
    unsubscribed: int
    replies: int
    landings: int
    thanks: int
    settled_at: datetime | None
    """When the counts of people were taken for good; empty while they still move."""

    @property
    def is_settled(self) -> bool:
        """Whether the counts of people are final."""
        return self.settled_at is not None

    def share(self, part: int) -> float | None:
        """`part` of those handed over, from 0 to 1; None where nobody was."""
        return part / self.handed_over if self.handed_over else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page, and how often it was opened by a link of the issue."""

    page: str
    """Its path; empty for a story that is not there any more."""
    times: int


def report_on(session: Session, issue: Issue) -> IssueReport:
    """The report of one issue."""
    return _reports(session, [issue])[0]


def side_by_side(session: Session, newsletter_id: int, *, most: int = COMPARED) -> Sequence[IssueReport]:
    """The latest issues of a newsletter that have begun to leave, the latest first."""
    left = select(Issue).options(joinedload(Issue.newsletter))
    left = left.where(Issue.newsletter_id == newsletter_id, Issue.started_at.is_not(None))
    issues = session.scalars(left.order_by(Issue.started_at.desc(), Issue.id.desc()).limit(most)).all()
    return _reports(session, issues)


def visits(session: Session, issue_id: int, now: datetime) -> Sequence[Visit]:
    """The pages that readers came to, the most visited first; without the address of a story that nobody may see."""
    found = landings_by_page(session, issue_id)
    slugs = {page.removeprefix(STORY) for page, _ in found if page.startswith(STORY)}
    seen = visible_stories(Scope.WEB, now).with_only_columns(Story.slug).where(Story.slug.in_(slugs))
    gone = slugs - set(session.scalars(seen)) - {"share"}
    return [Visit(page="" if page.removeprefix(STORY) in gone else page, times=times) for page, times in found]


def replies_reach_us(session: Session) -> bool:
    """Whether a reply to any issue has ever been counted. If not, a zero says nothing."""
    return ever_replied(session)


def shown(count: int) -> str:
    """A number that could point at somebody, as it may be shown."""
    return FEWER if count < SMALLEST else f"{count:,}"


def _reports(session: Session, issues: Sequence[Issue]) -> list[IssueReport]:
    ids = [issue.id for issue in issues]
    after, thanks = totals(session, ids), thanks_by_issue(session, ids)
    kept = {row.issue_id: row for row in session.scalars(select(IssueFigures).where(IssueFigures.issue_id.in_(ids)))}
    return [
        IssueReport(
            issue=issue,
            **_people(session, issue, kept.get(issue.id)),
            unsubscribed=after.get((issue.id, Counted.UNSUBSCRIBED), 0),
            replies=after.get((issue.id, Counted.REPLY), 0),
            landings=after.get((issue.id, Counted.LANDING), 0),
            thanks=thanks.get(issue.id, 0),
            settled_at=_settled_at(issue, kept.get(issue.id)),
        )
        for issue in issues
    ]


def _people(session: Session, issue: Issue, kept: IssueFigures | None) -> dict[str, int]:
    """The kept counts of an issue that is settled: twelve issues of a large list are not counted anew for a page."""
    source = kept if kept is not None and issue.state is not IssueState.SENDING else issue_status(session, issue.id)
    return {name: getattr(source, name) for name in FIGURES}


def _settled_at(issue: Issue, kept: IssueFigures | None) -> datetime | None:
    return kept.settled_at if kept is not None and issue.state is not IssueState.SENDING else None
