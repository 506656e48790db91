"""The questions of the form: what is asked of whom, in which order, and what is said when an answer is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.answering import GUIDE
from service.stories.asking import Step
from service.stories.consent import PLACES
from service.stories.questions import STEP, STEPS, place_field
from service.stories.telling import (
    CHECK,
    answered_places,
    first_open,
    mailbox,
    mark,
    may_show,
    page_before,
    problems,
    read,
    texts,
    way_through,
)
from tests.stories.tales import EVERY_ANSWER

CHILDS = {
    "told_by": "guardian",
    "relation": "mother",
    "child_age": "9",
    "parental_responsibility": "yes",
    "assent": "yes",
}


def keys(answers: dict[str, str]) -> list[str]:
    """The pages for somebody who answered so."""
    return [step.key for step in way_through(answers)]


def test_a_story_of_ones_own_in_ones_own_words_is_eleven_pages() -> None:
    """Nobody is asked what does not concern them."""
    assert keys(EVERY_ANSWER) == [
        "who", "whose", "way", "telling", "title", "people", "photos", "name", "places", "wait", "contact",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told_by", "asked"), [("guardian", ["child", "child-says"]), ("next_of_kin", ["kin"]), ("proxy", ["other"])]
)
def test_whoever_tells_for_somebody_else_is_asked_more(told_by: str, asked: list[str]) -> None:
    """Right after saying so."""
    way = keys({**EVERY_ANSWER, "told_by": told_by})

    assert way[2 : 2 + len(asked)] == asked
    assert way[2 + len(asked)] == "way"


@pytest.mark.parametrize(
    ("way", "asked"),
    [
        ("questions", [f"question-{number}" for number in range(1, len(GUIDE) + 1)] + ["title", "people", "photos"]),
        ("postcard", ["postcard", "title", "people", "photos"]),
        ("call", ["call"]),
    ],
)
def test_each_way_to_tell_has_its_pages(way: str, asked: list[str]) -> None:
    """And leads back to the same end."""
    pages = keys({**EVERY_ANSWER, "way": way})

    assert pages[3:] == [*asked, "name", "places", "wait", "contact"]


def test_an_empty_form_begins_at_its_first_question() -> None:
    """And ends with the last look when everything is answered."""
    assert first_open({}) == "who"
    assert first_open(EVERY_ANSWER) == CHECK


@pytest.mark.parametrize(
    "key", [step.key for step in way_through(EVERY_ANSWER) if not step.may_be_passed], ids=lambda key: key
)
def test_each_page_says_what_is_missing(key: str) -> None:
    """A sentence for every empty field, and it is the next page to show."""
    step = STEP[key]
    without = {name: value for name, value in EVERY_ANSWER.items() if name not in {each.name for each in step.fields}}

    assert set(problems(step, without)) == {each.name for each in step.fields}
    assert first_open(without) == key


@pytest.mark.parametrize("key", ["photos", "wait"])
def test_what_may_be_passed_over_must_have_been_seen(key: str) -> None:
    """Nobody is led past a question they were never shown."""
    unseen = {**EVERY_ANSWER, STEP[key].passed: ""}

    assert problems(STEP[key], unseen) == {}
    assert first_open(unseen) == key


def test_of_the_guided_questions_one_is_enough() -> None:
    """Each may be passed over; not all of them."""
    passed = {**EVERY_ANSWER, "way": "questions", **{STEP[f"question-{n}"].passed: "yes" for n in range(1, 7)}}

    assert first_open(passed) == "question-6"
    assert "at least one" in problems(STEP["question-6"], passed)["answer_6"]
    assert first_open({**passed, "answer_3": "My nurse."}) == CHECK


def test_a_childs_no_counts() -> None:
    """It is not taken, whatever the guardian says; too young to ask is taken."""
    answers = {**EVERY_ANSWER, **CHILDS}

    assert first_open(answers) == CHECK
    assert first_open({**answers, "assent": "no"}) == "child-says"
    assert "your child’s no counts" in problems(STEP["child-says"], {**answers, "assent": "no"})["assent"]
    assert first_open({**answers, "assent": "too_young"}) == CHECK


@pytest.mark.parametrize("age", ["", "nine", "-1", "18", "120", "9.5", "٩"])
def test_a_childs_age_is_a_number_below_eighteen(age: str) -> None:
    """Whoever is older tells it themselves, or asks somebody."""
    assert "child_age" in problems(STEP["child"], {**EVERY_ANSWER, **CHILDS, "child_age": age})


def test_only_somebody_with_responsibility_tells_a_childs_story() -> None:
    """And only somebody the family would not mind tells that of the dead."""
    assert "parental_responsibility" in problems(STEP["child"], {**CHILDS, "parental_responsibility": ""})
    assert "family_agrees" in problems(STEP["kin"], {"relation": "wife"})


def test_nobodys_story_is_told_against_their_will() -> None:
    """Not asked is not yes."""
    answers = {**EVERY_ANSWER, "told_by": "proxy", "relation": "wife"}

    assert first_open({**answers, "agreed": "no"}) == "other"
    assert first_open({**answers, "agreed": "yes"}) == CHECK
    assert first_open({**answers, "agreed": "cannot"}) == CHECK


@pytest.mark.parametrize(
    ("postcard", "problem"),
    [
        ("x" * 280, ""),
        ("x" * 281, "Your postcard has 281 characters. There is room for 280: 1 is too many."),
        ("👩‍👩‍👧‍👦" * 280, ""),
        ("e\u0301" * 283, "Your postcard has 283 characters. There is room for 280: 3 are too many."),
        ("", "Write your postcard here."),
    ],
    ids=["fits", "one over", "families", "accents", "empty"],
)
def test_a_postcard_is_counted_as_people_count(postcard: str, problem: str) -> None:
    """A family of four is one character."""
    assert problems(STEP["postcard"], {"postcard": postcard}).get("postcard", "") == problem


@pytest.mark.parametrize(
    ("day", "month", "year", "fine"),
    [("", "", "", True), ("3", "6", "2027", True), ("31", "2", "2027", False), ("3", "", "2027", False),
     ("3", "June", "2027", False), ("29", "2", "2028", True), ("3", "6", "27", False), ("٣", "6", "2027", False)],
)  # fmt: skip
def test_a_day_to_wait_for_is_in_the_calendar(day: str, month: str, year: str, fine: bool) -> None:
    """Or there is none."""
    answers = {"wait_day": day, "wait_month": month, "wait_year": year}

    assert (problems(STEP["wait"], answers) == {}) is fine


def test_no_place_has_an_answer_of_its_own() -> None:
    """Ten questions, none answered by silence."""
    silent = problems(STEP["places"], {})

    assert list(silent) == [place_field(scope) for scope in PLACES]
    assert set(answered_places(EVERY_ANSWER).values()) == {True, False}


def test_a_name_is_asked_of_those_who_want_one() -> None:
    """Anonymous needs no name; every other way does."""
    assert problems(STEP["name"], {"naming": "anonymous"}) == {}
    assert problems(STEP["name"], {"naming": "pseudonym"}) == {"shown_name": "Write the name we should show."}


@pytest.mark.parametrize("invented", ["astronaut", "<script>", "yes"])
def test_a_choice_that_was_not_offered_is_no_answer(invented: str) -> None:
    """Only what the page offers counts."""
    for key in ("who", "whose", "way", "people"):
        assert STEP[key].fields[0].name in problems(STEP[key], {STEP[key].fields[0].name: invented})


def test_too_much_is_met_with_one_sentence() -> None:
    """Fifty thousand characters are fine, one more is said kindly and in figures."""
    assert problems(STEP["telling"], {"text": "x" * 50_000}) == {}
    assert problems(STEP["telling"], {"text": "x" * 50_001}) == {
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
    """Earlier pages may be opened again; later ones wait for the open question; others are not asked at all."""
    answers = {"role": "patient", "told_by": "self"}

    assert may_show("who", answers)
    assert may_show("way", answers)
    assert not may_show("places", answers)
    assert not may_show("child", answers)
    assert not may_show(CHECK, answers)


def test_the_way_back_is_the_way_it_came() -> None:
    """Each page knows the one before."""
    pages = [*keys(EVERY_ANSWER), CHECK]

    assert [page_before(key, EVERY_ANSWER) for key in pages] == [None, *pages[:-1]]
    assert page_before("child", EVERY_ANSWER) is None


@given(st.dictionaries(st.sampled_from(sorted(EVERY_ANSWER) + sorted(CHILDS)), st.sampled_from(
    ["", "yes", "no", "self", "guardian", "proxy", "next_of_kin", "write", "call", "postcard", "questions", "patient"]
)))  # fmt: skip
def test_whatever_was_answered_the_next_page_may_be_shown(answers: dict[str, str]) -> None:
    """There is always a next page, and it is on the way; nobody is sent round in circles."""
    assert may_show(first_open(answers), answers)
    assert page_before(first_open(answers), answers) in {None, *keys(answers)}


def test_a_header_cannot_be_smuggled_in_by_a_line() -> None:
    """Line ends in a one-line field become blanks; paragraphs in the story stay."""
    assert read(STEP["title"], {"title": "A\r\nBcc: mal@example.test", "role": "ignored"}) == {
        "title": "A Bcc: mal@example.test"
    }
    assert read(STEP["telling"], {"text": "One.\r\n\r\nTwo."}) == {"text": "One.\n\nTwo."}


@pytest.mark.parametrize("step", [step for step in STEPS if step.fields], ids=lambda step: step.key)
def test_a_page_is_known_by_what_stands_on_it(step: Step) -> None:
    """The mark changes with every one of its fields, and with nothing else."""
    answers = {each.name: "a" for each in step.fields}

    assert mark(step, answers) == mark(step, {**answers, "other": "b"})
    assert all(mark(step, answers) != mark(step, {**answers, each.name: "b"}) for each in step.fields)


def test_safeguarding_sees_every_free_word() -> None:
    """On whichever way it was told, and in the smaller fields too."""
    answers = {
        "text": "a",
        "postcard": "b",
        "answer_2": "c",
        "title": "d",
        "avoid": "e",
        "call_when": "f",
        "role": "patient",
    }

    assert sorted(texts(answers)) == ["a", "b", "c", "d", "e", "f"]
