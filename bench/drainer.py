"""One worker process without a queue: `python -m bench.drainer ISSUE`, settings in the environment.

Says "ready", waits for a line on its standard input, drains, and says what it cost as one line of JSON.
"""

import json
import resource
import sys
import time
from pathlib import Path

from service.bootstrap import bootstrap
from service.db import SilentDoorbell
from service.delivery.drain import Drain
from service.delivery.pacing import LocalPace
from service.delivery.presence import be_present
from service.settings import Settings
from workers.memory import settle_down


def main() -> None:
    """Drain one issue."""
    settings = Settings.load()
    services = bootstrap(settings, doorbell=SilentDoorbell())
    presence = be_present(services.database, settings.var / "workers")
    drain = Drain(
        database=services.database, mailer=services.mailer, head=services.head, presence=presence, pace=LocalPace(),
        clock=services.clock, stopping=lambda: False, connections=settings.send_connections,
    )  # fmt: skip
    settle_down()
    print("ready", flush=True)
    sys.stdin.readline()
    began, before, rested = time.monotonic(), time.process_time(), _megabytes()
    batches = drain.run(int(sys.argv[1]))
    said = {
        "batches": batches,
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - before,
        "megabytes": _megabytes(),
        "rested": rested,
    }
    print(json.dumps(said), flush=True)
    presence.leave()
    services.close()


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
