"""What befalls a house, by the names of the schedule: faults around it, and what people decide in mid-run."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import select

from service.db import UnitOfWork
from service.delivery.decisions import let_go, resend, send_to_the_rest
from service.delivery.model import IN_BATCH, Batch, BatchStatus, Delivery
from service.issues.actions import resume, stop
from service.issues.errors import NotPossibleNow
from service.issues.model import Issue
from tests.chaos.house import House
from tests.chaos.people import CHANGES
from tests.chaos.schedule import Happening

STOP_SECONDS = 1.0
Deed = Callable[[House, Happening], object]


def _kill_broker(house: House, _: Happening) -> None:
    house.servers.broker.kill()
    house.servers.broker.start()


def _flush_broker(house: House, _: Happening) -> None:
    house.servers.broker.forget()


def _fill_disk(house: House, _: Happening) -> None:
    if house.disk is not None and house.disk.is_real:
        house.disk.fill()
    else:
        Path(house.environment["CHAOS_FULL"]).touch()


def _storm(house: House, it: Happening) -> None:
    """Many leave at once, each in a way of their own."""
    dice = Random(house.plan.seed)
    for one in it.whom:
        house.change((one,), dice.choice(sorted(CHANGES)))


def _stop_for_a_while(house: House, _: Happening) -> None:
    """The emergency stop, and later somebody lets the issue go on."""
    if not _decide(house, lambda uow, issue_id: _stop(uow, issue_id, house.services.clock())):
        return
    since = time.time()
    time.sleep(STOP_SECONDS)
    house.stopped.append((since, time.time()))
    _decide(house, lambda uow, issue_id: resume(uow, issue_id, None, now=house.services.clock()))


def _stop(uow: UnitOfWork, issue_id: int, now: datetime) -> None:
    if uow.session.get_one(Issue, issue_id).started_at is None:
        raise NotPossibleNow("an issue of which nothing has left would have to be approved anew")
    stop(uow, issue_id, None, now=now)


def _send_again(house: House, _: Happening) -> None:
    def send_again(uow: UnitOfWork, issue_id: int) -> None:
        batch, people = _a_doubtful_batch(uow, issue_id)
        resend(uow, batch, None, house.services.clock())
        house.sent_again = people

    _decide(house, send_again)


def _let_go(house: House, _: Happening) -> None:
    def leave_it(uow: UnitOfWork, issue_id: int) -> None:
        batch, people = _a_doubtful_batch(uow, issue_id)
        let_go(uow, batch, None, house.services.clock())
        house.left_alone = people

    _decide(house, leave_it)


def _a_doubtful_batch(uow: UnitOfWork, issue_id: int) -> tuple[int, frozenset[int]]:
    """The first batch of which nobody knows, and its people."""
    unknown = select(Batch.id).where(Batch.issue_id == issue_id, Batch.status == BatchStatus.UNKNOWN)
    batch = uow.session.scalar(unknown.order_by(Batch.id).limit(1))
    if batch is None:
        raise NotPossibleNow("there is no doubt")
    people = select(Delivery.subscriber_id).join(Batch, IN_BATCH).where(Batch.id == batch)
    return batch, frozenset(uow.session.scalars(people))


def _send_to_the_rest(house: House, _: Happening) -> None:
    size, ours = int(house.environment["CHAOS_BATCH"]), house.services
    _decide(
        house,
        lambda uow, issue_id: send_to_the_rest(uow, issue_id, None, ours.head, ours.clock(), batch_size=size),
    )


def _decide(house: House, what: Callable[[UnitOfWork, int], object]) -> bool:
    """A person does something with the issue; False when the page says that it is not possible now."""

    def decide(uow: UnitOfWork) -> None:
        what(uow, uow.session.scalars(select(Issue.id)).one())

    try:
        house.act(decide)
    except NotPossibleNow as why:
        house.tell(f"  … not possible: {why}")
        return False
    return True


def _kill(name: str) -> Deed:
    return lambda house, _: house.kill(name)


DEEDS: dict[str, Deed] = {
    "broker killed": _kill_broker,
    "broker flushed": _flush_broker,
    "timer killed": _kill("timer"),
    "web killed": _kill("web"),
    "second timer": lambda house, _: house.start("timer2"),
    "worker killed": lambda house, it: house.kill(f"worker{it.whom[0]}"),
    "worker paused": lambda house, it: house.pause(f"worker{it.whom[0]}"),
    "clock ahead": lambda house, it: house.set_clock(float(it.how)),
    "clock behind": lambda house, it: house.set_clock(float(it.how)),
    "provider away": lambda house, _: house.servers.provider.tell("away", {"seconds": 1.0}),
    "people change": lambda house, it: house.change(it.whom, it.how),
    "storm": _storm,
    "story withdrawn": lambda house, _: house.withdraw(),
    "disk full": _fill_disk,
    "sessions cut": lambda house, _: house.cut_sessions(),
    "postgres restarted": lambda house, _: house.servers.restart_postgres(),
    "stopped for a while": _stop_for_a_while,
    "sent again": _send_again,
    "let go": _let_go,
    "sent to the rest": _send_to_the_rest,
}


def befall(house: House, happening: Happening) -> None:
    """Let it happen."""
    house.befall(happening, partial(DEEDS[happening.what], house, happening))
