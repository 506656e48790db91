"""What the provider's own log says, held against the ledger: who was missed, who has it twice, who is unknown."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import case, select

from service.delivery.model import IN_BATCH, Batch, Delivery
from service.delivery.standing import STANDS, Standing
from tests.chaos import people
from tests.chaos.house import House
from tests.chaos.orders import Fate
from tests.chaos.wire import WIRE

MOST_CONNECTIONS = 8
"""Of one worker: SEND_CONNECTIONS for each of its two threads."""
TOO_LATE = "timed out"


@dataclass(frozen=True)
class Line:
    """One delivery as the ledger has it."""

    standing: Standing
    batch: int
    request: str
    """The provider's word for the request, if the ledger has heard it."""
    reason: str
    """Why the batch is not handed over."""


@dataclass
class Verdict:
    """The findings of one run. Every number but `people`, `accepted` and `unknown` has to be nought."""

    people: int
    accepted: int = 0
    missed: set[int] = field(default_factory=set)
    twice: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    """Who is unknown by the ledger."""
    unknown_by_log: set[int] = field(default_factory=set)
    """Who must be unknown by the provider's log: not accepted, or accepted in doubt and never told of."""
    wrongs: list[str] = field(default_factory=list)
    """Anything else that must not be."""
    finished: bool = False
    seconds: float = 0

    @property
    def good(self) -> bool:
        """Missed 0, twice 0, unknown exactly as the log says, nothing else wrong, finished."""
        faultless = not (self.missed or self.twice or self.wrongs)
        return faultless and self.unknown == self.unknown_by_log and self.finished


def ledger_lines(house: House, issue_id: int) -> dict[int, Line]:
    """Every delivery of the issue, by subscriber."""
    standing = case(*((condition, name.value) for name, condition in STANDS.items()))
    query = (
        select(Delivery.subscriber_id, standing, Batch.id, Batch.message_id, Batch.reason)
        .join(Batch, IN_BATCH)
        .where(Delivery.issue_id == issue_id)
    )
    with house.services.database.read() as session:
        rows = session.execute(query).all()
    return {who: Line(Standing(stands), *batch) for who, stands, *batch in rows}


def judge(house: House, issue_id: int, *, silent: str = "") -> Verdict:
    """Compare. `silent` is the request of which no event ever came."""
    lines, log = ledger_lines(house, issue_id), house.truth.accepted()
    copies = Counter(people.number(one) for request in log for one in request["addresses"])
    spoken = {people.number(one): request["message_id"] for request in log for one in request["addresses"]}
    readers = set(people.readers(house.plan.recipients))
    expected = (readers - house.changed.keys()) | lines.keys()
    refused = {who for who, line in lines.items() if line.standing is Standing.REFUSED}

    verdict = Verdict(people=len(readers), accepted=len(copies))
    verdict.unknown = {who for who, line in lines.items() if line.standing is Standing.UNKNOWN}
    verdict.unknown_by_log = {
        who
        for who in expected - refused
        if who not in copies or (spoken[who] == silent and (who not in lines or lines[who].request != silent))
    }
    # what the provider tells of those may be about the first copy, and our record about the second
    verdict.unknown_by_log -= house.sent_again & copies.keys()
    verdict.unknown_by_log |= verdict.unknown & house.sent_again
    if house.plan.transport == "smtp":
        verdict.unknown_by_log |= _on_the_wire(house, lines, verdict.unknown & copies.keys())
    verdict.missed = {who for who in expected - copies.keys() if who not in verdict.unknown | refused}
    verdict.twice = {who for who, count in copies.items() if count > 1 + (who in house.sent_again)}
    verdict.wrongs = [*_wrong_people(house, copies, readers), *_wrong_refusals(house, refused, verdict.unknown)]
    verdict.wrongs += _changed_too_late(house, lines) + _withdrawn_too_late(house, lines) + _left_while_stopped(house)
    verdict.wrongs += _needless_doubts(house, {lines[who].batch for who in verdict.unknown - copies.keys()})
    return verdict


def _on_the_wire(house: House, lines: dict[int, Line], doubtful: set[int]) -> set[int]:
    """A mail server tells of nothing later, so whoever was on the wire at a death or a lost reply stays in doubt.

    That is at most one person for each connection: more of them are not excused, but where a machine is so slow that
    the mail server's reply came too late.
    """
    late = {who for who in doubtful if TOO_LATE in lines[who].reason}
    doubtful -= late
    entries = house.diary.read()
    deaths = len(house.dead) + sum(entry.point.startswith("!") for entry in entries) + len(house.plan.happenings)
    lost = sum(int(rule.get("next", 0)) for rule in house.plan.rules)
    return late | doubtful if len(doubtful) <= deaths * MOST_CONNECTIONS + lost else late


def _wrong_people(house: House, copies: Counter[int], readers: set[int]) -> list[str]:
    return [f"{len(others)} who may not be mailed were"] if (others := copies.keys() - readers) else []


def _wrong_refusals(house: House, refused: set[int], unknown: set[int]) -> list[str]:
    named = [{**rule, **rule.get("when", {})}.get("address") for rule in house.plan.rules]
    bad = {people.number(one) for one in named if one}
    needless = refused - bad - house.left_alone
    unnamed = bad - refused - house.changed.keys() - unknown  # nobody heard what the transport says of those
    found = [f"{len(needless)} were given up without a cause"] if needless else []
    return found + ([f"the bad address {unnamed} is not named"] if unnamed else [])


def _changed_too_late(house: House, lines: dict[int, Line]) -> list[str]:
    """Whoever left is in no batch that was claimed afterwards."""
    claims = _last_claims(house)
    late = [who for who, at in house.changed.items() if who in lines and claims.get(lines[who].batch, 0) > at]
    return [f"{len(late)} left, and were in a batch claimed afterwards: {late[:5]}"] if late else []


def _withdrawn_too_late(house: House, lines: dict[int, Line]) -> list[str]:
    """A story that was taken back is in no batch claimed afterwards, and leaves in none that can be called back."""
    if house.withdrawn_at is None:
        return []
    claims, leaving = _last_claims(house), {one["message_id"] for one in house.truth.accepted()}
    told = Counter(
        people.number(request["body"]["personalizations"][0]["to"][0]["email"])
        for request in house.servers.provider.ask("requests")
        if request["message_id"] in leaving
        and any(people.STORY_TITLE in part["value"] for part in request["body"]["content"])
    )
    afterwards = {who for who in told if who in lines and claims.get(lines[who].batch, 0) > house.withdrawn_at}
    # what is known of those who were sent it again is about the second copy, and the first may have told it
    late = {who for who in told if who in afterwards and (told[who] > 1 or who not in house.sent_again)}
    late = set(told) if house.plan.course == "ahead" else late
    return [f"{len(late)} requests claimed after the withdrawal still told the story"] if late else []


def _left_while_stopped(house: House) -> list[str]:
    """Between an emergency stop and the word to go on, nothing is intended."""
    intended = [entry.at for entry in house.diary.read() if entry.point == "intend:after"]
    late = [at for at in intended if any(since < at < until for since, until in house.stopped)]
    return [f"{len(late)} hand-overs began while the issue was stopped"] if late else []


def _needless_doubts(house: House, batches: set[int]) -> list[str]:
    """Nobody may be unknown of whom our side can tell: not a byte had left, and its worker lived to say so."""
    entries = house.diary.read()
    dead = house.dead | {entry.pid for entry in entries if entry.point == f"!{Fate.KILL}"}
    needless = []
    for batch in batches:
        own = [entry for entry in entries if str(batch) in entry.what.split(",")]
        last = max((place for place, entry in enumerate(own) if entry.point == "intend:after"), default=None)
        if last is None:
            continue  # set apart from another batch, which had left
        left = any(entry.point == WIRE[0] for entry in own[last:])
        if not left and own[last].pid not in dead:
            needless.append(batch)
    return [f"{len(needless)} batches are unknown, although nothing of them had left"] if needless else []


def _last_claims(house: House) -> dict[int, float]:
    """Batch id -> when it was claimed for the last time, which is the claim that wrote its deliveries."""
    claims = [entry for entry in house.diary.read() if entry.point == "claim:after"]
    return {int(batch): entry.at for entry in claims for batch in entry.what.split(",")}
