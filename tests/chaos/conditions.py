"""What every process of a run shares: a clock that may be wrong, a disk that may be full, and a hurry."""

import functools
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sys import modules
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from service import bootstrap
from service.delivery import drain, ledger, records
from service.mail import sendgrid, smtp
from workers import timetable

LEASE = timedelta(seconds=0.3)
FIRST_WAIT = timedelta(seconds=0.2)
LONGEST_WAIT = timedelta(seconds=1)
READ_SECONDS = 1.5
MOST_PAGES = 2**30
SWEEPS_WAITING = 3
"""As in the timetable: without an end to their waiting, a busy machine would do nothing but sweep."""
TRANSPORTS = [(sendgrid, "SendGridMailer", "read_seconds"), (smtp, "SmtpMailer", "reply_seconds")]


def furnish() -> None:
    """Have this process live by the clock and the disk of its run."""
    bootstrap.utc_now = clock
    event.listen(Engine, "begin", _fill_disk)


def quicken_timer(seconds: float) -> None:
    """The sweep comes by this often; one that nobody has had time for is as soon out of date."""
    timetable.TIMETABLE["sweep"] |= {"schedule": seconds, "options": {"expires": seconds * SWEEPS_WAITING}}


def hurry() -> None:
    """Short leases, waits and time-outs, and small batches."""
    ledger.LEASE, records.FIRST_WAIT, records.LONGEST_WAIT = LEASE, FIRST_WAIT, LONGEST_WAIT
    drain.RECORD_AGAIN_SECONDS = FIRST_WAIT.total_seconds()
    for module, name, patience in TRANSPORTS:
        transport = getattr(module, name)
        transport.largest = int(os.environ["CHAOS_BATCH"])
        everywhere(module, name, functools.partial(transport, **{patience: READ_SECONDS}))


def everywhere(module: Any, name: str, new: Callable[..., Any]) -> None:
    """Replace a function in its module and wherever it was imported by name."""
    old = getattr(module, name)
    setattr(module, name, new)
    for other in [m for path, m in modules.items() if path.startswith(("service", "workers"))]:
        for alias in [key for key, value in vars(other).items() if value is old]:
            setattr(other, alias, new)


def clock() -> datetime:
    """Off by the hours that stand in the run's file, while they stand there."""
    path = Path(os.environ["CHAOS_CLOCK"])
    return datetime.now(UTC) + timedelta(hours=float(path.read_text() or 0) if path.exists() else 0)


def _fill_disk(connection: Connection) -> None:
    """While the run's mark is there, SQLite may not add a page: what a full disk looks like to it."""
    if connection.dialect.name == "sqlite":
        full = Path(os.environ["CHAOS_FULL"]).exists()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if full else MOST_PAGES
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
