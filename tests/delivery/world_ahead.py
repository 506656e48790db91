"""The world of an issue that is given to the provider ahead of time: ids, calls, copies that arrive late."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select, update

from service.delivery import ledger
from service.delivery.errors import LostBatch
from service.delivery.model import Batch, BatchStatus, Recall, RecallState, delivery_number
from service.delivery.recall import call_back
from service.mail.schedule import LATEST_CALL_BACK, NoRoom, NotCalledBack, ProviderAway
from tests.delivery.world import Hand, World

LEAD = timedelta(minutes=40)


@dataclass
class Copy:
    """Something that the provider took for one reader."""

    number: int
    reader: int
    provider_batch: str
    release: datetime


class FakeSchedule:
    """The provider's side of calls, which may say nothing although it did something."""

    def __init__(self, world: "AheadWorld") -> None:
        self.world = world
        self.mood = "well"
        self.cancelled: dict[str, datetime] = {}
        self.forgotten: set[str] = set()

    def call_back(self, provider_batch: str) -> None:
        """As its mood is."""
        if self.mood == "away":
            raise ProviderAway("no answer")
        if self.mood == "full":
            raise NoRoom("the maximum is reached")
        if self.mood == "refuses":
            raise NotCalledBack("no")
        self.cancelled.setdefault(provider_batch, self.world.clock())
        self.world.count()
        if self.mood == "reply lost":
            raise ProviderAway("no answer")
        if self.mood == "slow":
            self.world.clock.move(minutes=17)

    def is_called_back(self, provider_batch: str) -> bool:
        """The truth, or nothing."""
        if self.mood in {"away", "reply lost"}:
            raise ProviderAway("no answer")
        return provider_batch in self.cancelled

    def forget(self, provider_batch: str) -> None:
        """A copy that came after this would leave."""
        self.forgotten.add(provider_batch)

    def new_batch(self) -> str:
        """Ids are made elsewhere."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing."""

    def holds_back(self, copy: Copy) -> bool:
        """Whether a copy is thrown away."""
        at = self.cancelled.get(copy.provider_batch)
        return at is not None and at <= copy.release - LATEST_CALL_BACK and copy.provider_batch not in self.forgotten


class AheadWorld(World):
    """As World, but until their time comes batches are given ahead, and can be called back."""

    ids: Iterator[int] = count()

    def begin(self) -> None:
        """All of it is for in forty minutes."""
        super().begin()
        self.provider = FakeSchedule(self)
        self.copies: list[Copy] = []
        self.given: dict[int, tuple[str, datetime | None]] = {}
        with self.database.unit() as uow:
            uow.session.execute(update(Batch).values(send_at=self.clock() + LEAD))

    def works(self, n: int, heard: str, taken: bool) -> None:
        """A claim may be of a batch that is ahead."""
        hand = self.hands[n]
        if hand.hold is not None:
            super().works(n, heard, taken)
            return
        with self.database.unit() as uow:
            holds = ledger.claim(uow.session, self.issue_id, hand.name, ahead=True, now=self.clock())
            hand.hold = holds[0] if holds else None

    def _intend(self, n: int) -> None:
        hand = self.hands[n]
        assert hand.hold is not None
        given_as = {hand.hold.id: f"id{next(self.ids)}"} if hand.hold.is_ahead(self.clock()) else {}
        try:
            with self.database.unit() as uow:
                [people] = ledger.intend(
                    uow.session, [hand.hold], hand.name, provider_batches=given_as, now=self.clock()
                )  # fmt: skip
        except LostBatch:
            self.hands[n] = Hand(hand.name)
            return
        hand.people = {delivery_number(self.issue_id, person[0]): person[0] for person in people}
        hand.intended = True
        self.given[id(hand.people)] = (given_as.get(hand.hold.id, ""), hand.hold.send_at)
        self.kept = [*getattr(self, "kept", []), hand.people]  # so that no id of an object comes twice

    def _post(self, hand: Hand, heard: str, taken: bool) -> str:
        self.posting = self.given[id(hand.people)]
        return super()._post(hand, heard, taken)

    def _take(self, people: dict[int, int]) -> None:
        provider_batch, send_at = self.posting
        release = max(self.clock(), send_at) if provider_batch and send_at else self.clock()
        self.copies += [Copy(number, reader, provider_batch, release) for number, reader in people.items()]
        self.count()

    def count(self) -> None:
        """Who is going to have it, or has it, as things stand."""
        going = [copy for copy in self.copies if not self.provider.holds_back(copy)]
        self.taken = Counter(copy.reader for copy in going)
        self.proofs = {copy.number: copy.reader for copy in going}

    def calls_back(self, mood: str) -> None:
        """The worker asks the provider, who is in some mood."""
        self.provider.mood = mood
        call_back(self.database, self.provider, self.graveyard, clock=self.clock)
        self.count()

    def sweeps(self) -> None:
        """And rings for calls."""
        super().sweeps()
        self.calls_back("well")

    def reports(self, who: int, kind: str, again: bool) -> None:
        """Only of what has left."""
        now = self.clock()
        left = {c.number: c.reader for c in self.copies if c.release <= now and not self.provider.holds_back(c)}
        everything, self.proofs = self.proofs, left
        super().reports(who, kind, again)
        self.proofs = everything

    def in_doubt(self) -> set[int]:
        """Batches that are being called back: what the provider did is not written down yet."""
        with self.database.read() as session:
            return set(session.scalars(select(Recall.batch_id).where(Recall.state == RecallState.ASKED)))

    def forgives(self, was: dict[int, BatchStatus], now: dict[int, BatchStatus]) -> dict[int, BatchStatus]:
        """What was settled, without what may leave "handed over" again: called back, or in doubt because of a call."""
        again = {BatchStatus.CALLED_BACK, BatchStatus.UNKNOWN}
        return {
            key: status for key, status in was.items() if status is not BatchStatus.HANDED_OVER or now[key] not in again
        }
