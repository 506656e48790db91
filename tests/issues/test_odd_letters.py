"""Letters that nobody plans and somebody sends: very long, empty, with emoji, with two scripts in a line."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, object_session

from service.bootstrap import Services
from service.db import Database
from service.issues.frames.table import FRAMES
from service.issues.model import Issue, Item, ItemKind
from service.issues.preflight.examine import examine
from service.issues.render import RenderedVariant, render_issue
from service.library.model import Article
from service.mail.accessibility import faults, sent_size
from service.mail.elements import read_page
from service.mail.mime import fill
from service.stories.model import Story
from tests.cast import NOW

Letter = Callable[[Callable[[Issue], object]], RenderedVariant]
FAMILY = "👩‍👩‍👧 🎉 Grüße — "


def session_of(issue: Issue) -> Session:
    """The session of the test."""
    session = object_session(issue)
    assert session
    return session


@pytest.fixture
def letter(services: Services, issue: Issue, database: Database) -> Letter:
    """Change the issue, and render it."""

    def rendered(change: Callable[[Issue], object]) -> RenderedVariant:
        with database.unit() as uow:
            saved = uow.session.get_one(Issue, issue.id)
            change(saved)
            uow.session.flush()
            uow.session.refresh(saved, ["items"])
            return render_issue(uow.session, saved, services.head, NOW)

    return rendered


@pytest.mark.parametrize("subject", ["A" * 150, (FAMILY * 12)[:150], "نور: أسئلة يوم الثلاثاء 🎈 and a word"])
def test_long_and_mixed_subjects_stand_whole_in_both_parts(letter: Letter, subject: str) -> None:
    """One heading, one title, and a rule under it that fits a phone."""
    mail = letter(lambda issue: setattr(issue, "subject", subject))

    assert mail.subject == subject.strip()
    assert subject.strip() in mail.text
    assert "=" * 25 not in mail.text
    assert [each.text for each in read_page(mail.html).find("h1")] == [subject.strip()]
    assert faults(mail.html, mail.text) == []


@pytest.mark.parametrize("name", ["نور", "נועה (Noa)", "Ada 🎈", "<b>Mal</b>"])
def test_any_name_can_be_greeted_in_any_letter(letter: Letter, name: str) -> None:
    """Whichever way the name and the letter run."""
    mail = letter(lambda issue: setattr(issue.newsletter, "lang", "ar"))
    text = fill(mail.text, {"%%greeting%%": FRAMES["ar"].greet(name)})

    assert f"مرحبًا {name}،" in text


def test_a_picture_without_words_does_not_reach_a_letter(letter: Letter) -> None:
    """Neither as HTML nor as Markdown: a letter has no pictures of editors' own."""
    mail = letter(lambda issue: setattr(issue.items[0], "words", '![](https://x.example/a) <img src="b"> Hello.'))

    assert "<img" not in mail.html
    assert faults(mail.html, mail.text) == []


@pytest.mark.parametrize(("kilobytes", "codes"), [(60, set()), (90, {"size"}), (101, {"size", "accessible"})])
def test_the_size_is_measured_as_it_is_sent(
    services: Services, database: Database, issue: Issue, kilobytes: int, codes: set[str]
) -> None:
    """From 80 kB on it is said, and from 100 kB on it may not leave."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        words = "Take your time. "
        for _ in range(4):
            saved.items[0].words = words
            size = sent_size(fill(render_issue(uow.session, saved, services.head, NOW).html, {}))
            words += "Take your time. " * max(0, (kilobytes * 1000 - size) // 17)
        saved.items[0].words = words
        found = {each.code for each in examine(uow.session, saved, services.head, NOW)}
        size = sent_size(render_issue(uow.session, saved, services.head, NOW).html)

    assert abs(size - kilobytes * 1000) < 600
    assert found & {"size", "accessible"} == codes


def test_an_article_with_a_title_and_nothing_else(letter: Letter) -> None:
    """The title and the way to it."""

    def bare(issue: Issue) -> None:
        item = next(each for each in issue.items if each.article_id)
        item.heading = item.words = ""
        article = session_of(issue).get_one(Article, item.article_id)
        article.summary, article.content_notes = "", []

    mail = letter(bare)

    assert "Remission" in mail.text or "remission" in mail.text
    assert "\n\n\n" not in mail.text
    assert faults(mail.html, mail.text) == []


def test_twelve_items_and_none(letter: Letter) -> None:
    """Both are whole letters: a greeting, the way out, an address."""

    def twelve(issue: Issue) -> None:
        for n in range(len(issue.items), 12):
            item = Item(issue=issue, position=n + 1, kind=ItemKind.ASK, slot="", why="x", words="Words. " * 60)
            item.heading = f"Part {n}"
            session_of(issue).add(item)

    full = letter(twelve)
    empty = letter(lambda issue: issue.items.clear())

    assert len(read_page(full.html).text) > 3000
    assert sent_size(full.html) < 60_000
    for mail in (full, empty):
        assert faults(mail.html, mail.text) == []
        assert mail.text.count("%%unsubscribe_url%%") == mail.html.count("%%unsubscribe_url%%") == 2
    assert empty.blocks == []


def test_a_storyteller_of_another_script(letter: Letter, issue: Issue, database: Database) -> None:
    """Name and title run their own way; the country and the words around them run theirs."""
    with database.unit() as uow:
        story = uow.session.get_one(Story, issue.items[1].story_id)
        story.display_name, story.lang, story.country, story.words.title = "نور", "ar", "EG", "كرسي"
    mail = letter(lambda _issue: None)

    assert "نور, Egypt" in mail.text
    assert 'Read the story “<span lang="ar" dir="rtl">كرسي</span>”' in mail.html
    assert faults(mail.html, mail.text) == []
