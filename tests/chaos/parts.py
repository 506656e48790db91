"""The processes of a house under chaos: the product's own command lines, with points where they may come to grief."""

import os
import runpy
import sys
from collections.abc import Callable

from werkzeug.serving import make_server

from service.app import create_app
from service.cli.parts import timer_command, worker_command
from service.settings import Settings
from tests.chaos.breaks import BREAKS
from tests.chaos.conditions import furnish, quicken_timer
from tests.chaos.points import instrument

SWEEP_SECONDS = 0.35
"""Instead of the five of the timetable, so that a run takes seconds."""


def worker() -> None:
    """A Celery worker as `storywell worker` starts it."""
    instrument()
    for fault in filter(None, os.environ.get("CHAOS_BREAK", "").split(",")):
        BREAKS[fault]()
    _run(worker_command())


def timer() -> None:
    """The timer as `storywell timer` starts it, with a quicker sweep."""
    quicken_timer(SWEEP_SECONDS)
    _run(timer_command())


def web() -> None:
    """The web application on a threaded server of one process: granian takes a second to start, and runs are many."""
    settings = Settings.load(os.environ)
    furnish()
    make_server(settings.bind, settings.port, create_app(), threaded=True).serve_forever()


def _run(command: list[str]) -> None:
    """Run what follows `python -m` in this process; what stands before it sets the allocator of a fresh one."""
    place = command.index("-m")
    sys.argv = command[place + 1 :]
    runpy.run_module(command[place + 1], run_name="__main__")


PARTS: dict[str, Callable[[], None]] = {"worker": worker, "timer": timer, "web": web}
