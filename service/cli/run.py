"""`storywell run`: everything on one machine, in one supervised group, without an account anywhere."""

import fcntl
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import click

from service.cli import supervisor
from service.cli.frame import load_settings
from service.cli.parts import web_command, worker_command
from service.cli.valkey import NoServer, PathTooLong, valkey_command
from service.settings import Settings, Transport

TUNED = {"MALLOC_ARENA_MAX": "1", "PYTHONNODEBUGRANGES": "1", "PYTHONOPTIMIZE": "2"}
"""One malloc arena keeps threaded processes small, and is enough where the interpreter runs one thread at a time. So
do modules without docstrings (7 MB in each process) and lines without the columns of their parts (1 MB)."""


@click.command()
def run() -> None:
    """Start web, worker, timer and, without REDIS_URL, an embedded Valkey. Ctrl-C stops them."""
    settings = load_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    _hold(settings.var / "run.lock")
    _check_port(settings)
    try:
        plan = _plan(settings)
    except (PathTooLong, NoServer) as error:
        raise click.ClickException(str(error)) from None
    environment = {**os.environ, **TUNED, "VAR": str(settings.var.resolve())}
    command = [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(plan)]
    os.execve(command[0], command, environment)


def _plan(settings: Settings) -> dict[str, Any]:
    """Valkey, web, worker: the worker starts when the database is prepared and the first page answers."""
    parts = [
        _part("web", web_command(), page=(settings.bind, settings.port)),
        _part("worker", worker_command(with_timer=True)),
    ]
    if not settings.redis_url:
        command = valkey_command((settings.var / "valkey").resolve(), settings.valkey_socket)
        parts.insert(0, _part("valkey", command, path=str(settings.valkey_socket)))
    prepare = [sys.executable, "-m", "service.cli.prepare"]
    return {"parts": parts, "prepare": prepare, "announcement": _announcement(settings)}


def _part(name: str, command: list[str], *, path: str = "", page: tuple[str, int] | None = None) -> dict[str, Any]:
    return {"name": name, "command": command, "socket": path, "page": page}


def _hold(path: Path) -> None:
    """Hold the data folder while this process and its successor live: two groups would fight for the socket."""
    lock = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        reason = f"Storywell is already running on {path.parent}; set VAR to another folder."
        raise click.ClickException(reason) from None
    os.set_inheritable(lock, True)


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            where = f"Port {settings.port} on {settings.bind}"
            reason = f"{where} cannot be used ({error.strerror}); set PORT to another number."
            raise click.ClickException(reason) from None


def _announcement(settings: Settings) -> str:
    """What is printed when everything is up, with a place for the sign-in link."""
    site = settings.site_url
    lines = [f"Site    {site}/", "Desk    {sign_in}   (one-time sign-in link, good for a day)"]
    if settings.mail_transport is Transport.OUTBOX:
        lines.append(f"Outbox  {site}/outbox   (every mail is kept here; none leaves this machine)")
    data = f"Ctrl-C stops everything. Data is kept in {settings.var}."
    return "\n" + "".join(f"  {line}\n" for line in lines) + f"\n  {data}\n"
