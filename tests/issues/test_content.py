"""What an issue shows to whom, looked at again each time."""

import pytest

from service.bootstrap import Services
from service.db import Database
from service.issues.content import archived, is_empty, mailed, preheader
from service.issues.model import Issue, ItemKind
from service.library.model import Article
from service.links import Links
from service.stories.model import Revision, Scope, Story
from tests.cast import NOW
from tests.issues.paper import an_entry, take_back
from tests.stories.tales import an_answer


@pytest.fixture
def links(services: Services) -> Links:
    """Addresses of the site."""
    return services.links


def story_of(session: object, issue: Issue) -> Story:
    """The lead story."""
    return session.get_one(Story, issue.items[1].story_id)  # type: ignore[attr-defined,no-any-return]


def test_a_story_stands_with_a_few_words_and_a_link(database: Database, issue: Issue, links: Links) -> None:
    """Its title, who tells it, and where to read the rest."""
    with database.unit() as uow:
        story_of(uow.session, issue).country = "PL"

    with database.read() as session:
        block = mailed(session, session.get_one(Issue, issue.id), links, NOW).items[1]

    assert (block.heading, block.title, block.byline) == ("A story", "The bench", "Tomasz, Poland")
    assert block.teaser == "A blue blanket."
    assert (block.url, block.link_words) == ("http://localhost/stories/the-bench?issue=1", "Read the story “The bench”")


def test_a_teaser_has_at_most_sixty_words(database: Database, issue: Issue, links: Links) -> None:
    """A mail cannot be called back, so it holds little."""
    with database.unit() as uow:
        story = story_of(uow.session, issue)
        words = Revision(
            number=2, title="Long", teaser="word " * 90, body="Body.", author="storyteller", created_at=NOW
        )
        story.revisions.append(words)
        story.consents.extend(an_answer(scope, words) for scope in (Scope.WEB, Scope.NEWSLETTER))
        uow.session.flush()
        story.shown_hash = words.hash

    with database.read() as session:
        teaser = mailed(session, session.get_one(Issue, issue.id), links, NOW).items[1].teaser

    assert teaser.split().count("word") == 60


def test_a_story_taken_back_is_left_out_of_the_mail_and_named(database: Database, issue: Issue, links: Links) -> None:
    """Whenever that was: also after the draft was made."""
    with database.unit() as uow:
        take_back(story_of(uow.session, issue), Scope.NEWSLETTER)

    with database.read() as session:
        content = mailed(session, session.get_one(Issue, issue.id), links, NOW)

    assert ItemKind.STORY not in {block.kind for block in content.items}
    assert [item.id for item in content.left_out] == [issue.items[1].id]


def test_the_archive_asks_for_its_own_consent(database: Database, issue: Issue, links: Links) -> None:
    """Yes to the mail is not yes to the archive."""
    with database.read() as session:
        assert len(archived(session, session.get_one(Issue, issue.id), links, NOW).left_out) == 1
    with database.unit() as uow:
        story = story_of(uow.session, issue)
        story.consents.append(an_answer(Scope.ARCHIVE, story.revisions[0]))

    with database.read() as session:
        assert archived(session, session.get_one(Issue, issue.id), links, NOW).left_out == []


def test_a_story_that_is_not_on_the_website_has_no_link(database: Database, issue: Issue, links: Links) -> None:
    """A link that leads nowhere would be a promise broken."""
    with database.unit() as uow:
        take_back(story_of(uow.session, issue), Scope.WEB)

    with database.read() as session:
        block = mailed(session, session.get_one(Issue, issue.id), links, NOW).items[1]

    assert (block.title, block.url) == ("The bench", "")


def test_an_article_taken_down_is_left_out(database: Database, issue: Issue, links: Links) -> None:
    """A link that leads nowhere would be a promise broken."""
    with database.unit() as uow:
        uow.session.get_one(Article, issue.items[2].article_id).published_at = None

    with database.read() as session:
        content = mailed(session, session.get_one(Issue, issue.id), links, NOW)

    assert [item.kind for item in content.left_out] == [ItemKind.ARTICLE]


def test_an_entry_of_the_network_says_what_it_offers(database: Database, issue: Issue, links: Links) -> None:
    """Where it is, what it does, and the way there."""
    with database.unit() as uow:
        item = uow.session.get_one(Issue, issue.id).items[-1]
        item.kind, item.network_entry_id = ItemKind.NETWORK, an_entry(uow.session, "Riverside").id

    with database.read() as session:
        block = mailed(session, session.get_one(Issue, issue.id), links, NOW).items[-1]

    assert (block.title, block.byline, block.teaser) == ("Riverside", "United Kingdom", "helpline")
    assert (block.url, block.link_words) == ("https://help.example", "Go to Riverside")


def test_words_of_people_cannot_open_a_slot(database: Database, issue: Issue, links: Links) -> None:
    """Typing a slot's name prints it and fills nothing in."""
    with database.unit() as uow:
        uow.session.get_one(Issue, issue.id).items[0].words = "Click %%unsubscribe_url%%"

    with database.read() as session:
        block = mailed(session, session.get_one(Issue, issue.id), links, NOW).items[0]

    assert "%%" not in block.text + block.html


def test_an_issue_is_empty_when_nothing_in_it_may_be_mailed(database: Database, issue: Issue) -> None:
    """Only the story was left, and it was taken back."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        assert not is_empty(uow.session, saved, NOW)
        saved.items[:] = [item for item in saved.items if item.kind is ItemKind.STORY]
        take_back(story_of(uow.session, issue), Scope.NEWSLETTER)
        uow.session.flush()

        assert is_empty(uow.session, saved, NOW)


def test_the_words_beside_the_subject_are_the_titles_inside(database: Database, issue: Issue, links: Links) -> None:
    """Until an editor writes better ones; few titles are followed by the headings of the other parts, and the title of
    a story that was taken back goes with it."""
    with database.unit() as uow:
        saved = uow.session.get_one(Issue, issue.id)
        line = preheader(saved, mailed(uow.session, saved, links, NOW))
        assert line == "In this issue: The bench. Remission. Dates ahead. What did you pack?"

        take_back(story_of(uow.session, issue), Scope.NEWSLETTER)
        uow.session.flush()
        line = preheader(saved, mailed(uow.session, saved, links, NOW))
        assert line == "In this issue: Remission. Dates ahead. What did you pack?"

        saved.preheader = "Small things that help."
        assert preheader(saved, mailed(uow.session, saved, links, NOW)) == "Small things that help."
