"""The outbox: mails as files that a person can open."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.mail.message import Address, Mailing, Recipient, TryLater
from service.mail.outbox import NoSuchLetter, OutboxMailer, letter, letters
from tests.cast import ADA, BEN, NOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An outbox that does not exist yet."""
    return tmp_path / "var" / "outbox"


def outbox(folder: Path, now: datetime = NOW) -> OutboxMailer:
    """The mailer at an hour."""
    return OutboxMailer(folder, clock=lambda: now)


def test_letter_can_be_read_as_it_was_handed_over(folder: Path, mailing: Mailing) -> None:
    """Subject, people, date, headers and both parts."""
    receipt = outbox(folder).hand_over(mailing)

    found = letter(folder, "d-ada.eml")
    assert not receipt.rejected
    assert (found.subject, found.to, found.sender) == (mailing.subject, f"Ada <{ADA}>", str(mailing.sender))
    assert found.date == NOW
    assert ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") in found.headers
    assert found.text.startswith("Dear Ada,")
    assert "<p>Dear Ada," in found.html


def test_newest_letter_comes_first(folder: Path, mailing: Mailing, ada: Recipient) -> None:
    """By the time of the hand-over."""
    for minute, delivery in enumerate(["c", "a", "b"]):
        later = replace(mailing, recipients=[replace(ada, delivery=delivery)])
        outbox(folder, NOW + timedelta(minutes=minute)).hand_over(later)

    assert [line.name for line in letters(folder)] == ["b.eml", "a.eml", "c.eml"]
    assert [line.name for line in letters(folder, limit=1)] == ["b.eml"]
    assert letters(folder)[0].date == NOW + timedelta(minutes=2)


def test_handing_over_twice_leaves_one_file(folder: Path, mailing: Mailing) -> None:
    """The file is named by its delivery, and the first copy stays."""
    outbox(folder).hand_over(mailing)
    outbox(folder, NOW + timedelta(hours=1)).hand_over(replace(mailing, subject="again"))

    assert [line.subject for line in letters(folder)] == [mailing.subject]
    assert [path.name for path in folder.iterdir()] == ["d-ada.eml"]


def test_one_bad_address_does_not_hold_up_the_others(folder: Path, mailing: Mailing, ada: Recipient) -> None:
    """It is named in the receipt."""
    nobody = Recipient(to=Address("nowhere"), delivery="d-nobody")
    ben = replace(ada, to=Address(BEN), delivery="d-ben")

    receipt = outbox(folder).hand_over(replace(mailing, recipients=[ada, nobody, ben]))

    assert list(receipt.rejected) == ["d-nobody"]
    assert {line.name for line in letters(folder)} == {"d-ada.eml", "d-ben.eml"}


def test_folder_that_cannot_be_written_means_later(tmp_path: Path, mailing: Mailing) -> None:
    """A full or missing disk loses nothing."""
    (tmp_path / "file").touch()

    with pytest.raises(TryLater):
        outbox(tmp_path / "file" / "outbox").hand_over(mailing)


def test_no_outbox_has_no_letters(folder: Path) -> None:
    """Before the first mail the page is just empty."""
    assert letters(folder) == []


@pytest.mark.parametrize(
    "name", ["../d-ada.eml", "/etc/passwd", "x/../d-ada.eml", ".d-ada.eml", "d-ada", "", "none.eml", "d\0.eml"]
)
def test_name_that_points_elsewhere_finds_nothing(name: str, folder: Path, mailing: Mailing) -> None:
    """Only letters of the folder itself can be read."""
    outbox(folder).hand_over(mailing)
    (folder.parent / "d-ada.eml").touch()

    with pytest.raises(NoSuchLetter):
        letter(folder, name)
