"""Calling back at the stand-in: done means that SendGrid itself says so, and what it will not do is named."""

from collections.abc import Iterator
from time import time

import pytest

from service.mail.schedule import NoRoom, NotCalledBack, ProviderAway
from service.mail.sendgrid_client import SendGridClient
from service.mail.sendgrid_schedule import SendGridSchedule
from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_cast import KEY, client_of, letter


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    """An account that may do everything."""
    with SendGridStandin(api_key=KEY) as standin:
        yield standin


@pytest.fixture
def schedule(standin: SendGridStandin) -> Iterator[SendGridSchedule]:
    """The adapter, over a client of its own."""
    client = SendGridClient(KEY, standin.url)
    yield SendGridSchedule(client)
    client.close()


def give(standin: SendGridStandin, provider_batch: str, *, minutes: float) -> None:
    """Ada's letter under an id, due in so many minutes."""
    with client_of(standin) as client:
        body = letter(batch_id=provider_batch, send_at=int(time() + minutes * 60))
        assert client.post("/v3/mail/send", json=body).status_code == 202


def test_what_is_called_back_in_time_does_not_leave(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """Half an hour is plenty."""
    batch = schedule.new_batch()
    give(standin, batch, minutes=30)
    schedule.call_back(batch)

    assert schedule.is_called_back(batch)
    assert [message.fate for message in standin.messages()] == ["cancelled"]


def test_what_arrives_after_the_call_does_not_leave_either(
    standin: SendGridStandin, schedule: SendGridSchedule
) -> None:
    """A request that was under way when its id was cancelled."""
    batch = schedule.new_batch()
    schedule.call_back(batch)
    give(standin, batch, minutes=30)

    assert [message.fate for message in standin.messages()] == ["cancelled"]


def test_calling_back_twice_is_harmless(schedule: SendGridSchedule) -> None:
    """The second POST is refused by SendGrid; the look afterwards is what counts."""
    batch = schedule.new_batch()
    schedule.call_back(batch)
    schedule.call_back(batch)

    assert schedule.is_called_back(batch)


def test_somebody_elses_pause_becomes_a_cancel(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """Paused by hand at SendGrid: a second change is a PATCH."""
    batch = schedule.new_batch()
    with client_of(standin) as client:
        client.post("/v3/user/scheduled_sends", json={"batch_id": batch, "status": "pause"})
    schedule.call_back(batch)

    assert schedule.is_called_back(batch)


def test_within_ten_minutes_it_is_not_called_back(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """And nobody says that it was."""
    batch = schedule.new_batch()
    give(standin, batch, minutes=9)

    with pytest.raises(NotCalledBack):
        schedule.call_back(batch)
    assert not schedule.is_called_back(batch)


def test_there_is_room_again_when_one_is_forgotten(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """SendGrid holds back only so many at one time."""
    standin.configure(cancel_limit=1)
    first, second = schedule.new_batch(), schedule.new_batch()
    schedule.call_back(first)
    with pytest.raises(NoRoom):
        schedule.call_back(second)

    schedule.forget(first)
    schedule.forget(first)
    schedule.call_back(second)
    assert schedule.is_called_back(second)


def test_without_the_scope_there_are_no_ids(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """403 is said in SendGrid's words."""
    standin.configure(scopes=["mail.send"])
    with pytest.raises(ProviderAway, match="403"):
        schedule.new_batch()


def test_a_provider_that_is_away_is_no_answer(standin: SendGridStandin, schedule: SendGridSchedule) -> None:
    """Nothing is known then, and asking again does no harm."""
    batch = schedule.new_batch()
    standin.go_away(5)
    with pytest.raises(ProviderAway):
        schedule.call_back(batch)
