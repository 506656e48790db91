"""A parent that has imported everything once and forks workers, timers and webs: real processes, quick to start.

Nothing is shared that the product holds: no connection, no thread and no setting exists before the fork. One JSON line
on stdin starts one process, and its id is the line that comes back.
"""

import gc
import importlib
import json
import os
import signal
import sys
from typing import NoReturn

from tests.chaos import parts
from tests.chaos.death import die_with_parent

PRELOADED = (
    "celery.bin.celery", "celery.bin.worker", "celery.bin.beat", "celery.beat", "celery.worker", "celery.fixups.django",
    "celery.concurrency.thread", "celery.apps.worker", "celery.apps.beat", "celery.app.amqp", "celery.app.log",
    "celery.app.control", "celery.app.events", "celery.worker.consumer", "celery.worker.strategy",
    "celery.worker.consumer.connection", "celery.worker.consumer.tasks", "celery.worker.consumer.control",
    "kombu.transport.redis", "celery.app.builtins", "celery.worker.autoscale", "celery.backends.base",
    "celery.worker.components", "celery.loaders.app", "celery.worker.pidbox", "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.dialects.postgresql.psycopg", "psycopg", "service.app", "workers.sweep", "workers.timetable",
    "workers.doorbell", "service.delivery.drain", "service.issues.compose", "werkzeug.serving",
)  # fmt: skip
"""Whatever takes long to import and reads no setting."""


def main() -> None:
    """Fork on demand until stdin ends."""
    die_with_parent()
    for name in PRELOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    gc.collect()
    gc.freeze()
    _say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order["kind"], order["environment"], order["log"])
        _say({"pid": pid})


def _say(words: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _become(kind: str, environment: dict[str, str], log: str) -> NoReturn:
    """Be that process, in a group of its own, until it ends."""
    code = 1
    try:
        os.setsid()
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ.clear()
        os.environ.update(environment)
        parts.PARTS[kind]()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # the last frame of this process; the log is where it is read
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
