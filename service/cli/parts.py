"""`storywell web`, `worker`, `timer`: one part of the service each, in place of this process."""

import os
import sys

import click

from service.cli.frame import load_settings

ROOMY = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "33554432", "MALLOC_TOP_PAD_": "1048576"}
"""A worker keeps the memory of one request for the next: giving a megabyte back each time, and having it zeroed again
for the next thousand readers, costs a third of writing the request."""


@click.command()
def web() -> None:
    """Serve the site, the desk and the hooks."""
    load_settings()
    _become(web_command())


@click.command()
def worker() -> None:
    """Send mail, compose issues, apply events."""
    load_settings()
    _become(worker_command())


@click.command()
def timer() -> None:
    """Ring the bells of the timetable."""
    load_settings()
    _become(timer_command())


def web_command() -> list[str]:
    """The command line of the web process, granian (WSGI)."""
    return [sys.executable, "-m", "service.cli.granian_server"]


def worker_command(*, with_timer: bool = False) -> list[str]:
    """The command line of a Celery worker."""
    return [
        "/usr/bin/env",
        *(f"{name}={value}" for name, value in ROOMY.items()),
        sys.executable,
        "-m",
        "workers.celery_worker",
        *(["--with-timer"] if with_timer else []),
    ]


def timer_command() -> list[str]:
    """The command line of Celery beat."""
    return [sys.executable, "-m", "workers.beat"]


def _become(command: list[str]) -> None:
    os.execv(command[0], command)
