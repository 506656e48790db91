"""What a group's journal proves when its worker is gone, and what it keeps anybody from doing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from service.mail import smtp_journal
from service.mail.message import TryLater
from service.mail.smtp_journal import Journals, Place, Proof
from tests.mail.groups import CIRCULAR, a_group, a_mailer
from tests.standins.smtp import SILENCE, At, Manners, SmtpStandin

SENDER = """
import sys
from pathlib import Path
from tests.mail.groups import CIRCULAR, a_group, a_mailer
url, folder, worker = sys.argv[1:]
with a_mailer(url, journals=Path(folder), reply_seconds=30) as mailer:
    mailer.prepare(CIRCULAR).hand_over(a_group(100, batch_id=7, worker=worker))
"""


@pytest.fixture
def journals(tmp_path: Path) -> Journals:
    """The journals of a data folder."""
    return Journals(tmp_path / "journal")


@pytest.fixture
def place(journals: Journals) -> Place:
    """Batch 7, tried for the first time by a worker of this machine."""
    return (7, 1, f"{journals.home}-worker")


def settled(journals: Journals, place: Place) -> Proof:
    """What the journal proves; it has to prove something."""
    proof = journals.settle(place)
    assert proof is not None
    return proof


def test_last_thing_that_was_done_counts(journals: Journals, place: Place) -> None:
    """Taken, refused, put off, or on the wire."""
    journal = journals.begin(place)
    for delivery in "abcd":
        journal.sent(delivery)
    journal.told("accepted", "a", "250 2.0.0 taken\nas 1")
    journal.told("rejected", "b", "550 no")
    journal.told("deferred", "c", "")
    journal.flush()
    journal.close()

    proof = settled(journals, place)

    assert proof.complete
    assert proof.told == {
        "a": ("accepted", "250 2.0.0 taken as 1"),
        "b": ("rejected", "550 no"),
        "c": ("deferred", ""),
        "d": ("sent", ""),
    }
    assert settled(journals, place) == proof, "asked again, it says the same"


def test_worker_that_never_came_to_it_has_sent_nothing(journals: Journals, place: Place) -> None:
    """On its own machine the lack of a journal is a proof."""
    assert settled(journals, place) == Proof({}, complete=True)


def test_worker_of_another_machine_is_not_judged(journals: Journals) -> None:
    """Its journal is elsewhere."""
    assert journals.settle((7, 1, "0badcafe-worker")) is None


def test_after_a_power_cut_silence_proves_nothing(
    journals: Journals, place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is written is true; what is not may be lost."""
    journal = journals.begin(place)
    journal.sent("a")
    journal.close()
    other_start = tmp_path / "boot_id"
    other_start.write_text("another")
    monkeypatch.setattr(smtp_journal, "BOOT_ID", other_start)

    assert settled(journals, place) == Proof({"a": ("sent", "")}, complete=False)
    assert journals.settle((8, 1, place[2])) is None


def test_living_worker_is_not_judged(journals: Journals, place: Place) -> None:
    """It holds the lock, however long it is stopped and whatever became of its session with the database."""
    journal = journals.begin(place)

    assert journals.settle(place) is None
    journal.close()
    assert journals.settle(place) is not None


def test_late_worker_finds_the_group_settled(journals: Journals, place: Place) -> None:
    """It was stopped just before it began."""
    journals.settle(place)

    with pytest.raises(TryLater, match="settled"):
        journals.begin(place)


def test_group_is_not_sent_by_a_late_worker(tmp_path: Path, journals: Journals, place: Place) -> None:
    """Not one message."""
    journals.settle(place)
    with SmtpStandin() as smtp, a_mailer(smtp.url, journals=tmp_path / "journal") as mailer:
        with pytest.raises(TryLater):
            mailer.prepare(CIRCULAR).hand_over(a_group(3, batch_id=7, worker=place[2]))

        assert smtp.messages() == []


def test_line_without_an_end_was_never_finished(journals: Journals, place: Place, tmp_path: Path) -> None:
    """The disk was full in the middle of it, so the message did not leave."""
    [file] = [tmp_path / "journal" / f"7.1.{place[2]}"]
    file.write_text("sent a\nsent b")

    assert set(settled(journals, place).told) == {"a"}
    assert set(settled(journals, place).told) == {"a"}


def test_full_disk_stops_the_group_before_it_begins(tmp_path: Path) -> None:
    """Nothing is sent that is not written down."""
    (tmp_path / "journal").write_text("a file where the folder should be")
    with SmtpStandin() as smtp, a_mailer(smtp.url, journals=tmp_path / "journal") as mailer:
        with pytest.raises(TryLater, match="journal"):
            mailer.prepare(CIRCULAR).hand_over(a_group(3))

        assert smtp.messages() == []


def test_disk_that_fills_up_stops_the_group_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken stays taken, and the rest comes later."""
    written = os.write
    room = iter(range(3))
    monkeypatch.setattr(
        "service.mail.smtp_journal.os.write", lambda file, data: written(file, data) if next(room, None) else 0
    )
    with SmtpStandin(Manners(pipelining=False)) as smtp, a_mailer(smtp.url, journals=tmp_path / "journal") as mailer:
        next(room)

        receipt = mailer.prepare(CIRCULAR).hand_over(a_group(5))

    assert {message.recipients[0] for message in smtp.messages()} == {"reader0@example.test"}
    assert set(receipt.deferred) == {"d1", "d2", "d3", "d4"}


def test_journals_are_tidied_away_when_the_ledger_has_them(journals: Journals, place: Place, tmp_path: Path) -> None:
    """Those the ledger asks for stay, those in use, and the word `settled` until its worker's process has ended."""
    for number in range(4):
        journals.begin((number, 1, place[2])).close()
    journals.settle((3, 1, place[2]))
    in_use = journals.begin((2, 1, place[2]))

    def posting(places: Collection[Place]) -> list[Place]:
        return [one for one in places if one[0] == 1]

    journals.tidy(posting, lambda _worker: False)
    left = {path.name.partition(".")[0] for path in (tmp_path / "journal").glob("*.*.*")}
    in_use.close()
    journals.tidy(posting, lambda worker: worker == place[2])

    assert left == {"1", "2", "3"}
    assert {path.name.partition(".")[0] for path in (tmp_path / "journal").glob("*.*.*")} == {"1"}


def test_worker_killed_in_the_middle_leaves_one_message_in_doubt(
    journals: Journals, place: Place, tmp_path: Path
) -> None:
    """kill -9: whoever was taken is proven, whoever was not begun is free, and one was on the wire."""
    with SmtpStandin() as smtp:
        smtp.answer_next("", at=At.TEXT, times=20)
        smtp.answer_next(SILENCE, at=At.TEXT)  # so that the kill comes in the middle on any machine
        command = [sys.executable, "-c", SENDER, smtp.url, str(tmp_path / "journal"), place[2]]
        worker = subprocess.Popen(command)
        while len(smtp.messages()) < 20:
            assert worker.poll() is None
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        proof = settled(journals, place)
        arrived = {f"d{message.recipients[0][6:].partition('@')[0]}" for message in smtp.messages()}

    accepted = {key for key, (verdict, _) in proof.told.items() if verdict == "accepted"}
    on_the_wire = {key for key, (verdict, _) in proof.told.items() if verdict == "sent"}
    assert accepted <= arrived <= accepted | on_the_wire
    assert len(on_the_wire) <= 1
    assert len(arrived) == 20
    assert set(proof.told) == accepted | on_the_wire


def test_group_writes_down_what_became_of_each_message(journals: Journals, place: Place, tmp_path: Path) -> None:
    """By its delivery's key; neither address nor name is in it."""
    with SmtpStandin() as smtp, a_mailer(smtp.url, journals=tmp_path / "journal") as mailer:
        prepared = mailer.prepare(CIRCULAR)
        smtp.answer_next("451 4.2.1 not now", at=At.TEXT)
        prepared.hand_over(a_group(2, batch_id=7, worker=place[2]))

    assert {key: verdict for key, (verdict, _) in settled(journals, place).told.items()} == {
        "d0": "deferred",
        "d1": "accepted",
    }
