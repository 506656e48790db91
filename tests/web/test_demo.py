"""The demo content: all of it, once, and only into an empty house."""

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.bootstrap import Services
from service.cli.demo import Seeded, demo, seed_demo
from service.db import Base
from service.issues.compose import compose_next
from service.issues.model import Issue, ItemKind, Newsletter
from service.issues.recipe import read_recipe
from service.library.model import Article, NetworkEntry
from service.library.queries import in_date_articles, network
from service.library.references import check_references
from service.stories.model import Scope, Story, StoryState
from service.stories.visibility import visible_stories
from service.subscribers.model import Cadence, Subscriber, Subscription, SubscriptionConsent, SubscriptionStatus
from service.subscribers.reading import Reading, reading_of
from tests.cast import NOW
from tests.conftest import Chime, Clock, Postbox
from tests.library.shelf import a_section

YEARS = timedelta(days=4 * 365)


@pytest.fixture
def seeded(services: Services) -> Seeded:
    """The demo content, in the database."""
    return seed_demo(services)


def row_counts(services: Services) -> dict[str, int]:
    """How many rows each table has."""
    with services.database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def slugs(services: Services, surface: Scope) -> set[str]:
    """The stories that may stand on a surface."""
    with services.database.read() as session:
        return {story.slug for story, _ in session.execute(visible_stories(surface, services.clock()))}


def featured(issue: Issue) -> set[tuple[ItemKind, int]]:
    """The stories and articles in an issue."""
    rows = [(item.kind, item.story_id or item.article_id) for item in issue.items]
    return {(kind, row) for kind, row in rows if row is not None}


def test_everything_is_added(seeded: Seeded) -> None:
    """What the sample data holds."""
    assert seeded == Seeded(articles=8, glossary=3, helplines=4, network=12, stories=6, subscribers=8, issues=1)


def test_a_second_time_changes_nothing(services: Services, seeded: Seeded) -> None:
    """`make run` seeds at every start."""
    before = row_counts(services)

    assert seed_demo(services) == Seeded()
    assert row_counts(services) == before


def test_real_content_is_left_alone(services: Services) -> None:
    """Invented people must never turn up among real ones."""
    with services.database.unit() as uow:
        a_section(uow.session)

    assert seed_demo(services) == Seeded()


def test_seeding_mails_nobody(seeded: Seeded, chime: Chime, postbox: Postbox) -> None:
    """The readers are invented, their mailboxes are not ours to fill."""
    assert (chime.rung, postbox.mailings) == ([], [])


def test_the_articles_could_be_published(services: Services, seeded: Seeded) -> None:
    """Their references stand, and they are in date."""
    with services.database.read() as session:
        for article in session.scalars(select(Article)):
            check_references(article.body, [reference.number for reference in article.references])
        assert len(session.scalars(in_date_articles(NOW)).all()) == 8


@pytest.mark.parametrize("later", [timedelta(), YEARS])
def test_three_stories_are_public(services: Services, clock: Clock, later: timedelta) -> None:
    """Not the embargoed, the unapproved or the withdrawn one; also when the demo is started years later."""
    clock.at += later
    seed_demo(services)
    published = {"the-bench-outside-ward-six", "questions-i-asked-on-tuesdays", "learning-to-cook-for-two-again"}

    assert slugs(services, Scope.WEB) == slugs(services, Scope.NEWSLETTER) == published
    assert slugs(services, Scope.SOCIAL) == set()


def test_a_drawing_stands_beside_a_story(client: FlaskClient, seeded: Seeded) -> None:
    """With its description and a caption; nobody is on it."""
    page = client.get("/stories/the-bench-outside-ward-six").text

    assert 'alt="Drawing of an empty wooden bench under a lit window at night"' in page
    assert "<figcaption" in page
    assert client.get(re.findall(r'<img src="(/media/[^"]+)"', page)[0]).mimetype == "image/jpeg"


@pytest.mark.parametrize("later", [timedelta(), YEARS])
def test_the_network_is_not_empty(services: Services, clock: Clock, later: timedelta) -> None:
    """All but the one that needs a check."""
    clock.at += later
    seed_demo(services)

    with services.database.read() as session:
        assert len(network(session, clock.at.date())) == 11
        assert session.scalar(select(NetworkEntry.name).where(NetworkEntry.last_checked.is_(None))) is not None


def test_only_confirmed_readers_can_be_sent_to(services: Services, seeded: Seeded) -> None:
    """Not the paused, unconfirmed, unsubscribed or bounced one; and all have proof of consent."""
    with services.database.read() as session:
        sendable = select(Subscriber.name).join(Subscription).where(Subscription.sendable).order_by(Subscriber.name)
        confirmed = select(func.count()).where(Subscription.status == SubscriptionStatus.CONFIRMED)
        assert session.scalars(sendable).all() == ["Amira", "Ben", "Dmitri", "Hana"]
        assert session.scalar(confirmed) == 6
        assert session.scalar(select(func.count(SubscriptionConsent.subscription_id.distinct()))) == 8


def test_readers_have_chosen(services: Services, seeded: Seeded) -> None:
    """So that an issue has several kinds of letter from the first day on."""
    with services.database.read() as session:
        readers = session.scalars(select(Subscriber).where(Subscriber.reading != "").order_by(Subscriber.name)).all()
        found = {reader.name: reading_of(session, reader) for reader in readers}
        quarterly = session.scalars(select(Subscription).where(Subscription.cadence == Cadence.QUARTERLY)).one()

    assert found == {
        "Ben": Reading(discreet=True, avoid=frozenset({"death", "relapse"})),
        "Dmitri": Reading(avoid=frozenset({"death"})),
        "Hana": Reading(avoid=frozenset({"figures"})),
    }
    assert quarterly.subscriber_id == readers[0].id


def test_the_next_issue_can_be_composed(services: Services, seeded: Seeded) -> None:
    """From the recipe, with a story and an article that were in no issue yet."""
    with services.database.unit() as uow:
        newsletter = uow.session.scalars(select(Newsletter)).one()
        sent = uow.session.scalars(select(Issue)).one()
        issue = compose_next(uow, newsletter, NOW)
        had, new = featured(sent), featured(issue)

    read_recipe(newsletter.recipe)
    assert {kind for kind, _ in new} == {ItemKind.STORY, ItemKind.ARTICLE}
    assert not had & new


def test_the_withdrawn_story_is_a_kind_page(client: FlaskClient, seeded: Seeded) -> None:
    """410, and none of its words."""
    answer = client.get("/stories/what-i-packed")

    assert answer.status_code == 410
    assert "ugly socks" not in answer.get_data(as_text=True)


def test_the_unapproved_story_waits_for_its_teller(services: Services, seeded: Seeded) -> None:
    """Nothing but leave to read it has been given, so no editor can publish it."""
    with services.database.read() as session:
        story = session.scalars(select(Story).where(Story.state == StoryState.WITH_STORYTELLER)).one()
        assert [record.scope for record in story.consents] == [Scope.READ_AND_CONTACT]


def test_the_command_counts(services: Services) -> None:
    """One JSON document, or one sentence."""
    first = CliRunner().invoke(demo, ["--json"], obj=services)
    second = CliRunner().invoke(demo, [], obj=services)

    assert json.loads(first.output)["articles"] == 8
    assert second.output == "There is content already; nothing was added.\n"
