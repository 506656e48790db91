"""Hand-overs under way: a few at once, each in a thread, because nearly all of their time is spent waiting."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """At most `most` of them. For one thread, which starts them and gathers what landed; leaving waits for all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="hand-over")
        self._under_way: set[Future[T]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown()

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def free(self) -> int:
        """How many more may start."""
        return self._most - len(self._under_way)

    def start(self, fly: Callable[[], T]) -> None:
        """Begin one now. `fly` raises nothing: what became of it is its result."""
        self._under_way.add(self._threads.submit(fly))

    def has_landed(self) -> bool:
        """Whether there is something to gather."""
        return any(flight.done() for flight in self._under_way)

    def landed(self) -> list[T]:
        """What has come back since the last time, without waiting."""
        down = {flight for flight in self._under_way if flight.done()}
        self._under_way -= down
        return [flight.result() for flight in down]

    def wait(self) -> None:
        """Until one comes back, when any is under way."""
        wait(self._under_way, return_when=FIRST_COMPLETED)
