"""`storywell web`, `worker`, `timer`: one part of the service each, in place of this process."""

import os
import sys
from pathlib import Path

import click

from service.cli.frame import load_settings
from service.settings import Settings

HERE = Path(sys.executable).parent


@click.command()
def web() -> None:
    """Serve the site, the desk and the hooks."""
    _become(web_command(load_settings()))


@click.command()
def worker() -> None:
    """Send mail, compose issues, apply events."""
    _become(worker_command(load_settings()))


@click.command()
def timer() -> None:
    """Ring the bells of the timetable."""
    _become(timer_command(load_settings()))


def web_command(settings: Settings) -> list[str]:
    """The command line of granian (WSGI) for these settings."""
    return [
        str(HERE / "granian"), "--interface", "wsgi", "--factory", "--no-ws", "--http", "1", "--log-level", "error",
        "--host", settings.bind, "--port", str(settings.port), "--workers", str(settings.web_workers),
        "--blocking-threads", str(settings.web_threads), "--backpressure", "256", "--workers-kill-timeout", "3",
        "service.app:create_app",
    ]  # fmt: skip


def worker_command(settings: Settings, *, with_timer: bool = False) -> list[str]:
    """The command line of a Celery worker; threads, because its work is waiting for others."""
    return [
        str(HERE / "celery"), "--quiet", "-A", "workers.app", "worker", "--pool", "threads",
        "--concurrency", str(settings.worker_threads), "--queues", "storywell", "--loglevel", settings.log_level,
        "--without-gossip", "--without-mingle", "--without-heartbeat", *(["--with-timer"] if with_timer else []),
    ]  # fmt: skip


def timer_command(settings: Settings) -> list[str]:
    """The command line of Celery beat; what is due stands in the database, so its schedule lives in memory."""
    return [
        str(HERE / "celery"), "--quiet", "-A", "workers.beat", "beat", "--loglevel", settings.log_level,
        "--scheduler", "celery.beat:Scheduler", "--pidfile", "",
    ]  # fmt: skip


def _become(command: list[str]) -> None:
    os.execv(command[0], command)
