"""The words around what the editors wrote, in every language that there is a frame in."""

import re
from dataclasses import fields
from datetime import date, timedelta
from string import Formatter

import pytest

from service.bootstrap import Services
from service.db import Database
from service.issues.content import LONGEST_PREHEADER, SHORTEST_PREHEADER
from service.issues.discretion import illness_in
from service.issues.fitting import Missed, Wants
from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.issues.frames.table import FRAMES, frame_in
from service.issues.model import Issue
from service.issues.render import Printer, RenderedVariant
from service.mail.accessibility import faults
from service.mail.elements import read_page
from service.mail.phrase import Phrase
from service.stories.model import Story
from service.subscribers.reading import Reading
from tests.cast import NOW
from tests.issues.paper import a_story

PHRASES = [field.name for field in fields(Frame) if field.name not in {"lang", "months", "first"}]
SAME_IN_TWO_LANGUAGES = {"name_and_country", "day", "day_of_year", "dated", "letter_of", "on_host"}
QUIET = [name for name in PHRASES if name.startswith("quiet_")]
EVERY_FRAME = pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))


def holes(pattern: str) -> set[str | None]:
    """The names of what is filled in."""
    return {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}


def copy(services: Services, issue: Issue, wants: Wants, *missable: int) -> RenderedVariant:
    """The copy of one kind of reader."""
    with services.database.read() as session:
        return Printer(session, session.get_one(Issue, issue.id), services.head, NOW, missable).copy(wants)


def spoken(page: str, words: str) -> tuple[str, str]:
    """(lang, dir) of the place where these words stand."""
    found = next(each for each in read_page(page).find("h2", "p", "a", "span") if words in each.own_text)
    around = next(each.attributes for each in found.lineage() if each.attributes.get("lang"))
    return around["lang"], around["dir"]


@EVERY_FRAME
@pytest.mark.parametrize("name", PHRASES)
def test_every_phrase_is_there_with_its_holes(frame: Frame, name: str) -> None:
    """The same names and numbers go into it as in English, and nobody left the English words in."""
    own, english = getattr(frame, name), getattr(ENGLISH, name)

    assert holes(own) == holes(english)
    assert own.strip() == own != ""
    assert frame is ENGLISH or name in SAME_IN_TWO_LANGUAGES or own != english


@EVERY_FRAME
def test_dates_are_said_in_words(frame: Frame) -> None:
    """A name for each month, and all of them different."""
    said = {frame.say_day(date(2026, month, 2)) for month in range(1, 13)}

    assert (len(frame.months), len(said)) == (12, 12)
    assert all(words.startswith("2") and words.endswith(" 2026") for words in said)


@pytest.mark.parametrize(("lang", "said"), [
    ("en", "1 April 2026"), ("fr", "1er avril 2026"), ("es", "1 de abril de 2026"), ("de", "1. April 2026"),
    ("ar", "1 أبريل 2026"),
])  # fmt: skip
def test_the_first_of_a_month(lang: str, said: str) -> None:
    """Each language has its way of saying it."""
    assert FRAMES[lang].say_day(date(2026, 4, 1)) == said


@pytest.mark.parametrize(("lang", "line"), [
    ("en", "All of April, 1 April"), ("fr", "Tout avril, 1er avril"), ("es", "Todo abril, 1 de abril"),
    ("de", "Im ganzen April, 1. April"), ("ar", "طوال أبريل, 1 أبريل"),
])  # fmt: skip
def test_days_of_any_year(lang: str, line: str) -> None:
    """As they stand in a list of dates."""
    day, frame = date(2026, 4, 1), FRAMES[lang]

    assert f"{frame.say_month(day)}, {frame.say_day_of_year(day)}" == line


@EVERY_FRAME
def test_discreet_words_name_no_illness_and_fit_beside_a_subject(frame: Frame) -> None:
    """They are for shoulders that others look over."""
    assert [getattr(frame, name) for name in QUIET if illness_in(getattr(frame, name))] == []
    assert SHORTEST_PREHEADER <= len(frame.quiet_line) <= LONGEST_PREHEADER
    assert len({frame.quiet_story, frame.quiet_article, frame.quiet_elsewhere, frame.quiet_visit}) == 4


@EVERY_FRAME
def test_everybody_is_greeted(frame: Frame) -> None:
    """With the name that they gave, or without."""
    assert "Ada" in frame.greet("Ada")
    assert frame.greet("") == frame.greeting_nobody
    assert "  " not in frame.greet("")
    assert not re.search(r"\s[,،:]", frame.greet(""))


@pytest.mark.parametrize(("wanted", "lang"), [
    (("fr", "en-GB"), "fr"), (("", "ar-EG"), "ar"), (("pl", "de-AT"), "de"), (("pl", "sv"), "en"), (("", ""), "en"),
])  # fmt: skip
def test_the_first_language_that_there_is_a_frame_in(wanted: tuple[str, ...], lang: str) -> None:
    """The reader's, then the newsletter's, then English."""
    assert frame_in(*wanted).lang == lang


def test_a_phrase_says_which_of_its_words_are_in_another_language() -> None:
    """In HTML; as plain words it is plain. What people typed stays words."""
    phrase = Phrase.of("Lire « {title} »", "fr", "en-GB", title=("<b>كرسي</b>", "ar"))

    assert phrase == "Lire « <b>كرسي</b> »"
    assert phrase.__html__() == (
        '<span lang="fr" dir="ltr">Lire « <span lang="ar" dir="rtl">&lt;b&gt;كرسي&lt;/b&gt;</span> »</span>'
    )
    assert Phrase.of("Read “{title}”", "en", "en-GB", title=("The bench", "en-US")).__html__() == "Read “The bench”"


@EVERY_FRAME
def test_a_newsletter_has_its_own_frame(services: Services, issue: Issue, database: Database, frame: Frame) -> None:
    """Nothing to choose: an Arabic newsletter is Arabic, and runs from right to left."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.lang = frame.lang
    mail = copy(services, issue, Wants())

    assert (mail.frame, mail.about) == (frame, "")
    assert frame.unsubscribe in mail.text
    assert frame.unsubscribe in mail.html
    assert f'<html lang="{frame.lang}" dir="{frame.dir}"' in mail.html
    assert faults(mail.html, mail.text) == []


def test_a_reader_of_another_language_gets_its_frame(services: Services, issue: Issue) -> None:
    """The editors' words stay what they are, and the page says which is which."""
    mail = copy(services, issue, Wants(Reading(lang="ar")))

    assert mail.about == "words around it in العربية"
    assert (mail.lang, mail.subject) == ("en-GB", "Monthly news, 7 July 2026")
    assert spoken(mail.html, FRAMES["ar"].web_copy) == ("ar", "rtl")
    assert spoken(mail.html, "About remission.") == ("en-GB", "ltr")
    assert faults(mail.html, mail.text) == []


def test_link_words_are_the_frames_and_titles_their_own(services: Services, issue: Issue, database: Database) -> None:
    """A Polish title in English words in an English letter."""
    with database.unit() as uow:
        uow.session.get_one(Story, issue.items[1].story_id).lang = "pl"
    page = copy(services, issue, Wants()).html

    assert 'Read the story “<span lang="pl" dir="ltr">The bench</span>”' in page


def test_a_language_without_a_frame_gets_english_that_says_so(
    services: Services, issue: Issue, database: Database
) -> None:
    """Rather than Polish words that are none."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.lang = "pl"
    mail = copy(services, issue, Wants())

    assert '<html lang="pl"' in mail.html
    assert spoken(mail.html, ENGLISH.unsubscribe) == ("en", "ltr")
    assert mail.about == ""


def test_stories_that_somebody_missed_are_introduced_in_their_language(services: Services, issue: Issue) -> None:
    """Those words are ours too."""
    with services.database.unit() as uow:
        missed = a_story(uow.session, "the-tea", NOW - timedelta(days=40)).id
    for quarterly in (False, True):
        mail = copy(services, issue, Wants(Reading(lang="fr"), missed=Missed((missed,), 1, quarterly)), missed)
        heading = FRAMES["fr"].quarter_heading if quarterly else FRAMES["fr"].away_heading

        assert heading in mail.text
        assert spoken(mail.html, heading) == ("fr", "ltr")
        assert faults(mail.html, mail.text) == []


def test_discreet_letters_are_discreet_in_their_language(services: Services, issue: Issue, database: Database) -> None:
    """Subject, the line beside it, and links."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.lang = "de"
    mail = copy(services, issue, Wants(Reading(discreet=True)))

    assert (mail.subject, mail.preheader) == ("Ihr Brief, 7. Juli 2026", FRAMES["de"].quiet_line)
    assert "Geschichte 1 lesen" in mail.text
    assert "The bench" not in "".join(link.text for link in read_page(mail.html).find("a"))
