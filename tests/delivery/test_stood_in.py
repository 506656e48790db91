"""What stood in an issue for some readers is written down, and a correction of it goes to those alone who had it."""

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.content import freeze
from service.delivery.correcting import copies_with, readers_with
from service.delivery.model import Variant
from service.editors.model import Editor
from service.issues.approvals import approve
from service.issues.corrections import mark_stood_in_wrong, published
from service.issues.errors import NoSuchIssue, NothingToCorrect
from service.issues.model import Issue, ItemKind, StoodIn
from service.issues.scheduling import schedule
from service.issues.stood_in import stood_in
from service.issues.taking_back import issue_places
from service.library.model import Article
from service.stories.model import Scope, Story
from service.stories.take_backs import Place
from service.subscribers.model import Subscriber
from service.subscribers.reading import Reading
from tests.delivery.desk import NO_DEATH, Desk, reader
from tests.delivery.readers import PLAIN, choose
from tests.issues.paper import an_article, take_back
from tests.issues.preflight.test_examine import an_item

WRONG = ("The year.", "It was 2019.")


@pytest.fixture
def june(house: Desk, readers: list[int]) -> int:
    """An issue with a story and an article of death. Two readers avoid that, and get a story and an article instead."""
    choose(house.services, readers[3], NO_DEATH)
    choose(house.services, readers[5], Reading(avoid=NO_DEATH.avoid, plain_text=True))
    june = house.issue(house.story("the-funeral", "death of a partner"), "june")
    house.story("the-tea")
    with house.services.database.unit() as uow:
        grief = an_article(uow.session, "grief")
        grief.content_notes = ["death of a partner"]
        an_article(uow.session, "remission")
        an_item(uow.session.get_one(Issue, june), ItemKind.ARTICLE, article_id=grief.id)
    return june


def rows(services: Services, issue: int) -> dict[ItemKind, StoodIn]:
    """What is written down of an issue, by its kind."""
    with services.database.read() as session:
        return {row.kind: row for row in session.scalars(select(StoodIn).where(StoodIn.issue_id == issue))}


def correct(house: Desk, row: StoodIn, eve: Editor) -> list[str]:
    """A correction of it goes out; gives who got it."""
    now = house.clock()
    with house.services.database.unit() as uow:
        promised = readers_with(uow.session, uow.session.get_one(StoodIn, row.id))
        made = mark_stood_in_wrong(uow, row.issue_id, row.id, *WRONG, eve, now=now)
        approve(uow, made.id, eve, now=now)
        schedule(uow, made.id, now, eve, head=house.services.head, now=now)
    got = sorted(house.send(made.id))
    assert promised == len(got)
    return got


def test_what_stands_in_is_written_down_at_the_start(house: Desk, june: int, services: Services) -> None:
    """Once for the issue, with the copies that have it; nothing of it is about a reader."""
    house.start(june)

    with services.database.read() as session:
        found = stood_in(session, session.get_one(Issue, june), services.links, services.clock())
        titles = [block.title for _, block in found if block is not None]
        assert titles == ["The tea", "Remission"]
        assert copies_with(session, june, [row for row, _ in found]) == {row.id: 2 for row, _ in found}
        copies = session.scalars(select(Variant).where(Variant.issue_id == june)).all()
        assert sorted(len(copy.articles) for copy in copies) == [1, 1, 1]
    assert set(StoodIn.__table__.c.keys()) == {"id", "issue_id", "story_id", "article_id"}


def test_without_anybody_who_gets_something_else_nothing_is_written_down(
    house: Desk, services: Services, readers: list[int]
) -> None:
    """Other looks are no other content."""
    choose(services, readers[0], PLAIN)
    house.story("the-tea")
    june = house.issue(house.story("the-bench"), "june")
    house.start(june)

    assert rows(services, june) == {}


@pytest.mark.parametrize("kind", [ItemKind.STORY, ItemKind.ARTICLE])
def test_a_correction_goes_to_those_who_had_it_and_to_nobody_else(
    house: Desk, june: int, services: Services, eve: Editor, kind: ItemKind
) -> None:
    """Two of seven; one of them reads plain text."""
    mails = house.send(june)
    title = {ItemKind.STORY: "The tea", ItemKind.ARTICLE: "Remission"}[kind]
    had = sorted(address for address, text in mails.items() if title in text)

    assert had == [reader(3), reader(5)]
    assert correct(house, rows(services, june)[kind], eve) == had


def test_the_same_words_in_another_issue_are_corrected_too(
    house: Desk, june: int, services: Services, readers: list[int], eve: Editor
) -> None:
    """A story that stood in in June, and stood in July for somebody else."""
    house.send(june)
    choose(services, readers[1], Reading(avoid=frozenset({"relapse"})))
    july = house.issue(house.story("the-bench", "relapse"), "july")
    assert "The tea" in house.send(july)[reader(1)]

    assert correct(house, rows(services, june)[ItemKind.STORY], eve) == [reader(1), reader(3), reader(5)]


def test_whoever_has_left_since_hears_nothing(
    house: Desk, june: int, services: Services, readers: list[int], eve: Editor
) -> None:
    """As with every mail."""
    house.send(june)
    with services.database.unit() as uow:
        uow.session.delete(uow.session.get_one(Subscriber, readers[3]))

    assert correct(house, rows(services, june)[ItemKind.STORY], eve) == [reader(5)]


def test_a_choice_made_after_the_start_is_written_down_as_well(
    house: Desk, services: Services, readers: list[int], eve: Editor
) -> None:
    """A copy is made for them then, and what stands in it is known like the rest."""
    june = house.issue(house.story("the-funeral", "death of a partner"), "june")
    house.story("the-tea")
    house.start(june)
    assert rows(services, june) == {}
    choose(services, readers[2], NO_DEATH)
    house.finish(june)
    house.clock.move(days=1)

    assert correct(house, rows(services, june)[ItemKind.STORY], eve) == [reader(2)]


def test_a_story_that_somebody_had_missed_is_written_down(
    house: Desk, services: Services, readers: list[int], eve: Editor
) -> None:
    """It stands in no place of an item, but in their copy."""
    with services.database.unit() as uow:
        uow.session.get_one(Subscriber, readers[4]).rest(house.clock().replace(year=2030), house.clock())
    house.clock.move(hours=1)
    house.send(house.issue(house.story("the-walk"), "may"))
    with services.database.unit() as uow:
        uow.session.get_one(Subscriber, readers[4]).wake(house.clock())
    house.clock.move(days=1)
    june = house.issue(house.story("the-bench"), "june")

    assert "The walk" in house.send(june)[reader(4)]
    assert rows(services, june)[ItemKind.STORY].story_id == story_of(services, "the-walk")


def story_of(services: Services, slug: str) -> int:
    """The id of a story."""
    with services.database.read() as session:
        return session.scalars(select(Story.id).where(Story.slug == slug)).one()


def test_making_the_copies_anew_writes_nothing_twice(house: Desk, june: int, services: Services) -> None:
    """Nor does a correction, which only speaks of a story."""
    house.start(june)
    before = {row.id for row in rows(services, june).values()}
    with services.database.unit() as uow:
        issue = uow.session.get_one(Issue, june)
        for copy in uow.session.scalars(select(Variant)):
            copy.key = f"old-{copy.key}"
        uow.session.flush()
        freeze(uow.session, issue, services.head, now=services.clock())

    assert {row.id for row in rows(services, june).values()} == before


def test_a_story_that_was_taken_back_is_not_spoken_of(house: Desk, june: int, services: Services, eve: Editor) -> None:
    """Neither in a new correction, nor in one that waits."""
    house.send(june)
    row = rows(services, june)[ItemKind.STORY]
    with services.database.unit() as uow:
        waiting = mark_stood_in_wrong(uow, june, row.id, *WRONG, eve, now=services.clock()).id
        story = uow.session.get_one(Story, row.story_id)
        take_back(story, Scope.NEWSLETTER)
        coming = next(each for each in issue_places() if each.place is Place.COMING)
        assert coming.clean(uow, story, services.clock()).clean
        assert uow.session.get_one(Issue, waiting).state == "cancelled"

    with pytest.raises(NothingToCorrect), services.database.unit() as uow:
        mark_stood_in_wrong(uow, june, row.id, *WRONG, eve, now=services.clock())
    with services.database.read() as session:
        found = stood_in(session, session.get_one(Issue, june), services.links, services.clock())
        assert [block is None for _, block in found] == [True, False]


def test_an_article_that_left_the_site_can_still_be_corrected(
    house: Desk, june: int, services: Services, eve: Editor
) -> None:
    """What is wrong is often taken off first."""
    house.send(june)
    with services.database.unit() as uow:
        uow.session.scalars(select(Article).where(Article.slug == "remission")).one().published_at = None

    assert correct(house, rows(services, june)[ItemKind.ARTICLE], eve) == [reader(3), reader(5)]
    with services.database.read() as session:
        [shown] = published(session, services.links, services.clock())
        assert (shown.stood_in, shown.item_id, shown.block is not None) == (True, None, True)


def test_it_belongs_to_its_own_issue(house: Desk, june: int, services: Services, eve: Editor) -> None:
    """Under another one there is no such thing."""
    house.send(june)
    row = rows(services, june)[ItemKind.STORY]
    july = house.issue(house.story("the-bench"), "july")
    house.send(july)

    with pytest.raises(NoSuchIssue), services.database.unit() as uow:
        mark_stood_in_wrong(uow, july, row.id, *WRONG, eve, now=services.clock())
