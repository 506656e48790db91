"""Issues that went out, for tests of what comes back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.bootstrap import Services
from service.issues.model import Issue, IssueState, Newsletter
from tests.cast import NOW
from tests.issues.paper import a_newsletter


def an_issue(services: Services, slug: str = "june", *, at: datetime = NOW, **changed: Any) -> int:
    """An issue of the newsletter, which is made when there is none, that left at `at`; gives its id."""
    with services.database.unit() as uow:
        paper = uow.session.scalar(select(Newsletter)) or a_newsletter(uow.session)
        parts: dict[str, Any] = {
            "state": IssueState.SENT, "subject": slug.capitalize(), "planned_for": at, "started_at": at, "sent_at": at
        }  # fmt: skip
        issue = Issue(newsletter=paper, period=slug, slug=slug, created_at=NOW, **(parts | changed))
        uow.session.add(issue)
    return issue.id
