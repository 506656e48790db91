"""Copies for kinds of readers: discreet, large, plain; and what nobody may see over a shoulder."""

import re

import pytest

from service.bootstrap import Services
from service.db import Database
from service.delivery.mailing import list_headers
from service.issues.discretion import discreet_sender, illness_in
from service.issues.fitting import Wants
from service.issues.frames.english import ENGLISH
from service.issues.model import Issue
from service.issues.render import Printer, RenderedVariant
from service.mail.accessibility import faults
from service.mail.message import Address
from service.stories.model import Story
from service.subscribers.reading import Reading
from tests.cast import NOW
from tests.issues.paper import a_story

EVERY_LOOK = [
    Reading(large_text=True),
    Reading(discreet=True),
    Reading(discreet=True, large_text=True, avoid=frozenset({"relapse"})),
]


@pytest.fixture
def frank(database: Database, issue: Issue) -> Issue:
    """An issue whose every word says what it is about."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        saved.newsletter.name = "Leukaemia news"
        saved.newsletter.topics = ["blood"]
        saved.subject, saved.preheader = "Relapse and remission", "Three patients on chemotherapy and what it did"
        story = uow.session.get_one(Story, saved.items[1].story_id)
        story.words.title, story.content_notes = "My relapse on ward six", ["relapse"]
    return saved


def copy(services: Services, issue: Issue, reading: Reading) -> RenderedVariant:
    """The copy of somebody who reads like this."""
    with services.database.read() as session:
        return Printer(session, session.get_one(Issue, issue.id), services.head, NOW).copy(Wants(reading))


def test_nothing_that_others_see_names_an_illness(services: Services, frank: Issue) -> None:
    """Word list over subject, preheader, sender, list headers, the page's title and every link."""
    mail = copy(services, frank, Reading(discreet=True))
    page = re.sub(r"(?s)<style.*?</style>", "", mail.html)
    links = re.findall(r"(?s)<a\b[^>]*>(.*?)</a>", page)
    title = re.findall(r"(?s)<title>(.*?)</title>", page)
    sender = discreet_sender(frank.newsletter, Address("news@mail.example.org", "Leukaemia news"))
    headers = list_headers(services.head, frank, discreet=True)

    for words in (mail.subject, mail.preheader, sender.name, *links, *title, *map(str, headers.values())):
        assert illness_in(words, frank.newsletter.topics) == ""
    assert mail.preheader == ENGLISH.quiet_line
    assert illness_in(frank.subject) == "Relapse"


def test_the_newsletter_chooses_its_discreet_words(services: Services, frank: Issue, database: Database) -> None:
    """A name alone keeps the mailbox, for which the mail is signed."""
    with database.unit() as uow:
        paper = uow.session.get_one(Issue, frank.id).newsletter
        paper.discreet_name, paper.discreet_sender = "The blue letter", "Anna"

    assert copy(services, frank, Reading(discreet=True)).subject == "The blue letter, 7 July 2026"
    assert str(discreet_sender(paper, Address("a@b.example"))) == "Anna <a@b.example>"


@pytest.mark.parametrize(("words", "found"), [
    ("All of our news", ""), ("ALL news", "ALL"), ("After chemo", "chemo"), ("Towards spring", ""), ("Blood", "Blood"),
    ("Vivre avec une leucémie", "leucémie"), ("Après la rechute", "rechute"), ("Apoyo a enfermos", "enfermos"),
    ("Después del trasplante", "trasplante"), ("Briefe der Blutkrebshilfe", "Blutkrebshilfe"),
    ("Für kranke Kinder", "kranke"), ("أخبار مرضى السرطان", "مرضى"), ("بعد الانتكاسة", "الانتكاسة"),
    ("Votre lettre, 7 juillet", ""), ("Ihr Brief", ""),
    ("Su carta de la tarde", ""), ("رسالتكم", ""), ("Methode und Morgen, la mortaise", ""),
])  # fmt: skip
def test_the_words_of_the_list(words: str, found: str) -> None:
    """Illnesses, treatments and the newsletter's topics; not the little words that look like them."""
    assert illness_in(words, ["blood"]) == found


def test_large_letters_are_larger(services: Services, issue: Issue) -> None:
    """Twenty pixels instead of eighteen."""
    assert "font-size:20px" in copy(services, issue, Reading(large_text=True)).html.replace(" ", "")
    assert "font-size:20px;line-height:1.6" not in copy(services, issue, Reading()).html.replace(" ", "")


def test_plain_text_is_the_text_part_alone(services: Services, issue: Issue) -> None:
    """Everything that the other readers get, and no HTML."""
    plain, full = (copy(services, issue, Reading(plain_text=one)) for one in (True, False))

    assert (plain.html, plain.text) == ("", full.text)


@pytest.mark.parametrize("reading", EVERY_LOOK)
def test_every_copy_can_be_read_by_everybody(services: Services, frank: Issue, reading: Reading) -> None:
    """The same check as for the letter that most get."""
    mail = copy(services, frank, reading)

    assert [fault for fault in faults(mail.html, mail.text) if "preheader" not in fault] == []


def test_what_somebody_avoids_is_in_neither_part(services: Services, frank: Issue, database: Database) -> None:
    """Nor in the subject or beside it, where the editors may have named it."""
    with database.unit() as uow:
        a_story(uow.session, "the-tea").topics = ["blood"]
        uow.session.get_one(Issue, frank.id).subject = "Read: My relapse on ward six"
    mail = copy(services, frank, Reading(avoid=frozenset({"relapse"})))

    assert "relapse" not in f"{mail.subject} {mail.preheader} {mail.text} {mail.html}".lower()
    assert "The tea" in mail.text
    assert mail.about == "1 swapped"


def test_readers_with_the_same_result_share_a_copy(services: Services, issue: Issue) -> None:
    """An avoid list that nothing in the issue hits changes nothing."""
    with services.database.read() as session:
        printer = Printer(session, session.get_one(Issue, issue.id), services.head, NOW)
        usual = printer.copy(Wants())

        assert printer.copy(Wants(Reading(avoid=frozenset({"fertility"})))) is usual
        assert printer.copy(Wants(Reading(discreet=True))) is not usual
