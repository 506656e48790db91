"""`storywell run`: one command starts everything on one machine, keeps it up, and stops it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from service.cli import supervisor
from service.settings import Settings
from tests.journeys.house import free_port, wait_for

STORYWELL = Path(sys.executable).parent / "storywell"
STOP_SECONDS = 5
pytestmark = pytest.mark.journey


@dataclass
class Group:
    """One `storywell run`, and what it printed."""

    process: subprocess.Popen[bytes]
    printed: Path

    def announced(self) -> str:
        """The text with the addresses, once it is there."""
        wait_for(lambda: "Ctrl-C" in self.printed.read_text() or self.process.poll() is not None, what="the addresses")
        return self.printed.read_text()

    def part(self, name: str) -> psutil.Process | None:
        """The process of a part, found by its command line."""
        parts = psutil.Process(self.process.pid).children(recursive=True)
        return next((part for part in parts if name in command_line(part)), None)

    def has_another(self, name: str, before: psutil.Process) -> bool:
        """Whether that part runs in a new process."""
        part = self.part(name)
        return part is not None and part.pid != before.pid


@dataclass
class Place:
    """A data folder and a port to run on."""

    folder: Path
    environment: Mapping[str, str]
    groups: list[Group]

    def run(self, **settings: str) -> Group:
        """Start a group."""
        printed = self.folder / f"printed-{len(self.groups)}"
        with printed.open("wb") as out:
            process = subprocess.Popen(
                [STORYWELL, "run"], env={**self.environment, **settings}, stdout=out, stderr=out, cwd=self.folder
            )
        self.groups.append(Group(process, printed))
        return self.groups[-1]


def command_line(part: psutil.Process) -> str:
    """The words it was started with; none when it has just ended."""
    try:
        return " ".join(part.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty folder and a free port; whatever was started there is stopped."""
    ours = {name.upper() for name in Settings.names()}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    place = Place(tmp_path, {**environment, "VAR": str(tmp_path / "var"), "PORT": str(free_port())}, [])
    yield place
    for group in place.groups:
        if group.process.poll() is None:
            group.process.terminate()
            group.process.wait(30)


def page(address: str) -> str:
    """The text of a page; HTTPError when it is not to be had."""
    with urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def answers(address: str) -> bool:
    """Whether a page comes."""
    try:
        return bool(page(address))
    except OSError:
        return False


def links(address: str) -> list[str]:
    """The stories a page leads to."""
    return re.findall(r'href="(/stories/[^"]+)"', page(address))


def test_one_command_gives_site_desk_and_outbox(place: Place) -> None:
    """The three addresses it prints answer, and the sign-in link leads to the desk."""
    site, desk, outbox = re.findall(r"http://\S+", place.run().announced())

    assert "stories" in page(site)
    assert "Sign in" in page(desk)
    assert "outbox" in page(outbox).lower()


def test_the_second_run_goes_on_where_the_first_was(place: Place) -> None:
    """SIGINT ends all of it in five seconds; the demo content is there once and stays."""
    first = place.run()
    site = re.findall(r"http://\S+", first.announced())[0]
    stories = links(site + "stories")
    members = psutil.Process(first.process.pid).children(recursive=True)
    first.process.send_signal(signal.SIGINT)

    assert first.process.wait(STOP_SECONDS) == 0
    assert not [member for member in members if member.is_running()]
    place.run().announced()
    assert links(site + "stories") == stories != []


def test_a_part_that_dies_is_started_again(place: Place) -> None:
    """kill -9 of each part in turn: the group mends itself and says so."""
    group = place.run()
    site = re.findall(r"http://\S+", group.announced())[0]
    for times, name in enumerate(["celery_worker", "granian_server", "valkey-server"], start=1):
        before = wait_for(partial(group.part, name), what=name)
        assert before is not None
        before.kill()
        wait_for(partial(group.has_another, name, before), what=f"a new {name}")
        wait_for(partial(answers, site), what="the first page")
        assert group.printed.read_text().count("started again") == times


def test_nothing_outlives_the_supervisor(place: Place) -> None:
    """kill -9 of the supervisor ends the parts too."""
    group = place.run()
    group.announced()
    members = psutil.Process(group.process.pid).children(recursive=True)
    group.process.kill()
    group.process.wait()

    wait_for(lambda: not [member for member in members if member.is_running()], what="the end of all parts")


def test_a_second_group_is_refused_in_one_sentence(place: Place) -> None:
    """On the same folder, or on a taken port: it names what is taken and the way out."""
    place.run().announced()
    same_folder = place.run(PORT=str(free_port()))
    same_port = place.run(VAR=str(place.folder / "other"))

    assert (same_folder.process.wait(30), same_port.process.wait(30)) == (1, 1)
    assert re.fullmatch(r"Error: .+ already running .+ set VAR .+\n", same_folder.printed.read_text())
    port = place.environment["PORT"]
    assert re.fullmatch(rf"Error: Port {port} .+ set PORT .+\n", same_port.printed.read_text())


def test_a_part_that_does_not_start_ends_the_group(place: Place) -> None:
    """A database that cannot be reached: one sentence at the end, and nothing is left running."""
    group = place.run(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/none")

    assert group.process.wait(60) == 1
    assert group.printed.read_text().rstrip().splitlines()[-1].startswith("Error: The database could not be prepared")


def test_the_supervisor_needs_the_standard_library_only() -> None:
    """It runs without site packages, so an import from anywhere else would stop every start."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({supervisor.__file__!r})"], check=False
    )

    assert done.returncode == 0
