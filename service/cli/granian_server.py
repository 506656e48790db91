"""The web process: `python -m service.cli.granian_server`, which is what `storywell web` becomes.

One worker is served by the process that listens; more are children of it. Granian's parent of a single child would be
28 MB for nothing, as somebody watches the web process anyway: the supervisor, or the machine's own.
"""

from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mt import MTServer

from service.settings import Settings

APPLICATION = "service.app:create_app"
MOST_WAITING = 256
"""Requests; whoever comes when so many wait is told to come again (503)."""
KILL_SECONDS = 3


class OneProcess(MTServer):
    """Granian's threaded server, made for a Python without the global lock, with one worker on any Python."""

    def _check_gil(self) -> None:
        """With one worker the lock takes nothing away: its requests share one interpreter either way."""


def main() -> None:
    """Serve until told to stop."""
    settings = Settings.load()
    options: dict[str, Any] = {
        "address": settings.bind,
        "port": settings.port,
        "interface": Interfaces.WSGI,
        "http": HTTPModes.http1,
        "websockets": False,
        "factory": True,
        "log_level": LogLevels.error,
        "blocking_threads": settings.web_threads,
        "backpressure": MOST_WAITING,
        "workers_kill_timeout": KILL_SECONDS,
    }
    if settings.web_workers == 1:
        OneProcess(APPLICATION, **options).serve()
    else:
        Granian(APPLICATION, workers=settings.web_workers, **options).serve()


if __name__ == "__main__":
    main()
