"""What a resting process holds: libraries that most processes never need come with their first use (docs/adr/0009)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import supervisor
from tests.conftest import TEST_SECRET

READER = """
from service.app import create_app
assert create_app().test_client().get("/").status_code == 200
"""
SWEEP = """
from workers import app
app.app.loader.import_default_modules()
app.drain()
app.app.tasks["timer.sweep"]()
"""
READY = """
from celery.signals import worker_ready
from workers import app
app.drain()
worker_ready.send(sender=None)
"""
RARE = {"alembic", "cryptography.hazmat", "dns", "feedparser", "icalendar", "mjml", "PIL", "valkey"}
"""Change keys, draw pictures, read feeds: for whoever does that, and when."""


def loaded_by(program: str, place: Path, *options: str) -> set[str]:
    """The modules in a process of its own that has run `program` on the database in `place`."""
    told = subprocess.run(
        [sys.executable, *options, "-c", f"{program}\nimport sys\nprint('loaded', *sys.modules)"],
        env={"PATH": os.environ["PATH"], "VAR": str(place), "SECRET_KEYS": TEST_SECRET},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.splitlines()[-1].split())


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Path:
    """A data folder with tables and nobody in them."""
    (tmp_path / "storywell.sqlite3").write_bytes(sqlite_template.read_bytes())
    return tmp_path


def test_a_web_process_that_served_a_reader_holds_nothing_rare(place: Path) -> None:
    """Nor Celery, before there is something to ring."""
    assert loaded_by(READER, place) & (RARE | {"celery", "kombu"}) == set()


def test_a_worker_that_has_swept_holds_nothing_rare(place: Path) -> None:
    """Nor anything of the web."""
    assert loaded_by(SWEEP, place) & (RARE | {"flask", "werkzeug", "limits", "prometheus_client"}) == set()


def test_a_worker_that_is_ready_does_not_look_at_what_is_loaded_again(place: Path) -> None:
    """A thousand readers a batch, none of which is garbage: looking for cycles cost a seventh of a worker's time."""
    program = f"{READY}\nimport gc\nassert gc.get_freeze_count() > 100_000 and gc.get_threshold()[0] >= 10_000"

    assert "gc" in loaded_by(program, place)


def test_the_supervisor_holds_next_to_nothing(place: Path) -> None:
    """It is started without site packages, and rests for as long as the group does."""
    program = f"import sys; sys.path.insert(0, {str(Path(supervisor.__file__).parent)!r}); import supervisor"

    assert loaded_by(program, place, "-I", "-S") & {"ctypes", "subprocess", "threading", "typing"} == set()
