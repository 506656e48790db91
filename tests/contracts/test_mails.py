"""Every mail the house can send: three templates, a composer, readable by everyone, and no stranger's words in it."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta

from service.bootstrap import COMPOSERS
from service.issues.frames.table import FRAMES, frame_in
from service.languages import LANGUAGES
from service.mail.accessibility import faults
from service.mail.rendering import Templates
from service.subscribers.phrases.table import PHRASES, phrases_in
from tests.mail.sample import HEAD, issue

FOLDER = Path(__file__).parents[2] / "templates/email"
MAILS = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())
PARTS = ("subject.txt", "body.txt", "body.mjml")
COPIES_OF_THE_ISSUE = {"issue_test"}
"""Composers that write with the issue's own templates."""


def asked_for(mail: str) -> set[str]:
    """The names that the templates of a mail use."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    sources = [(FOLDER / mail / part).read_text() for part in PARTS]
    return set().union(*(meta.find_undeclared_variables(environment.parse(source)) for source in sources))


def a_word(name: str) -> object:
    """Something that fits: an address for links, a number for counts, a word otherwise."""
    if name.endswith(("url", "link")):
        return f"https://news.example.org/{name}"
    return 7 if name in {"days", "minutes"} else "Tuesday"


def test_our_words_are_there_in_every_language() -> None:
    """One list says which languages there are, and both tables of phrases keep to it."""
    assert list(FRAMES) == list(PHRASES) == list(LANGUAGES)


@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_has_its_three_templates(mail: str) -> None:
    """Subject, text and HTML."""
    assert [part for part in PARTS if not (FOLDER / mail / part).is_file()] == []


def test_every_mail_has_a_composer_and_every_composer_a_mail() -> None:
    """The list of composers is the list of what the house sends."""
    assert set(COMPOSERS) - COPIES_OF_THE_ISSUE == set(MAILS) - {"issue"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_is_readable_by_everyone(mail: str, lang: str) -> None:
    """No fault of the accessibility rules, from left to right and from right to left."""
    words = {name: a_word(name) for name in asked_for(mail)} | {"say": phrases_in(lang)} | HEAD
    if mail == "issue":
        words = issue(frame_in(lang), within=lang)
    for given in ("lang", "dir", "subject"):
        words.pop(given, None)

    page = Templates().render(mail, lang=lang, **words)

    assert faults(page.html, page.text) == []
    assert page.text.strip()


@pytest.mark.parametrize("mail", MAILS)
def test_an_unsubscribe_link_stands_in_both_parts_or_in_none(mail: str) -> None:
    """Whoever reads plain text can leave as easily."""
    in_html = "unsubscribe_url" in (FOLDER / mail / "body.mjml").read_text()
    in_text = "unsubscribe_url" in (FOLDER / mail / "body.txt").read_text()

    assert in_html == in_text
