"""Redis loses everything while mails are pending: all go out within a minute."""

from collections.abc import Callable

import pytest
import redis
from sqlalchemy import func, select

from service.mail.model import Notice, NoticeStatus
from service.mail.notices import leave_notice
from service.mail.outbox import letters
from service.subscribers.model import Subscription
from tests.journeys.content import a_newsletter, confirmed_readers
from tests.journeys.house import House, wait_for

PENDING = 20
pytestmark = pytest.mark.journey


def test_pending_mails_survive_a_flushed_queue(house: Callable[..., House]) -> None:
    """The queue is a doorbell: the sweep rings again for every row that is due."""
    place = house()
    newsletter = a_newsletter(place.services)
    confirmed_readers(place.services, newsletter, PENDING)
    with place.services.database.unit() as uow:
        for subscription in uow.session.scalars(select(Subscription.id)):
            leave_notice(uow, "welcome", subscription, now=place.services.clock())
    redis.Redis.from_url(place.settings.redis).flushall()

    place.start("worker", "timer")
    wait_for(lambda: len(letters(place.settings.outbox)) == PENDING, seconds=60, what="all mails")

    with place.services.database.read() as session:
        counted = session.scalar(select(func.count()).select_from(Notice).where(Notice.status == NoticeStatus.SENT))
    assert counted == PENDING
