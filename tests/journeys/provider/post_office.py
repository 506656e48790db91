"""An issue, its readers, a worker that does whatever is rung for, and a provider that is a process of its own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.events import apply_post
from service.delivery.pacing import make_pace
from service.delivery.people import Person, people
from service.delivery.presence import Presence
from service.delivery.standing import Standing
from service.delivery.start import start
from service.delivery.status import IssueStatus, issue_status
from service.mail.sendgrid import SendGridMailer
from tests.chaos.servers import API_KEY, Provider
from tests.conftest import Chime
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import wait_for
from workers.sweep import sweep

EVERYBODY = 10_000
READERS = 30
BATCH = 10
PATIENCE_SECONDS = 60.0
"""How long our transport waits for a reply, so that one from a slow machine is in time."""
HASTE_SECONDS = 1.5
"""The same where a test is about a reply that comes too late."""
LATE_SECONDS = 3.0


class MovedClock:
    """The machine's clock, ahead by what it was moved: the provider's own times are real."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, **by: float) -> None:
        """Go ahead by a timedelta's words."""
        self._ahead += timedelta(**by)


@dataclass
class PostOffice:
    """One issue on its way to `readers`."""

    services: Services
    provider: Provider
    presence: Presence
    chime: Chime
    readers: list[str]
    issue_id: int

    @classmethod
    def open(cls, services: Services, provider: Provider, presence: Presence, chime: Chime, size: int) -> "PostOffice":
        """With an issue that is due, for so many readers."""
        newsletter = a_newsletter(services)
        readers = confirmed_readers(services, newsletter, size)
        return cls(services, provider, presence, chime, readers, a_scheduled_issue(services, newsletter))

    def work(self) -> None:
        """One sweep, and then everything it rang for."""
        sweep(self.services, self.presence, slots=1)
        while self.chime.rung:
            task, row = self.chime.rung.pop(0)
            if task in self._tasks:
                self._tasks[task](row)

    def bad_days(self, *rules: dict[str, Any]) -> None:
        """What the provider does to the next requests (tests/standins/sendgrid_faults.py)."""
        self.provider.tell("behave", list(rules))

    def tell_of(self, **order: Any) -> list[int]:
        """The provider posts events of what it took (sendgrid_events.EventOrder); gives what each post was answered."""
        told = self.provider.tell("post_events", order)
        return [post["status"] for post in told["posts"]]

    def accepted(self) -> Counter[str]:
        """Address -> how often the provider took a mail for it, from its own log."""
        return Counter(one for request in self.provider.accepted() for one in request["addresses"])

    def people(self) -> list[Person]:
        """Everybody, as the desk shows them."""
        with self.services.database.read() as session:
            return people(session, self.issue_id, most=EVERYBODY)

    def standings(self) -> Counter[Standing]:
        """How many stand where."""
        return Counter(person.standing for person in self.people())

    def status(self) -> IssueStatus:
        """The issue in numbers."""
        with self.services.database.read() as session:
            return issue_status(session, self.issue_id)

    @cached_property
    def _tasks(self) -> dict[str, Callable[[int], object]]:
        return {
            "delivery.start": self._start,
            "delivery.drain": self._drain.run,
            "delivery.apply_events": self._apply,
        }

    @cached_property
    def _drain(self) -> Drain:
        house = self.services
        return Drain(
            database=house.database, mailer=house.mailer, head=house.head, presence=self.presence,
            pace=make_pace(house.settings.redis, 0), clock=house.clock, stopping=lambda: False,
        )  # fmt: skip

    def _start(self, issue_id: int) -> None:
        house = self.services
        with house.database.unit() as uow:
            start(uow, issue_id, house.head, batch_size=house.mailer.largest, slots=1, now=house.clock())

    def _apply(self, post_id: int) -> None:
        with self.services.database.unit() as uow:
            apply_post(uow, post_id, self.services.tokens, now=self.services.clock())


def a_mailer(url: str, clock: Callable[[], datetime], patience: float = PATIENCE_SECONDS) -> SendGridMailer:
    """The real transport, with so many seconds of patience and small batches."""
    mailer = SendGridMailer(API_KEY, url, clock=clock, read_seconds=patience)
    mailer.largest = BATCH
    return mailer


def send(office: PostOffice, *rules: dict[str, Any]) -> None:
    """Start the issue and send all of it, on a day with these rules."""
    office.bad_days(*rules)
    office.work()
    office.work()


def work_until(office: PostOffice, is_done: Callable[[], bool]) -> None:
    """Sweep and work again and again until it is so."""

    def look() -> bool:
        office.work()
        return is_done()

    wait_for(look, what="the end of the work")


def once(rule: str, **more: Any) -> dict[str, Any]:
    """This happens to the next request, and to no other."""
    return {"when": {"next": 1}, "do": rule, **more}


def everybody_once(office: PostOffice) -> bool:
    """The provider's log has every reader, each of them once."""
    return office.accepted() == Counter(office.readers)
