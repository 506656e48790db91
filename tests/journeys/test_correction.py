"""A correction on real workers: only those who have the wrong item get it, each once, also when a worker is killed."""

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import select, update

from service.bootstrap import Services
from service.delivery.drain import CONNECTIONS
from service.delivery.model import Batch, BatchStatus
from service.delivery.status import IssueStatus, issue_status
from service.editors.model import Editor, Role
from service.issues.approvals import approve
from service.issues.corrections import mark_wrong
from service.issues.model import Issue, IssueState, Item, ItemKind
from service.issues.scheduling import schedule
from service.library.model import Article, Section
from service.subscribers.model import Subscriber, Subscription
from service.subscribers.reading import Reading, choose_reading
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.standins.smtp import Manners, SmtpStandin

READERS = 60
TEAM = ("Rose", "Eve", "Adam")
pytestmark = pytest.mark.journey


def status(house: House, issue_id: int) -> IssueStatus:
    """The ledger's answer now."""
    with house.services.database.read() as session:
        return issue_status(session, issue_id)


def is_done(house: House, issue_id: int) -> bool:
    """Whether it has begun, and no batch is still to leave."""
    still = Batch.status.in_([BatchStatus.READY, BatchStatus.CLAIMED, BatchStatus.POSTING])
    with house.services.database.read() as session:
        left = session.scalar(select(Batch.id).where(Batch.issue_id == issue_id, still).limit(1))
        return session.get_one(Issue, issue_id).started_at is not None and left is None


def read_like(services: Services, emails: Iterable[str], reading: Reading) -> None:
    """How some of the readers want to read."""
    with services.database.unit() as uow:
        for reader in uow.session.scalars(select(Subscriber).where(Subscriber.email.in_(list(emails)))):
            choose_reading(uow, services.tokens, reader, reading, now=services.clock())


def add_hard_article(services: Services, issue_id: int) -> int:
    """An article that some readers would rather not get now; gives the id of its item."""
    with services.database.unit() as uow:
        article = Article(
            section=Section(slug="understanding", title="Understanding"), slug="relapse", title="When it comes back",
            summary="Take ten.", content_notes=["relapse"], published_at=services.clock(), updated_at=services.clock(),
        )  # fmt: skip
        uow.session.add(article)
        uow.session.flush()
        item = Item(
            issue=uow.session.get_one(Issue, issue_id), position=2, kind=ItemKind.ARTICLE, slot="learn", why="…",
            article_id=article.id,
        )  # fmt: skip
        uow.session.add(item)
    return item.id


def correct(services: Services, issue_id: int, item_id: int) -> int:
    """Rose says what was wrong, Eve and Adam approve, and it is to leave at once; gives its id."""
    now = services.clock()
    with services.database.unit() as uow:
        team = [Editor(email=f"{name}@example.test", name=name, role=Role.EDITOR, created_at=now) for name in TEAM]
        uow.session.add_all(team)
        uow.session.flush()
        rose, *others = team
        made = mark_wrong(uow, issue_id, item_id, "Take ten.", "Take two, with food.", rose, now=now)
        for person in others:
            approve(uow, made.id, person, now=now)
        schedule(uow, made.id, now, rose, head=services.head, now=now)
    return made.id


def leave_and_join(services: Services, newsletter_id: int, leaver: str) -> None:
    """One reader leaves, and one comes."""
    with services.database.unit() as uow:
        who = select(Subscriber.id).where(Subscriber.email == leaver).scalar_subquery()
        uow.session.execute(update(Subscription).where(Subscription.subscriber_id == who).values(sendable=False))
        new = Subscriber(email="new@example.test", email_key="new@example.test", created_at=services.clock())
        new.subscriptions.append(
            Subscription(newsletter_id=newsletter_id, subscriber=new, sendable=True, created_at=services.clock())
        )
        uow.session.add(new)


def test_it_reaches_exactly_those_who_had_it(house: Callable[..., House]) -> None:
    """Of sixty readers a quarter never had the item, one has left, one is new; the worker dies half-way."""
    with SmtpStandin(Manners(delay=0.004)) as smtp:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=smtp.url)
        services, newsletter = place.services, a_newsletter(place.services)
        readers = confirmed_readers(services, newsletter, READERS)
        spared, plain = set(readers[::4]), readers[1::4]
        read_like(services, spared, Reading(avoid=frozenset({"relapse"})))
        read_like(services, plain, Reading(plain_text=True))
        issue_id = a_scheduled_issue(services, newsletter)
        wrong = add_hard_article(services, issue_id)
        place.start("worker", "timer")
        wait_for(lambda: status(place, issue_id).state == IssueState.SENT, what="the issue")
        assert status(place, issue_id).variants == 3

        leave_and_join(services, newsletter, readers[2])
        row = correct(services, issue_id, wrong)
        wait_for(lambda: len(smtp.messages()) > READERS + 12, what="the first corrections")
        place.kill("worker")
        place.start("worker2")
        wait_for(lambda: is_done(place, row), seconds=60, what="everybody accounted for")
        got = [message.recipients[0] for message in smtp.messages()[READERS:]]
        told = status(place, row)
        with services.database.read() as session:
            assert session.get_one(Issue, issue_id).state is IssueState.CORRECTED

    counted = Counter(address for address in got if not address.startswith(TEAM))  # they are told that it has begun
    right = set(readers) - spared - {readers[2]}
    assert set(counted.values()) == {1}
    assert set(counted) <= right
    assert told.recipients == told.handed_over + told.unknown == len(right)
    assert told.unknown <= CONNECTIONS
    assert told.handed_over <= len(counted)
