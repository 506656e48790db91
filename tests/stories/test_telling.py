"""One question a page: what is asked, in which order, and when an answer is complete."""

import pytest

from service.stories.consent import PLACES
from service.stories.model import Scope
from service.stories.telling import (
    CHECK,
    STEP,
    STEPS,
    answered_places,
    first_open,
    mailbox,
    may_show,
    page_before,
    place_field,
    problems,
    read,
)
from tests.stories.tales import EVERY_ANSWER


def without(*names: str) -> dict[str, str]:
    """Every answer but these."""
    return {name: value for name, value in EVERY_ANSWER.items() if name not in names}


def test_a_whole_form_has_no_open_question() -> None:
    """With every answer given, only the last look is left."""
    assert first_open(EVERY_ANSWER) == CHECK
    assert first_open({}) == "who"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_field_that_is_asked_must_be_answered(step) -> None:  # type: ignore[no-untyped-def]
    """An empty field gets its own sentence, and its page becomes the first open one."""
    for field in step.fields:
        answers = without(field.name)

        assert problems(step, answers) == {field.name: field.missing}
        assert first_open(answers) == step.key


def test_no_place_has_a_default() -> None:
    """Each of the ten places is asked by itself; saying nothing is not an answer."""
    assert len(problems(STEP["places"], {})) == len(PLACES) == 10


def test_a_no_everywhere_is_a_complete_answer() -> None:
    """Saying no never stands in the way of telling."""
    noes = {place_field(scope): "no" for scope in PLACES}

    assert problems(STEP["places"], noes) == {}
    assert not any(answered_places({**EVERY_ANSWER, **noes}).values())


def test_places_are_read_as_they_were_answered() -> None:
    """Yes to two, no to eight."""
    places = answered_places(EVERY_ANSWER)

    assert [scope for scope, granted in places.items() if granted] == [Scope.WEB, Scope.NEWSLETTER]
    assert Scope.READ_AND_CONTACT not in places


def test_nobody_who_wants_no_name_is_asked_for_one() -> None:
    """Anonymous needs no name; every other way does."""
    assert problems(STEP["name"], {"naming": "anonymous"}) == {}
    assert problems(STEP["name"], {"naming": "pseudonym"}) == {"shown_name": "Write the name we should show."}


@pytest.mark.parametrize("invented", ["astronaut", "<script>", "yes"])
def test_a_choice_that_was_not_offered_is_no_answer(invented: str) -> None:
    """Only what the page offers counts."""
    assert "role" in problems(STEP["who"], {"role": invented})


def test_too_much_is_met_with_one_sentence() -> None:
    """Fifty thousand characters are fine, one more is said kindly and in figures."""
    assert problems(STEP["telling"], {"title": "A", "text": "x" * 50_000}) == {}
    assert problems(STEP["telling"], {"title": "A", "text": "x" * 50_001}) == {
        "text": "Your story has 50,001 characters. We can take up to 50,000. Please shorten it."
    }


@pytest.mark.parametrize(
    "typed", ["ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@exa mple.org", "ada@example.org>"]
)
def test_an_address_that_is_none_is_refused(typed: str) -> None:
    """With one example of a good one."""
    assert problems(STEP["contact"], {**EVERY_ANSWER, "email": typed}) == {
        "email": "Write an e-mail address like name@example.org."
    }


def test_an_address_is_kept_as_mail_servers_know_it() -> None:
    """The name part as typed, the domain in ASCII."""
    assert mailbox("Ada.Lovelace+tag@bücher.example.org") == "Ada.Lovelace+tag@xn--bcher-kva.example.org"


def test_pages_are_shown_in_order_and_again() -> None:
    """Earlier pages may be opened again; later ones wait for the open question."""
    answers = {"role": "patient"}

    assert may_show("who", answers)
    assert may_show("telling", answers)
    assert not may_show("places", answers)
    assert not may_show(CHECK, answers)


def test_the_way_back_is_the_way_it_came() -> None:
    """Each page knows the one before."""
    assert [page_before(step.key) for step in STEPS] == [None, "who", "telling", "name", "places"]
    assert page_before(CHECK) == "contact"


def test_a_header_cannot_be_smuggled_in_by_a_line() -> None:
    """Line ends in a one-line field become blanks; paragraphs in the story stay."""
    typed = {"title": "A\r\nBcc: mal@example.test", "text": "One.\r\n\r\nTwo.", "role": "ignored here"}

    assert read(STEP["telling"], typed) == {"title": "A Bcc: mal@example.test", "text": "One.\n\nTwo."}
