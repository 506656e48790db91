"""The named points of a hand-over, put into the product from outside: the only file that knows where its steps are.

A step is a function of the product, run inside one transaction: a process can come to grief before it, after it (not
committed) and once it is `committed`. Between the steps lies the wire: `prove` (the last proof of life), then so many
bytes of the request, then the reply. A step that is renamed is one line here.
"""

import functools
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import and_, delete, event, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from service import bootstrap
from service.delivery import drain, events, ledger, presence, records, settle, start
from service.delivery.model import Batch, BatchStatus, Delivery
from service.mail import sendgrid, smtp
from tests.chaos.orders import Diary, Fates, Order
from workers import timetable

LEASE = timedelta(seconds=0.3)
FIRST_WAIT = timedelta(seconds=0.2)
LONGEST_WAIT = timedelta(seconds=1)
READ_SECONDS = 1.5
MOST_PAGES = 2**30
SHORTEST = 50
"""Bytes. Less is a command, not a request."""

STEPS: dict[str, list[tuple[Any, str]]] = {
    "start": [(start, "start")],
    "claim": [(ledger, "claim")],
    "intend": [(ledger, "intend")],
    "record": [
        (records, name)
        for name in (
            "record_taken", "record_refused_for_now", "record_refused_for_good", "record_unknown", "record_nobody",
        )
    ],
    "settle": [(settle, "settle")],
    "finish": [(settle, "finish_issues")],
    "apply": [(events, "apply_post")],
}  # fmt: skip
PROOF: list[tuple[Any, str]] = [(presence.FilePresence, "proven"), (presence.AdvisoryPresence, "proven")]
TRANSPORTS = [(sendgrid, "SendGridMailer", "read_seconds"), (smtp, "SmtpMailer", "reply_seconds")]
WIRE = ("wire:nothing", "wire:head", "wire:third", "wire:most", "wire:whole", "wire:reply")
"""Written so far: nothing, the headers, a third of the body, all but the last byte, all; and the reply was read."""

POINTS = (
    *(f"{step}:{when}" for step in STEPS for when in ("before", "after", "committed")),
    "prove:before", "prove:after", *WIRE,
)  # fmt: skip

_here = threading.local()
_fates: Fates


def instrument() -> None:
    """Put the points, the short leases and the clock into this process. Before anything of the product runs."""
    global _fates
    diary = Path(os.environ["CHAOS_DIARY"])
    _fates = Fates(Order.read(os.environ["CHAOS_ORDERS"]), Diary(diary), diary.parent)
    _be_quick()
    furnish()
    for step, places in STEPS.items():
        for module, name in places:
            _everywhere(module, name, _stepping(step, getattr(module, name)))
    drain.Drain._post = _posting(drain.Drain._post)  # type: ignore[method-assign]
    for kind, name in PROOF:
        setattr(kind, name, _proving(getattr(kind, name)))
    event.listen(Session, "after_commit", _committed)
    for name, wrapped in _WIRED.items():
        setattr(socket.socket, name, wrapped(getattr(socket.socket, name)))
    for fault in filter(None, os.environ.get("CHAOS_BREAK", "").split(",")):
        BREAKS[fault]()


def quicken_timer(seconds: float) -> None:
    """The sweep comes by this often."""
    timetable.TIMETABLE["sweep"]["schedule"] = seconds


def furnish() -> None:
    """What every process of the run shares: a clock that may be wrong, and a disk that may be full."""
    bootstrap.utc_now = _clock
    event.listen(Engine, "begin", _fill_disk)


def _clock() -> datetime:
    """Off by the hours that stand in the run's file, while they stand there."""
    path = Path(os.environ["CHAOS_CLOCK"])
    return datetime.now(UTC) + timedelta(hours=float(path.read_text() or 0) if path.exists() else 0)


def _fill_disk(connection: Connection) -> None:
    """While the run's mark is there, SQLite may not add a page: what a full disk looks like to it."""
    if connection.dialect.name == "sqlite":
        full = Path(os.environ["CHAOS_FULL"]).exists()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if full else MOST_PAGES
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def _be_quick() -> None:
    """Short leases, waits and time-outs, and small batches."""
    ledger.LEASE, records.FIRST_WAIT, records.LONGEST_WAIT = LEASE, FIRST_WAIT, LONGEST_WAIT
    drain.RECORD_AGAIN_SECONDS = FIRST_WAIT.total_seconds()
    for module, name, patience in TRANSPORTS:
        transport = getattr(module, name)
        transport.largest = int(os.environ["CHAOS_BATCH"])
        _everywhere(module, name, functools.partial(transport, **{patience: READ_SECONDS}))


def _everywhere(module: Any, name: str, new: Callable[..., Any]) -> None:
    """Replace a function in its module and wherever it was imported by name."""
    old = getattr(module, name)
    setattr(module, name, new)
    for other in [m for path, m in sys.modules.items() if path.startswith(("service", "workers"))]:
        for alias in [key for key, value in vars(other).items() if value is old]:
            setattr(other, alias, new)


def _stepping(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def stepping(*args: Any, **kwargs: Any) -> Any:
        known = _batches_among(args)
        _fates.passing(f"{step}:before", known)
        result = function(*args, **kwargs)
        batches = _batches_among([result]) if step == "claim" else known
        if step == "claim" and not batches:
            return result
        _here.steps = [*getattr(_here, "steps", []), (step, batches)]
        _fates.passing(f"{step}:after", batches)
        return result

    return stepping


def _batches_among(values: Iterable[Any]) -> str:
    """The batches, or whatever else has a number, that a step is about: `12` or `12,13`."""
    for value in values:
        if isinstance(value, int):
            return str(value)
        if isinstance(value, list) and value and hasattr(value[0], "id"):
            return ",".join(str(one.id) for one in value)
    return ""


def _committed(_session: Session) -> None:
    steps, _here.steps = getattr(_here, "steps", []), []
    for step, batches in steps:
        _fates.passing(f"{step}:committed", batches)


def _posting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Remembers which batch this thread is about to hand over."""

    @functools.wraps(function)
    def posting(self: Any, it: Any) -> Any:
        _here.batch = it.hold.id
        return function(self, it)

    return posting


def _proving(function: Callable[..., bool]) -> Callable[..., bool]:
    @functools.wraps(function)
    def proving(self: Any) -> bool:
        _fates.passing("prove:before", _batch())
        proven = function(self)
        _fates.passing("prove:after", _batch())
        return proven

    return proving


def _batch() -> object:
    return getattr(_here, "batch", "")


@dataclass
class Request:
    """A request on its way: after how many bytes which point is passed, and how many were written."""

    marks: list[tuple[int, str]]
    written: int = 0
    replied: bool = False

    @classmethod
    def begins(cls, data: bytes) -> "Request | None":
        """The request or the message that begins with these bytes, if they hand mail over."""
        found, end = _HEAD.match(data), data.rfind(_DOT)
        if found is None and end < 0:
            return None
        head, body = (found.end(), int(found["length"])) if found else (1, end + len(_DOT) - 1)
        return cls([(head, WIRE[1]), (head + body // 3, WIRE[2]), (head + body - 1, WIRE[3]), (head + body, WIRE[4])])

    def room(self) -> int:
        """How many bytes until the next point."""
        return self.marks[0][0] - self.written if self.marks else MOST_PAGES

    def wrote(self, count: int) -> None:
        """So many more bytes are out."""
        self.written += count
        while self.marks and self.marks[0][0] <= self.written:
            _fates.passing(self.marks.pop(0)[1], _batch())


_HEAD = re.compile(rb"POST /v3/mail/send [^\0]*?\r\n[Cc]ontent-[Ll]ength: *(?P<length>\d+)\r\n([^\r]+\r\n)*\r\n")
_DOT = b"\r\n.\r\n"
"""The end of a message by SMTP. What follows it in the same write begins the next one."""
_requests: WeakKeyDictionary[socket.socket, Request] = WeakKeyDictionary()


def _request(sock: socket.socket, data: Any) -> Request | None:
    """The request that these bytes belong to: one on its way, or one that begins with them."""
    known = _requests.get(sock)
    if sock.family != socket.AF_INET or len(data) < SHORTEST or (known is not None and known.marks):
        return known
    begun = Request.begins(bytes(data))
    if begun is None:
        return known
    _requests[sock] = begun
    _fates.passing(WIRE[0], _batch())
    return begun


def _sending(send: Callable[..., int]) -> Callable[..., int]:
    def sending(self: socket.socket, data: Any, *flags: int) -> int:
        request = _request(self, data)
        if request is None:
            return send(self, data, *flags)
        sent = send(self, memoryview(data)[: request.room()], *flags)
        request.wrote(sent)
        return sent

    return sending


def _sending_all(sendall: Callable[..., None]) -> Callable[..., None]:
    def sending_all(self: socket.socket, data: Any, *flags: int) -> None:
        request, rest = _request(self, data), memoryview(data)
        if request is None:
            return sendall(self, data, *flags)
        while rest:
            part, rest = rest[: request.room()], rest[request.room() :]
            sendall(self, part, *flags)
            request.wrote(len(part))
        return None

    return sending_all


def _receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
    def receiving(self: socket.socket, *args: Any) -> Any:
        received = receive(self, *args)
        request = _requests.get(self)
        if received and request is not None and not request.marks and not request.replied:
            request.replied = True
            _fates.passing(WIRE[5], _batch())
        return received

    return receiving


_WIRED: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "send": _sending, "sendall": _sending_all, "recv": _receiving, "recv_into": _receiving,
}  # fmt: skip


def _blind_resend() -> None:
    """What others do: a lease that ran out is taken for a death, and the request is sent again."""

    def again(session: Session, *_: object, **__: object) -> None:
        late = and_(Batch.status == BatchStatus.POSTING, Batch.lease_until <= _clock())
        for batch in session.scalars(select(Batch.id).where(late)):
            session.execute(delete(Delivery).where(Delivery.batch_id == batch))
            session.execute(update(Batch).where(Batch.id == batch).values(status=BatchStatus.READY, worker=""))

    _everywhere(settle, "lose_sight", again)


def _take_no_for_yes() -> None:
    """A refusal for now is written down as if the request had been taken."""

    def taken(session: Session, batch: int, worker: str, _reason: str, *, after: float | None, now: datetime) -> None:
        del after
        records.record_taken(session, batch, worker, records.Taken("imagined"), now=now)

    _everywhere(records, "record_refused_for_now", taken)


def _no_record() -> None:
    """What the transport said is forgotten."""
    for module, name in STEPS["record"]:
        _everywhere(module, name, lambda *_, **__: None)


BREAKS: dict[str, Callable[[], None]] = {
    "blind_resend": _blind_resend, "no_for_yes": _take_no_for_yes, "no_record": _no_record,
}  # fmt: skip
"""Ways to break the product on purpose, so that tests can see the harness find it."""
