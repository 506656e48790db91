"""Where this process and this thread are: what befalls them at the points they pass, and the batch in hand."""

import os
import threading
from pathlib import Path

from tests.chaos.orders import Diary, Fates, Order

_thread = threading.local()
_fates: Fates


def listen_to_fate() -> None:
    """Take the orders for this process, and its diary, from its environment."""
    global _fates
    diary = Path(os.environ["CHAOS_DIARY"])
    _fates = Fates(Order.read(os.environ["CHAOS_ORDERS"]), Diary(diary), diary.parent)


def passing(point: str, what: object = "") -> None:
    """This thread comes by a point. It may not return, or return much later."""
    _fates.passing(point, what)


def take_in_hand(batch: int) -> None:
    """This thread is about to hand this batch over."""
    _thread.batch = batch


def batch() -> object:
    """The batch in hand, or nothing."""
    return getattr(_thread, "batch", "")


def has_stepped(step: str, batches: str) -> None:
    """A step is done, and not committed yet."""
    _thread.steps = [*getattr(_thread, "steps", []), (step, batches)]


def committed(_session: object) -> None:
    """What this thread has stepped through is durable."""
    steps, _thread.steps = getattr(_thread, "steps", []), []
    for step, batches in steps:
        passing(f"{step}:committed", batches)
