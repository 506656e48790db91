"""The named points of a hand-over, put into the product from outside: the only file that knows where its steps are.

A step is a function of the product, run inside one transaction: a process can come to grief before it, after it (not
committed) and once it is `committed`. Between the steps lies the wire: `prove` (the last proof of life), then so many
bytes of the request, then the reply. A step that is renamed is one line here.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from service.delivery import drain, events, ledger, presence, recall, records, settle, start
from service.mail import sendgrid_schedule
from tests.chaos import here
from tests.chaos.conditions import everywhere, furnish, hurry
from tests.chaos.wire import WIRE, tap

Place = tuple[Any, str]

STEPS: dict[str, list[Place]] = {
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
AHEAD_STEPS: dict[str, list[Place]] = {
    "ask": [(recall, "ask")],
    "called": [(recall, "record_called_back")],
}
"""Steps that are only taken when mail is given to the provider ahead of its time."""
PROOF: list[Place] = [(presence.FilePresence, "proven"), (presence.AdvisoryPresence, "proven")]
CALLS: dict[str, list[Place]] = {
    "batch id": [(sendgrid_schedule.SendGridSchedule, "new_batch")],
    "call back": [(sendgrid_schedule.SendGridSchedule, "call_back")],
}
"""Questions to the provider outside of any transaction: before each, and once it has answered."""

POINTS = (
    *(f"{step}:{when}" for step in STEPS for when in ("before", "after", "committed")),
    "prove:before", "prove:after", *WIRE,
)  # fmt: skip
AHEAD_POINTS = (
    *(f"{step}:{when}" for step in AHEAD_STEPS for when in ("before", "after", "committed")),
    *(f"{call}:{when}" for call in CALLS for when in ("before", "after")),
)


def instrument() -> None:
    """Put the points, the short leases and the clock into this process. Before anything of the product runs."""
    here.listen_to_fate()
    hurry()
    furnish()
    for step, places in (STEPS | AHEAD_STEPS).items():
        for module, name in places:
            everywhere(module, name, _stepping(step, getattr(module, name)))
    drain.Drain._post = _posting(drain.Drain._post)  # type: ignore[method-assign]
    for point, calls in (CALLS | {"prove": PROOF}).items():
        for kind, name in calls:
            setattr(kind, name, _asking(point, getattr(kind, name)))
    event.listen(Session, "after_commit", here.committed)
    tap()


def _stepping(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def stepping(*args: Any, **kwargs: Any) -> Any:
        known = _batches_among(args)
        here.passing(f"{step}:before", known)
        result = function(*args, **kwargs)
        batches = _batches_among([result]) if step == "claim" else known
        if step == "claim" and not batches:
            return result
        here.has_stepped(step, batches)
        here.passing(f"{step}:after", batches)
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


def _posting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Remembers which batch this thread is about to hand over."""

    @functools.wraps(function)
    def posting(self: Any, it: Any) -> Any:
        here.take_in_hand(it.hold.id)
        return function(self, it)

    return posting


def _asking(point: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def asking(*args: Any) -> Any:
        here.passing(f"{point}:before", here.batch())
        answer = function(*args)
        here.passing(f"{point}:after", here.batch())
        return answer

    return asking
