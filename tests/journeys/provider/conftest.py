"""A provider as a process of its own, the services with the real transport, and an issue that is due."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.bootstrap import Services, bootstrap
from service.delivery.presence import Presence, be_present
from service.settings import Settings
from tests.chaos.servers import Provider
from tests.conftest import Chime
from tests.journeys.provider.post_office import PATIENCE_SECONDS, READERS, MovedClock, PostOffice, a_mailer


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The stand-in as a process, with its own log."""
    provider = Provider(Path(tmp_path_factory.mktemp("provider")) / "accepted.jsonl")
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(process: Provider) -> Provider:
    """The provider on a fresh day."""
    process.forget()
    return process


@pytest.fixture
def clock() -> MovedClock:
    """The real clock, which a test may move ahead."""
    return MovedClock()


@pytest.fixture
def patience() -> float:
    """How many seconds our transport waits for a reply; a test about a late one asks for less."""
    return PATIENCE_SECONDS


@pytest.fixture
def services(
    settings: Settings, chime: Chime, clock: MovedClock, provider: Provider, patience: float
) -> Iterator[Services]:
    """The services with the real transport, in batches of ten."""
    ours = replace(settings, sendgrid_webhook_key=provider.key)
    services = bootstrap(ours, doorbell=chime, mailer=a_mailer(provider.url, clock, patience), clock=clock)
    yield services
    services.close()


@pytest.fixture
def presence(services: Services) -> Iterator[Presence]:
    """This worker's proof of life."""
    presence = be_present(services.database, services.settings.var / "workers")
    yield presence
    presence.leave()


@pytest.fixture
def office(services: Services, provider: Provider, presence: Presence, chime: Chime, site: str) -> PostOffice:
    """An issue that is due for thirty readers, and a site that takes the provider's events."""
    provider.tell("webhook", {"url": f"{site}/hooks/sendgrid/events"})
    return PostOffice.open(services, provider, presence, chime, READERS)
