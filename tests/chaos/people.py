"""The readers of a run: so many of each kind, put into a template once; and what changes about them in mid-run."""

from collections.abc import Callable
from contextlib import suppress as forgive
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from service.bootstrap import Services
from service.db import UnitOfWork
from service.issues.model import Issue, IssueState, Item, ItemKind, Newsletter
from service.stories.model import Scope, Story
from service.subscribers.actions import suppress, unsubscribe
from service.subscribers.erasure import erase
from service.subscribers.errors import NothingHeld
from service.subscribers.model import (
    ReadingProfile,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    SuppressionReason,
    UnsubscribeRoute,
)
from service.subscribers.reading import Reading, to_text
from service.tokens import Tokens
from tests.issues.paper import a_story, take_back

NEWSLETTER = 1
OTHERS = 50
"""People beside the readers who must get nothing: half pending, half suppressed. Their ids come first."""
PLAIN = "plain"
"""The key of the profile of those who want plain text."""
STORY_TITLE = "The blue blanket"
AHEAD = timedelta(minutes=25)
"""Within the lead of the product, and early enough for everything to be called back."""
CANARY_PERCENT = 10


def address(number: int) -> str:
    """The address of the subscriber with this id."""
    return f"reader{number}@example.test"


def number(address: str) -> int:
    """The id of the subscriber with this address."""
    return int(address.removeprefix("reader").partition("@")[0])


def readers(count: int) -> range:
    """The ids of those who must get every issue."""
    return range(OTHERS + 1, OTHERS + count + 1)


def fill(services: Services, count: int) -> None:
    """A newsletter with so many readers, every tenth of whom wants plain text, and some others; and a story."""
    now, ids = services.clock() - timedelta(days=1), range(1, OTHERS + count + 1)
    with services.database.unit() as uow:
        uow.session.add(
            Newsletter(
                slug="monthly", name="Monthly news", rrule="FREQ=MONTHLY;BYDAY=1TU", wall_time="09:00",
                zone="Europe/London", created_at=now,
            )
        )  # fmt: skip
        a_story(uow.session, STORY_TITLE.lower().replace(" ", "-"))
        plain = to_text(Reading(plain_text=True))
        uow.session.add(ReadingProfile(key=PLAIN, fingerprint="", sealed=plain, created_at=now))
        uow.session.execute(insert(Subscriber), [_subscriber(one, now) for one in ids])
        uow.session.execute(insert(Subscription), [_subscription(one, now) for one in ids])


def _subscriber(one: int, now: datetime) -> dict[str, object]:
    return {
        "id": one, "email": address(one), "email_key": address(one), "name": f"Reader {one}" if one % 3 else "",
        "locale": "en-GB", "zone": "UTC", "reading": "" if one % 10 else PLAIN, "suppressed": one <= OTHERS and one % 2,
        "created_at": now,
    }  # fmt: skip


def _subscription(one: int, now: datetime) -> dict[str, object]:
    status = SubscriptionStatus.PENDING if one <= OTHERS and not one % 2 else SubscriptionStatus.CONFIRMED
    return {
        "id": one, "newsletter_id": NEWSLETTER, "subscriber_id": one, "status": status, "sendable": one > OTHERS,
        "created_at": now, "confirmed_at": now,
    }  # fmt: skip


def schedule_issue(services: Services, *, with_story: bool, course: str = "at once") -> int:
    """An issue that leaves by one of schedule.COURSES, and is due now to be handed over; gives its id."""
    now = services.clock()
    send_at = now + AHEAD if course == "ahead" else now
    with services.database.unit() as uow:
        issue = Issue(
            newsletter=uow.session.get_one(Newsletter, NEWSLETTER), period="2026-06-02", slug="june", subject="June",
            planned_for=send_at, state=IssueState.SCHEDULED, send_at=send_at, created_at=now,
            canary_percent=CANARY_PERCENT if course == "canary" else 0, canary_minutes=0,
        )  # fmt: skip
        issue.items.append(
            Item(issue=issue, position=1, kind=ItemKind.HELLO, slot="welcome", why="first", words="Hello to you all.")
        )
        if with_story:
            story = uow.session.scalars(select(Story)).one()
            issue.items.append(
                Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead", why="newest", story_id=story.id)
            )
        uow.session.add(issue)
    return issue.id


def take_story_back(uow: UnitOfWork) -> None:
    """The storyteller takes the consent for the newsletter back."""
    take_back(uow.session.scalars(select(Story)).one(), Scope.NEWSLETTER)


def take_story_out(uow: UnitOfWork, issue_id: int) -> None:
    """An editor does, of an issue that is held back because its story was taken back; and approves the rest."""
    issue = uow.session.get_one(Issue, issue_id)
    if issue.state is IssueState.PREFLIGHT:
        issue.items = [item for item in issue.items if item.kind is not ItemKind.STORY]
        issue.state = IssueState.SCHEDULED


def _unsubscribes(uow: UnitOfWork, _tokens: Tokens, one: int, now: datetime) -> None:
    unsubscribe(uow, one, UnsubscribeRoute.ONE_CLICK, now=now)


def _is_suppressed(uow: UnitOfWork, tokens: Tokens, one: int, now: datetime) -> None:
    suppress(uow, address(one), SuppressionReason.COMPLAINT, tokens=tokens, now=now)


def _is_erased(uow: UnitOfWork, tokens: Tokens, one: int, now: datetime) -> None:
    with forgive(NothingHeld):  # it was done already, and only the answer was lost; or they left twice
        erase(uow, tokens, one, now=now)


CHANGES: dict[str, Callable[[UnitOfWork, Tokens, int, datetime], None]] = {
    "unsubscribes": _unsubscribes, "is suppressed": _is_suppressed, "is erased": _is_erased,
}  # fmt: skip
"""What may become of a reader in mid-run. Whoever is changed is in no batch that is claimed afterwards."""
