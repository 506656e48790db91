"""What a journey needs to be there already: a newsletter, readers, a story, an article."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from service.bootstrap import Services
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus


def a_newsletter(services: Services) -> int:
    """The monthly newsletter; gives its id."""
    with services.database.unit() as uow:
        monthly = Newsletter(
            slug="monthly", name="Monthly news", rrule="FREQ=MONTHLY;BYDAY=1TU", wall_time="09:00",
            zone="Europe/London", created_at=services.clock(),
        )  # fmt: skip
        uow.session.add(monthly)
    return monthly.id


def confirmed_readers(services: Services, newsletter_id: int, count: int) -> list[str]:
    """So many confirmed readers; gives their addresses."""
    now = services.clock()
    emails = [f"reader{number}@example.test" for number in range(count)]
    with services.database.unit() as uow:
        uow.session.execute(
            insert(Subscriber),
            [
                {
                    "email": email,
                    "email_key": email,
                    "name": "",
                    "locale": "en-GB",
                    "zone": "UTC",
                    "suppressed": False,
                    "created_at": now,
                }
                for email in emails
            ],
        )
        rows = uow.session.scalars(select(Subscriber.id).where(Subscriber.email_key.in_(emails))).all()
        uow.session.execute(
            insert(Subscription),
            [
                {
                    "newsletter_id": newsletter_id, "subscriber_id": row, "status": SubscriptionStatus.CONFIRMED,
                    "sendable": True, "created_at": now, "confirmed_at": now,
                }
                for row in rows
            ],
        )  # fmt: skip
    return emails


def a_scheduled_issue(
    services: Services, newsletter_id: int, at: datetime | None = None, *, period: str = "2026-06-02"
) -> int:
    """An issue with a hello that is due at `at`, or now; gives its id."""
    now = services.clock()
    with services.database.unit() as uow:
        issue = Issue(
            newsletter=uow.session.get_one(Newsletter, newsletter_id), period=period,
            slug=f"issue-{now:%H%M%S%f}", subject="News for you", planned_for=now, state=IssueState.SCHEDULED,
            send_at=at or now - timedelta(seconds=1), created_at=now,
        )  # fmt: skip
        issue.items.append(
            Item(issue=issue, position=1, kind=ItemKind.HELLO, slot="welcome", why="first", words="Hello to you all.")
        )
        uow.session.add(issue)
    return issue.id
