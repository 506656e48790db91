"""The supervisor behind `storywell run`: starts the parts in order, restarts one that dies, stops all of them in time.

A program of its own, `supervisor.py PLAN`, that needs the standard library only, and little of it, and is started
without site packages: it stays for as long as the group and rests in 12 MB, 9 of which are Python itself. PLAN is one
JSON document, by `service.cli.run`:

    {"parts": [{"name": "web", "command": ["…"], "socket": "/path, or empty", "page": ["127.0.0.1", 8000] or null}],
     "prepare": ["command", "…"], "announcement": "text with {sign_in} in it"}
"""

import json
import os
import signal
import socket
import sys
import time

START_SECONDS = 90.0
STOP_SECONDS = 4.0
LOOK_SECONDS = 0.02
WATCH_SECONDS = 0.5
MOST_DEATHS_A_MINUTE = 5
MOST_FILES = 1024
"""More than this program ever has open."""
_PR_SET_PDEATHSIG = 1


class PartFailed(Exception):
    """A part of the service does not stay up; the message is one sentence that names it."""


class Child:
    """A process that ends no later than the supervisor. `subprocess` would be two megabytes for what is used of it."""

    def __init__(self, command: list[str], *, output: int = 1, own_group: bool = False) -> None:
        """Start `command`, which begins with a path; what it prints goes to the open file `output`."""
        self.exit_code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _become(command, output, own_group)

    def is_up(self) -> bool:
        """True while it runs; its `exit_code` is known afterwards."""
        if self.exit_code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.exit_code = os.waitstatus_to_exitcode(status) if ended else None
        return self.exit_code is None

    def end(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic seconds), then kill it with all it started."""
        while self.is_up() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        if self.is_up():
            os.killpg(self.pid, signal.SIGKILL)
            self.wait()

    def wait(self) -> None:
        """Wait for its end, however long."""
        if self.exit_code is None:
            self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Part:
    """One process of the group. It is ready when its socket and its page answer, where it has them."""

    def __init__(self, name: str, command: list[str], socket: str, page: tuple[str, int] | None) -> None:
        self.name, self.command, self.socket, self.page = name, command, socket, page
        self.process: Child | None = None
        self.deaths: list[float] = []

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only the supervisor, which knows the order."""
        self.process = Child(self.command, own_group=True)

    def is_up(self) -> bool:
        """True while its process runs."""
        return self.process is not None and self.process.is_up()

    def is_ready(self) -> bool:
        """True when others may rely on it."""
        return (not self.socket or _answers(self.socket)) and (self.page is None or _serves(*self.page))

    def tell_to_stop(self) -> None:
        """SIGTERM, if it runs."""
        if self.process is not None and self.process.is_up():
            os.kill(self.process.pid, signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic seconds), then kill it with all it started."""
        if self.process is not None:
            self.process.end(deadline)


class Preparation:
    """Tables, demo content and a sign-in link, made by a process of its own while the parts load."""

    def __init__(self, command: list[str]) -> None:
        self._words, output = os.pipe()
        self._process = Child(command, output=output)
        os.close(output)
        self.sign_in = ""

    def is_done(self) -> bool:
        """True when the database is ready. Raises PartFailed when it could not be made so."""
        if self._process.is_up():
            return False
        if self._process.exit_code:
            raise PartFailed("The database could not be prepared; the lines above say why")
        if not self.sign_in:
            with open(self._words, "rb") as words:
                self.sign_in = json.load(words)["sign_in"]
        return True

    def end(self) -> None:
        """Leave it no longer than the group."""
        if self._process.is_up():
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Supervisor:
    """Runs the parts of a plan as one group until it is told to stop."""

    def __init__(self, parts: list[Part], prepare: list[str], announcement: str) -> None:
        self._parts, self._prepare, self._announcement = parts, prepare, announcement
        self._stopping = False

    def stop(self, *_: object) -> None:
        """Ask for the end: the handler of SIGINT and SIGTERM."""
        self._stopping = True

    def run(self) -> None:
        """Start all, announce, watch until stopped. Raises PartFailed when one cannot be kept up."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        preparation = Preparation(self._prepare)
        try:
            for part in self._parts:
                part.start()
                self._await(part, preparation)
            if not self._stopping:
                print(self._announcement.replace("{sign_in}", preparation.sign_in), flush=True)  # noqa: T201
            while not self._stopping:
                time.sleep(WATCH_SECONDS)
                self._revive()
        finally:
            preparation.end()
            self._stop_all()

    def _await(self, part: Part, preparation: Preparation) -> None:
        """What serves a page serves it from tables, so those must be there before the next part starts."""
        deadline = time.monotonic() + START_SECONDS
        while not self._stopping and not ((part.page is None or preparation.is_done()) and part.is_ready()):
            if not part.is_up():
                raise PartFailed(f"{part.name} did not start; its last lines above say why")
            if time.monotonic() > deadline:
                raise PartFailed(f"{part.name} was not ready after {START_SECONDS:.0f} s")
            time.sleep(LOOK_SECONDS)

    def _revive(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.is_up() or self._stopping:
                continue
            part.deaths = [death for death in part.deaths if now - death < 60] + [now]
            if len(part.deaths) > MOST_DEATHS_A_MINUTE:
                raise PartFailed(f"{part.name} died {len(part.deaths)} times in a minute")
            print(f"{part.name} stopped and is started again", file=sys.stderr, flush=True)  # noqa: T201
            part.start()

    def _stop_all(self) -> None:
        """The first part is the ground of the others and goes last; what has not ended in time is killed."""
        deadline = time.monotonic() + STOP_SECONDS
        users, grounds = self._parts[1:], self._parts[:1]
        for group in (users, grounds):
            for part in reversed(group):
                part.tell_to_stop()
            for part in group:
                part.end(deadline)
            deadline += 0.5


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


def _serves(host: str, port: int) -> bool:
    """Ask for /healthz by hand: an HTTP library would cost 8 MB for one line."""
    try:
        with socket.create_connection((host, port), 1) as client:
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return client.recv(16).split()[1:2] == [b"200"]
    except OSError:
        return False


def _become(command: list[str], output: int, own_group: bool) -> None:
    """Turn the process that was just forked into `command`. Never returns."""
    try:
        if own_group:
            os.setpgid(0, 0)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        _die_with_parent()
        os.dup2(output, 1)
        os.closerange(3, MOST_FILES)
        os.execv(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _die_with_parent() -> None:
    """Linux: have the kernel end this child when the supervisor dies, however it dies (prctl(2))."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - a megabyte that only the child holds, and only until it becomes its command

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> None:
    """Run the plan on the command line; one sentence and 1 when it cannot be kept up."""
    plan = json.loads(sys.argv[1])
    try:
        Supervisor([Part(**part) for part in plan["parts"]], plan["prepare"], plan["announcement"]).run()
    except PartFailed as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
