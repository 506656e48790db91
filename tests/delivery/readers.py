"""What readers choose, in the tests of the delivery."""

from service.bootstrap import Services
from service.db import UnitOfWork
from service.subscribers.model import Subscriber
from service.subscribers.reading import Reading, choose_reading
from tests.cast import NOW

PLAIN = Reading(plain_text=True)


def choose(services: Services, reader: int, reading: Reading) -> None:
    """A reader saves their choices."""
    with services.database.unit() as uow:
        choose_in(uow, services, reader, reading)


def choose_in(uow: UnitOfWork, services: Services, reader: int, reading: Reading) -> None:
    """The same inside of a unit."""
    choose_reading(uow, services.tokens, uow.session.get_one(Subscriber, reader), reading, now=NOW)
