"""A draft keeps what was typed for sixty days, and is sent when its teller says so."""

from datetime import timedelta

import pytest

from service.db import Database
from service.mail.model import Notice
from service.stories.drafts import LASTS, draft_at, drop_old_drafts, save_answers, send_draft, start_draft
from service.stories.errors import DraftGone, DraftUnfinished
from service.stories.model import StoryDraft
from tests.cast import NOW
from tests.stories.tales import a_draft

DAY = timedelta(days=1)


def mails(database: Database) -> list[str]:
    """The mails that are owed."""
    with database.read() as session:
        return [notice.template for notice in session.query(Notice)]


def test_answers_are_added_to_those_before(database: Database) -> None:
    """Page by page; a page saved again replaces its own answers only."""
    with database.unit() as uow:
        draft = start_draft(uow, now=NOW)
        save_answers(uow, draft.id, {"role": "patient"}, now=NOW)
        save_answers(uow, draft.id, {"title": "One"}, now=NOW)
        save_answers(uow, draft.id, {"title": "Two"}, now=NOW)

    with database.read() as session:
        assert draft_at(session, draft.id, NOW).answers == {"role": "patient", "title": "Two"}


def test_wrong_answers_are_kept_too(database: Database) -> None:
    """What was typed is never lost, also when it cannot stay as it is."""
    with database.unit() as uow:
        draft = a_draft(uow, email="not an address")

    assert draft.answers["email"] == "not an address"


def test_a_draft_lives_sixty_days_from_its_last_saving(database: Database) -> None:
    """Each saving starts the time again."""
    with database.unit() as uow:
        draft = start_draft(uow, now=NOW)
        save_answers(uow, draft.id, {"role": "patient"}, now=NOW + 59 * DAY)

    with database.read() as session:
        assert draft_at(session, draft.id, NOW + 59 * DAY + LASTS).id == draft.id
        with pytest.raises(DraftGone):
            draft_at(session, draft.id, NOW + 60 * DAY + LASTS)


def test_a_draft_that_never_was_is_gone(database: Database) -> None:
    """No row, no draft."""
    with database.unit() as uow, pytest.raises(DraftGone):
        save_answers(uow, 4711, {}, now=NOW)


def test_old_drafts_are_dropped_and_young_ones_stay(database: Database) -> None:
    """The row goes with everything that was typed."""
    with database.unit() as uow:
        start_draft(uow, now=NOW - LASTS - DAY)
        young = start_draft(uow, now=NOW - LASTS)

        assert drop_old_drafts(uow, now=NOW) == 1
        assert [draft.id for draft in uow.session.query(StoryDraft)] == [young.id]


def test_sending_owes_the_mail_that_proves_the_address(database: Database) -> None:
    """One notice, about the draft."""
    with database.unit() as uow:
        send_draft(uow, a_draft(uow).id, now=NOW)

    assert mails(database) == ["prove_story_address"]


def test_an_unfinished_draft_is_not_sent(database: Database) -> None:
    """Every question first."""
    with database.unit() as uow, pytest.raises(DraftUnfinished):
        send_draft(uow, a_draft(uow, text="").id, now=NOW)

    assert mails(database) == []


def test_two_presses_of_the_button_send_one_mail(database: Database) -> None:
    """A minute later it is meant."""
    with database.unit() as uow:
        draft = a_draft(uow)
        send_draft(uow, draft.id, now=NOW)
        send_draft(uow, draft.id, now=NOW + timedelta(seconds=59))
        send_draft(uow, draft.id, now=NOW + timedelta(seconds=60))

    assert len(mails(database)) == 2


def test_a_draft_changed_after_sending_is_not_sent(database: Database) -> None:
    """What is proven is what was sent: the link in the mail before loses its power."""
    with database.unit() as uow:
        draft = a_draft(uow)
        send_draft(uow, draft.id, now=NOW)
        draft.token_hash = "x"
        save_answers(uow, draft.id, {"title": "Another"}, now=NOW)

    assert draft.sent_at is None
    assert draft.token_hash is None


def test_saving_the_same_again_changes_nothing(database: Database) -> None:
    """Looking back and pressing on does not undo the sending."""
    with database.unit() as uow:
        draft = a_draft(uow)
        send_draft(uow, draft.id, now=NOW)
        save_answers(uow, draft.id, {"role": "patient"}, now=NOW)

    assert draft.sent_at == NOW
