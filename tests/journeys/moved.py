"""The product's own worker and timer by a clock that a file moves: `python -m tests.journeys.moved timer`.

The hours stand in the file that CHAOS_CLOCK names. The timer rings what composes and sends every second.
"""

import runpy
import sys

from service import bootstrap
from tests.chaos.conditions import clock
from workers import timetable

MODULES = {"worker": "workers.celery_worker", "timer": "workers.beat"}
BELLS = ("compose", "preflight", "sweep")
EVERY_SECONDS = 1.0


def main() -> None:
    """Be that process."""
    bootstrap.utc_now = clock
    for bell in BELLS:
        timetable.TIMETABLE[bell] |= {"schedule": EVERY_SECONDS, "options": {"expires": 3 * EVERY_SECONDS}}
    module = MODULES[sys.argv.pop(1)]
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main()
