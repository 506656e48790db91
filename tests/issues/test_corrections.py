"""Corrections: written from a sent issue, approved as an issue is, and gone with the story they are about."""

import pytest

from service.db import Database
from service.editors.model import Editor, Role
from service.issues.actions import begin_sending, finish
from service.issues.approvals import approve
from service.issues.compose import next_open_date
from service.issues.corrections import corrections_of, mark_wrong, published
from service.issues.editing import add_words, articles_to_add, remove_item, resources_to_add, stories_to_add
from service.issues.errors import EditedByYourself, NothingToCorrect, NotPossibleNow
from service.issues.model import Issue, IssueState, ItemKind, Newsletter
from service.issues.past import past_of
from service.issues.preflight.examine import examine
from service.issues.queries import archived_issues
from service.issues.scheduling import schedule
from service.issues.taking_back import issue_places
from service.mail.letterhead import Letterhead
from service.stories.model import Scope, Story
from service.stories.take_backs import Place
from tests.cast import NOW
from tests.issues.paper import take_back

WAS, RIGHT = "Take ten.", "Take two, with **food**."


@pytest.fixture
def sent(database: Database, issue: Issue, editor: Editor) -> int:
    """The issue of July, which readers have."""
    with database.unit() as uow:
        approve(uow, issue.id, editor, now=NOW)
        uow.session.get_one(Issue, issue.id).state = IssueState.SCHEDULED
        begin_sending(uow, issue.id, NOW)
        finish(uow, issue.id, NOW)
    return issue.id


def of_kind(issue: Issue, kind: ItemKind) -> int:
    """The id of its first item of a kind."""
    return next(item.id for item in issue.items if item.kind is kind)


@pytest.fixture
def correction(database: Database, sent: int, editor: Editor) -> int:
    """Eve's correction of the story in it."""
    with database.unit() as uow:
        story = of_kind(uow.session.get_one(Issue, sent), ItemKind.STORY)
        return mark_wrong(uow, sent, story, WAS, RIGHT, editor, now=NOW).id


def leaves(database: Database, correction: int) -> None:
    """The correction begins to go out."""
    with database.unit() as uow:
        uow.session.get_one(Issue, correction).state = IssueState.SCHEDULED
        begin_sending(uow, correction, NOW)


def test_it_says_what_was_wrong_and_what_is_right(
    database: Database, correction: int, sent: int, head: Letterhead
) -> None:
    """It waits in review, and shows nothing of the story it is about."""
    with database.read() as session:
        made = session.get_one(Issue, correction)
        assert (made.state, made.corrects_id) == (IssueState.IN_REVIEW, sent)
        assert made.subject == "Correction: Monthly news, 7 July 2026"
        assert WAS in made.items[0].words
        assert examine(session, made, head, NOW) == []


@pytest.mark.parametrize(("lang", "subject", "line", "words"), [
    ("fr", "Correction : Monthly news, 7 July 2026",
     "Une partie de notre lettre du 10 juin 2026 était fausse. Voici ce qui est juste.",
     "**Ce qui était faux\u00a0:** Take ten."),
    ("es", "Corrección: Monthly news, 7 July 2026",
     "Una parte de nuestra carta del 10 de junio de 2026 estaba equivocada. Esto es lo correcto.",
     "**Qué estaba mal:** Take ten."),
    ("de", "Berichtigung: Monthly news, 7 July 2026",
     "Ein Teil unseres Briefes vom 10. Juni 2026 war falsch. Hier steht, was richtig ist.",
     "**Was falsch war:** Take ten."),
    ("ar", "تصويب: Monthly news, 7 July 2026", "كان جزء من رسالتنا بتاريخ 10 يونيو 2026 خاطئًا. وهذا هو الصواب.",
     "**ما كان خاطئًا:** Take ten."),
])  # fmt: skip
def test_it_is_written_in_the_newsletters_language(
    database: Database, sent: int, editor: Editor, *, lang: str, subject: str, line: str, words: str
) -> None:
    """Its date too; and the correction of a correction says it once."""
    with database.unit() as uow:
        wrong = uow.session.get_one(Issue, sent)
        wrong.newsletter.lang = lang
        made = mark_wrong(uow, sent, of_kind(wrong, ItemKind.ARTICLE), WAS, RIGHT, editor, now=NOW)
        made.started_at, made.state = NOW, IssueState.SENT
        again = mark_wrong(uow, made.id, made.items[0].id, WAS, RIGHT, editor, now=NOW)

        assert (made.subject, made.preheader) == (subject, line)
        assert words in made.items[0].words
        assert again.subject == subject


def test_others_approve_it(database: Database, correction: int, editor: Editor) -> None:
    """As they do every issue: not whoever wrote it, while a colleague can."""
    with database.unit() as uow:
        rose = Editor(email="rose@example.test", name="Rose", role=Role.EDITOR, created_at=NOW)
        uow.session.add(rose)
    with pytest.raises(EditedByYourself), database.unit() as uow:
        approve(uow, correction, editor, now=NOW)

    with database.unit() as uow:
        assert approve(uow, correction, uow.session.merge(rose), now=NOW).state is IssueState.APPROVED


def test_the_issue_is_corrected_when_the_mail_leaves(database: Database, correction: int, sent: int) -> None:
    """Not before: a draft is no correction."""
    with database.read() as session:
        assert session.get_one(Issue, sent).state is IssueState.SENT

    leaves(database, correction)

    with database.read() as session:
        assert session.get_one(Issue, sent).state is IssueState.CORRECTED
        assert [each.id for each in corrections_of(session, sent)] == [correction]


def test_everybody_may_read_it_once_it_has_left(
    database: Database, correction: int, sent: int, head: Letterhead
) -> None:
    """A story that is in no archive is not spoken of there either."""
    with database.read() as session:
        assert published(session, head.links, NOW) == []
    leaves(database, correction)

    with database.read() as session:
        [shown] = published(session, head.links, NOW, of=session.get_one(Issue, sent))
        assert (shown.at, shown.block) == (NOW, None)


def test_words_about_an_article_stand_in_the_archive(
    database: Database, sent: int, editor: Editor, head: Letterhead
) -> None:
    """With the item that was wrong."""
    with database.unit() as uow:
        article = of_kind(uow.session.get_one(Issue, sent), ItemKind.ARTICLE)
        made = mark_wrong(uow, sent, article, WAS, RIGHT, editor, now=NOW).id
    leaves(database, made)

    with database.read() as session:
        [shown] = published(session, head.links, NOW)
        assert shown.item_id == article
        assert shown.block is not None
        assert "Take two, with <strong>food</strong>." in shown.block.html


def test_only_what_readers_have_can_be_corrected(database: Database, issue: Issue, editor: Editor) -> None:
    """A draft is edited, and an issue that is going out is stopped first."""
    for state, started in ((IssueState.DRAFT, None), (IssueState.SENDING, NOW), (IssueState.CANCELLED, None)):
        with database.unit() as uow:
            found = uow.session.get_one(Issue, issue.id)
            found.state, found.started_at = state, started
        with pytest.raises(NotPossibleNow), database.unit() as uow:
            mark_wrong(uow, issue.id, issue.items[0].id, WAS, RIGHT, editor, now=NOW)


def test_a_story_that_was_taken_back_is_not_spoken_of_again(database: Database, sent: int, editor: Editor) -> None:
    """Not even to say that it was wrong."""
    with database.unit() as uow:
        item = next(each for each in uow.session.get_one(Issue, sent).items if each.story_id)
        take_back(uow.session.get_one(Story, item.story_id), Scope.NEWSLETTER)
    with pytest.raises(NothingToCorrect), database.unit() as uow:
        mark_wrong(uow, sent, item.id, WAS, RIGHT, editor, now=NOW)


def test_taking_a_story_back_gives_its_correction_up(
    database: Database, correction: int, editor: Editor, head: Letterhead
) -> None:
    """Even one that is on the schedule; no other story takes its place."""
    with database.unit() as uow:
        approve(uow, correction, editor, now=NOW)
        schedule(uow, correction, NOW, editor, head=head, now=NOW)
    coming = next(each for each in issue_places() if each.place is Place.COMING)
    with database.unit() as uow:
        story = uow.session.get_one(Story, uow.session.get_one(Issue, correction).items[0].story_id)
        assert coming.clean(uow, story, NOW).clean

    with database.read() as session:
        made = session.get_one(Issue, correction)
        assert (made.state, made.items) == (IssueState.CANCELLED, [])


def test_a_correction_is_no_edition(database: Database, correction: int, newsletter: Newsletter) -> None:
    """It takes no date, carries no story, and has a list of its own."""
    leaves(database, correction)
    with database.unit() as uow:
        finish(uow, correction, NOW)

    with database.read() as session:
        paper = session.get_one(Newsletter, newsletter.id)
        assert len(past_of(session, paper.id).editions) == 1
        assert next_open_date(session, paper, NOW).period == "2026-08-04"
        assert correction not in {each.id for each in archived_issues(session)}


def test_it_is_that_one_item(database: Database, correction: int, editor: Editor) -> None:
    """Words of our own may follow it; stories and articles may not, and without it nobody could tell for whom it is."""
    with database.unit() as uow:
        made = uow.session.get_one(Issue, correction)
        for candidates in (stories_to_add, articles_to_add, resources_to_add):
            assert candidates(uow.session, made, NOW) == []
        add_words(uow, correction, "Thank you", "A reader told us.", by=editor, now=NOW)
        item = made.items[0].id
    with pytest.raises(NotPossibleNow), database.unit() as uow:
        remove_item(uow, correction, item, by=editor, now=NOW)
