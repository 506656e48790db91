"""`storywell run`: everything on one machine, in one supervised group, without an account anywhere."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from service.cli.frame import load_settings
from service.cli.parts import web_command, worker_command
from service.cli.supervisor import Part, PartFailed, Supervisor
from service.cli.valkey import NoServer, PathTooLong, valkey_command
from service.settings import Settings, Transport

TUNED = {"MALLOC_ARENA_MAX": "2"}
"""Fewer malloc arenas keep threaded processes small."""


@click.command()
def run() -> None:
    """Start web, worker, timer and, without REDIS_URL, an embedded Valkey. Ctrl-C stops them."""
    settings = load_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **TUNED, "VAR": str(settings.var.resolve())}
    with _only_one(settings.var / "run.lock"):
        _check_port(settings)
        try:
            preparation = Preparation(environment)
            supervisor = Supervisor(_parts(settings, environment, preparation))
            supervisor.run(lambda: _announce(settings, preparation.sign_in))
        except (PartFailed, PathTooLong, NoServer) as error:
            raise click.ClickException(str(error)) from None


class Preparation:
    """Tables, demo content and a sign-in link, made by a process of its own while the web process loads."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "service.cli.prepare"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.sign_in = ""

    def is_done(self) -> bool:
        """True when the database is ready. Raises PartFailed when it could not be made so."""
        if self._process.poll() is None:
            return False
        if self._process.returncode:
            raise PartFailed("The database could not be prepared; the lines above say why")
        if not self.sign_in:
            self.sign_in = json.loads(self._process.communicate()[0])["sign_in"]
        return True


def _parts(settings: Settings, environment: dict[str, str], preparation: Preparation) -> list[Part]:
    """Valkey, web, worker: the worker starts when the database is prepared and the first page answers."""
    parts = []
    if not settings.redis_url:
        socket_path = settings.valkey_socket
        command = valkey_command((settings.var / "valkey").resolve(), socket_path)
        parts.append(Part("valkey", command, environment, ready=lambda: _answers(socket_path)))
    return [
        *parts,
        Part("web", web_command(settings), environment, ready=lambda: preparation.is_done() and _serves(settings)),
        Part("worker", worker_command(settings, with_timer=True), environment),
    ]


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the data folder: two groups over one folder would fight for the socket."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"Storywell is already running on {path.parent}; set VAR to another folder."
            ) from None
        yield


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            where = f"Port {settings.port} on {settings.bind}"
            reason = f"{where} cannot be used ({error.strerror}); set PORT to another number."
            raise click.ClickException(reason) from None


def _announce(settings: Settings, link: str) -> None:
    site = settings.site_url
    click.echo(f"\n  Site    {site}/\n  Desk    {link}   (one-time sign-in link, good for a day)")
    if settings.mail_transport is Transport.OUTBOX:
        click.echo(f"  Outbox  {site}/outbox   (every mail is kept here; none leaves this machine)")
    click.echo("\n  Ctrl-C stops everything. Data is kept in " + str(settings.var) + ".\n")
    sys.stdout.flush()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def _serves(settings: Settings) -> bool:
    """Ask for /healthz by hand: an HTTP library would cost the supervisor 8 MB for one line."""
    try:
        with socket.create_connection((settings.bind, settings.port), 1) as client:
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return client.recv(16).split()[1:2] == [b"200"]
    except OSError:
        return False
