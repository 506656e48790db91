"""A case is opened for worrying words, once for the same ones, also while the story is only a draft."""

from service.db import Database
from service.stories.holds import resolve
from service.stories.model import HoldKind
from service.stories.watching import kinds_of, watch_draft, watch_words
from tests.cast import NOW
from tests.stories.tales import a_draft, a_submitted_story

DARK = "I want to die."


def test_a_draft_with_worrying_words_opens_a_case(database: Database) -> None:
    """With the kinds and the words, and nothing else of the draft."""
    with database.unit() as uow:
        case = watch_draft(uow, a_draft(uow, text=f"It was June. {DARK}"), now=NOW)

        assert case is not None
        assert (case.kind, kinds_of(case), case.note) == (HoldKind.SAFEGUARDING, ["suicide"], "want to die")
        assert case.alerted_at == NOW


def test_a_draft_without_opens_none(database: Database) -> None:
    """Nobody is watched who gives no cause."""
    with database.unit() as uow:
        assert watch_draft(uow, a_draft(uow), now=NOW) is None


def test_the_same_words_open_no_second_case(database: Database) -> None:
    """Not while it is open, and not when somebody has looked and closed it."""
    with database.unit() as uow:
        draft = a_draft(uow, text=DARK)
        case = watch_draft(uow, draft, now=NOW)
        assert case is not None
        assert watch_draft(uow, draft, now=NOW) is None

        resolve(uow, case.id, by="editor:1", resolution="Rang.", now=NOW)
        assert watch_draft(uow, draft, now=NOW) is None


def test_new_words_after_a_case_was_closed_open_another(database: Database) -> None:
    """Worse may come."""
    with database.unit() as uow:
        draft = a_draft(uow, text=DARK)
        first = watch_draft(uow, draft, now=NOW)
        assert first is not None
        resolve(uow, first.id, by="editor:1", resolution="Rang.", now=NOW)
        draft.answers = {**draft.answers, "text": f"{DARK} I took an overdose."}
        second = watch_draft(uow, draft, now=NOW)

        assert second is not None
        assert second.id != first.id
        assert "took an overdose" in second.note


def test_what_its_teller_writes_later_is_looked_at_too(database: Database) -> None:
    """A letter to the editors is read by a program at once, and perhaps by nobody else today."""
    with database.unit() as uow:
        story = a_submitted_story(uow.session)
        assert watch_words(uow, story, "Thank you for the blanket.", now=NOW) is None
        case = watch_words(uow, story, DARK, now=NOW)

        assert case is not None
        assert story.open_holds == [case]
