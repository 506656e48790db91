"""The port for mail that is given to a provider ahead of time: ids to call it back by, and the call itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

LATEST_CALL_BACK = timedelta(minutes=10)
"""Up to so long before it is due, mail that is called back certainly does not leave."""


class ProviderAway(Exception):
    """The provider could not be asked, or gave no answer that says anything; asking again does no harm."""


class NoRoom(Exception):
    """The provider holds back as much as it ever does at one time; there is room again when some of it is over."""


class NotCalledBack(Exception):
    """The provider will not call it back; the message is its own words."""


class Schedule(Protocol):
    """What a provider does with mail that waits for its time."""

    def new_batch(self) -> str:
        """A new id, for one hand-over. Raises ProviderAway."""

    def call_back(self, provider_batch: str) -> None:
        """Have whatever was, or will yet be, given under this id thrown away instead of sent.

        Returns only when the provider, asked again, says that it will be. Harmless to repeat. Raises ProviderAway,
        NoRoom or NotCalledBack.
        """

    def is_called_back(self, provider_batch: str) -> bool:
        """What the provider says about an id now. Raises ProviderAway."""

    def forget(self, provider_batch: str) -> None:
        """Give the room back that a call took, once everything under the id is over. Raises ProviderAway."""

    def close(self) -> None:
        """Let go of open connections."""


class ProviderLog(Protocol):
    """The provider's own record of what it sent."""

    def deliveries_to(self, address: str, since: datetime) -> Iterator[str]:
        """The delivery keys of what it sent to an address since then. Raises ProviderAway."""
