"""The stand-in as a process of its own, and under load."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY, letter

ROOT = Path(__file__).parents[2]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    options = ["--api-key", KEY, "--keep", "counts", "--log", str(tmp_path / "accepted.jsonl")]
    command = [sys.executable, "-m", "tests.standins.sendgrid", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout
    told: dict[str, str] = json.loads(process.stdout.readline())
    return told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_leaves_when_asked(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """One line of JSON with url and public key; SIGTERM and SIGINT end it cleanly."""
    told = first_line(process)

    assert httpx.get(f"{told['url']}/_control/webhook").json()["public_key"] == told["webhook_public_key"]
    process.send_signal(number)
    assert process.wait(60) == 0


def test_what_it_accepted_survives_a_kill(process: subprocess.Popen[str], tmp_path: Path) -> None:
    """The log holds every request that got its 202, even after SIGKILL."""
    told = first_line(process)
    answer = httpx.post(f"{told['url']}/v3/mail/send", json=letter(), headers={"Authorization": f"Bearer {KEY}"})
    process.kill()

    (line,) = map(json.loads, (tmp_path / "accepted.jsonl").read_text().splitlines())
    assert line["message_id"] == answer.headers["X-Message-Id"]


def test_tens_of_thousands_of_readers_are_counted() -> None:
    """20 requests of 1000 readers on one connection, without their bodies."""
    bodies = [json.dumps(letter(*(f"r{run}x{one}@example.org" for one in range(1000)))) for run in range(20)]
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    with SendGridStandin(api_key=KEY, keep="counts") as standin:
        wire = HTTPConnection(urlsplit(standin.url).netloc)
        for body in bodies:
            wire.request("POST", "/v3/mail/send", body, headers)
            assert wire.getresponse().read() == b""
        wire.close()

        assert standin.counts()["going_out"] == 20_000
