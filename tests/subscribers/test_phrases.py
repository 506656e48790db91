"""What we write to readers beside the issues, in every language that we write in."""

from dataclasses import fields
from string import Formatter

import pytest

from service.issues.content import LONGEST_PREHEADER, SHORTEST_PREHEADER
from service.issues.discretion import illness_in
from service.mail.message import Address
from service.subscribers.phrases.english import ENGLISH
from service.subscribers.phrases.phrases import Phrases
from service.subscribers.phrases.quiet import quiet_name, quiet_sender
from service.subscribers.phrases.table import PHRASES, phrases_in

NAMES = [field.name for field in fields(Phrases) if field.name != "lang"]
SEEN_OVER_SHOULDERS = ("quiet_name", "quiet_sender", "confirm_subject", "welcome_subject", "already_subject")
LINES = ("confirm_line", "welcome_line", "already_line")
EVERY_LANGUAGE = pytest.mark.parametrize("say", PHRASES.values(), ids=list(PHRASES))


def holes(pattern: str) -> set[str | None]:
    """The names of what is filled in."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


@EVERY_LANGUAGE
@pytest.mark.parametrize("name", NAMES)
def test_every_phrase_is_there_with_its_holes(say: Phrases, name: str) -> None:
    """The same names and links go into it as in English, and nobody left the English words in."""
    own, english = getattr(say, name), getattr(ENGLISH, name)

    assert holes(own) == holes(english)
    assert own.strip() == own != ""
    assert say is ENGLISH or own != english
    assert own.endswith(":") == name.endswith("_here")


@EVERY_LANGUAGE
def test_what_is_seen_over_shoulders_names_no_illness(say: Phrases) -> None:
    """Subjects, the words beside them, and what a discreet letter is called."""
    assert [name for name in (*SEEN_OVER_SHOULDERS, *LINES) if illness_in(getattr(say, name))] == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("name", LINES)
def test_lines_fit_beside_a_subject(say: Phrases, name: str) -> None:
    """With the name of a newsletter in them."""
    line = getattr(say, name).format(newsletter="Monthly news")

    assert SHORTEST_PREHEADER <= len(line) <= LONGEST_PREHEADER


@EVERY_LANGUAGE
def test_everybody_is_greeted(say: Phrases) -> None:
    """With the name that they gave, or without."""
    assert "Ada" in say.greet("Ada")
    assert say.greet("") == say.hello_nobody


@pytest.mark.parametrize(("wanted", "lang"), [
    (("fr", "en-GB"), "fr"), (("", "ar-EG"), "ar"), (("", "pl", "de-AT"), "de"), (("pl", "sv"), "en"), (("",), "en"),
])  # fmt: skip
def test_the_first_language_that_we_write_in(wanted: tuple[str, ...], lang: str) -> None:
    """The reader's, then the newsletter's, then English."""
    assert phrases_in(*wanted).lang == lang


def test_discreet_names_are_the_newsletters_own_or_ours() -> None:
    """A sender without a mailbox keeps the usual one."""
    usual = Address("news@mail.example.org", "Leukaemia news")

    assert [quiet_name(own, "de-AT") for own in ("", "Der Junibrief")] == ["Ihr Brief", "Der Junibrief"]
    assert [str(quiet_sender(own, "de", usual)) for own in ("", "Anna", "Anna <a@b.example>")] == [
        "Briefe <news@mail.example.org>", "Anna <news@mail.example.org>", "Anna <a@b.example>",
    ]  # fmt: skip
