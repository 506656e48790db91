"""The worker process: `python -m workers.celery_worker [--with-timer]`, which is what `storywell worker` becomes.

It starts Celery's worker by itself, because Celery's command line would load a shell, a graph drawer and a prompt, 8 MB
that stay for good.
"""

import sys
from collections.abc import Sequence

from workers.app import app, settings


def main(arguments: Sequence[str]) -> int:
    """Work until told to stop, with threads, because the work is waiting for others; gives the exit code."""
    worker = app.Worker(
        pool_cls="threads",
        concurrency=settings.worker_threads,
        queues=[app.conf.task_default_queue],
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        with_timer="--with-timer" in arguments,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
