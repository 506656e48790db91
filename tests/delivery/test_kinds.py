"""One copy for each kind of reader: who is in which, who comes back, who has had a story, and what is promised them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.correcting import readers_with
from service.delivery.expected import STANDARD as FULL_LETTER
from service.delivery.expected import expected_readers, readers_of_copies
from service.delivery.model import Variant
from service.delivery.start import freeze_again
from service.delivery.status import issue_status
from service.editors.model import Editor
from service.issues.approvals import approve
from service.issues.corrections import mark_wrong
from service.issues.model import Issue, Newsletter
from service.issues.scheduling import schedule
from service.stories.model import Scope, Story
from service.subscribers.model import Cadence, Subscriber, Subscription
from service.subscribers.reading import Reading
from tests.cast import NOW
from tests.delivery.desk import NO_DEATH, Desk, reader
from tests.delivery.readers import PLAIN, choose
from tests.issues.paper import take_back


def test_readers_fall_into_kinds_and_not_into_choices(house: Desk, readers: list[int], services: Services) -> None:
    """Who avoids what is not in it shares the standard copy; the desk shows each kind with its readers."""
    issue = house.issue(house.story("the-bench", "relapse"), "june")
    choose(services, readers[0], PLAIN)
    choose(services, readers[1], NO_DEATH)
    choose(services, readers[2], Reading(avoid=frozenset({"relapse"})))
    with services.database.read() as session:
        expected = expected_readers(session, session.get_one(Issue, issue), services.head, NOW)
        before = readers_of_copies(session, issue)

    assert dict(expected) == {FULL_LETTER: 5, "plain text": 1, "1 left out": 1}
    assert before == []
    house.send(issue)
    with services.database.read() as session:
        assert readers_of_copies(session, issue) == [(FULL_LETTER, 5), ("1 left out", 1), ("plain text", 1)]
        assert issue_status(session, issue).variants == 3


def test_what_somebody_avoids_does_not_reach_them(house: Desk, readers: list[int], services: Services) -> None:
    """The next story does; nothing says why."""
    issue = house.issue(house.story("the-funeral", "death of a partner"), "june")
    house.story("the-tea")
    choose(services, readers[3], NO_DEATH)
    got = house.send(issue)

    assert "The funeral" in got[reader(0)]
    assert "The tea" in got[reader(3)]
    assert "funeral" not in got[reader(3)].lower()
    assert "death" not in got[reader(3)].lower()


@pytest.mark.parametrize("reading", [NO_DEATH, PLAIN, Reading(discreet=True), Reading(large_text=True)])
def test_a_choice_made_between_cut_and_hand_over_is_kept(
    house: Desk, readers: list[int], services: Services, reading: Reading
) -> None:
    """Even one that nobody had made before: a copy is made for it, and everybody gets just one."""
    issue = house.issue(house.story("the-funeral", "death"), "june")
    house.start(issue)
    choose(services, readers[4], reading)
    house.finish(issue)
    mails = [(who.to.email, mail) for mail in house.postbox.mailings for who in mail.recipients]

    assert sorted(email for email, _ in mails) == [reader(n) for n in range(7)]
    mine = next(mail for email, mail in mails if email == reader(4))
    assert ("funeral" in mine.text.lower()) == (reading is not NO_DEATH)
    assert bool(mine.html) == (reading is not PLAIN)
    assert (mine.sender.name == "Letters") == reading.discreet


def test_nobody_gets_a_story_twice_by_two_newsletters(house: Desk, readers: list[int], services: Services) -> None:
    """Who had it by the other one gets the next in line, and the others get it."""
    bench = house.story("the-bench")
    with services.database.unit() as uow:
        family = Newsletter(
            slug="family", name="Family", rrule="FREQ=MONTHLY", wall_time="09:00", zone="UTC", created_at=NOW
        )
        uow.session.add(family)
        uow.session.flush()
        for one in readers[:2]:
            place = Subscription(
                newsletter_id=family.id, subscriber=uow.session.get_one(Subscriber, one), sendable=True, created_at=NOW
            )
            uow.session.add(place)
    assert len(house.send(house.issue(bench, "family-june", family))) == 2
    house.story("the-tea")
    got = house.send(house.issue(bench, "june"))

    assert len(got) == 7
    assert ["The tea" in got[reader(n)] for n in range(7)] == [True, True, False, False, False, False, False]
    assert ["The bench" in got[reader(n)] for n in range(7)] == [False, False, True, True, True, True, True]


def test_who_rested_is_offered_what_they_missed_once(house: Desk, readers: list[int], services: Services) -> None:
    """Nothing piles up: one copy, with at most three stories they have not had; the next one is as ever."""
    house.send(house.issue(house.story("tale-0"), "i0"))
    with services.database.unit() as uow:
        uow.session.get_one(Subscriber, readers[0]).rest(house.clock() + timedelta(days=99), house.clock())
    for n in (1, 2, 3, 4):
        assert reader(0) not in house.send(house.issue(house.story(f"tale-{n}"), f"i{n}"))
    with services.database.unit() as uow:
        uow.session.get_one(Subscriber, readers[0]).wake(house.clock())
        take_back(uow.session.get_one(Story, story_of(services, "tale-3")), Scope.NEWSLETTER)
    back = house.send(house.issue(house.story("tale-5"), "i5"))
    again = house.send(house.issue(house.story("tale-6"), "i6"))

    assert [n for n in range(7) if f"Tale {n}" in back[reader(0)]] == [2, 4, 5]
    assert "While you were away" in back[reader(0)]
    assert "While you were away" not in back[reader(1)] + again[reader(0)]


def story_of(services: Services, slug: str) -> int:
    """The id of a story."""
    with services.database.read() as session:
        return session.scalars(select(Story.id).where(Story.slug == slug)).one()


def test_quarterly_and_big_news_readers_get_theirs(house: Desk, readers: list[int], services: Services) -> None:
    """One catch-up a quarter; and nothing but big news."""
    with services.database.unit() as uow:
        for one, cadence in ((readers[0], Cadence.QUARTERLY), (readers[1], Cadence.BIG_NEWS)):
            uow.session.scalars(select(Subscription).where(Subscription.subscriber_id == one)).one().cadence = cadence
    first = house.send(house.issue(house.story("tale-0"), "i0"))
    second = house.send(house.issue(house.story("tale-1"), "i1", big_news=True))
    house.clock.move(days=30)
    third = house.send(house.issue(house.story("tale-2"), "i2"))

    assert [reader(0) in got for got in (first, second, third)] == [True, False, True]
    assert [reader(1) in got for got in (first, second, third)] == [False, True, False]
    assert [n for n in range(3) if f"Tale {n}" in third[reader(0)]] == [1, 2]
    assert "Since your last letter" in third[reader(0)]


def test_a_story_taken_back_leaves_every_copy(house: Desk, readers: list[int], services: Services) -> None:
    """Also where it only stood in; and each copy keeps its readers and their choices."""
    issue = house.issue(house.story("the-funeral", "death"), "june")
    tea = house.story("the-tea")
    choose(services, readers[0], NO_DEATH)
    choose(services, readers[1], replace(NO_DEATH, plain_text=True))
    house.start(issue)
    with services.database.unit() as uow:
        take_back(uow.session.get_one(Story, tea), Scope.NEWSLETTER)
        freeze_again(uow, issue, services.head, now=house.clock())
    with services.database.read() as session:
        newest = session.scalars(select(Variant).where(Variant.issue_id == issue, Variant.edition == 2)).all()
    house.finish(issue)
    mails = {who.to.email: mail for mail in house.postbox.mailings for who in mail.recipients}

    assert len(newest) == 3
    assert not [mail for mail in mails.values() if "tea" in mail.text.lower()]
    assert ["funeral" in mails[reader(n)].text.lower() for n in range(3)] == [False, False, True]
    assert not mails[reader(1)].html


def test_two_readers_of_a_copy_differ_in_greeting_and_tokens_alone(house: Desk, services: Services) -> None:
    """Whatever they chose to come to it."""
    house.send(house.issue(house.story("the-bench"), "june"))
    mail = next(mail for mail in house.postbox.mailings if len(mail.recipients) > 1)

    assert {tag for who in mail.recipients for tag in who.slots} <= {
        "%%greeting%%", "%%greeting_html%%", "%%unsubscribe_url%%", "%%preferences_url%%", "%%unsubscribe_mail%%",
    }  # fmt: skip


def test_readers_are_greeted_in_the_language_they_asked_for(
    house: Desk, readers: list[int], services: Services
) -> None:
    """A copy of their own, compiled once; a language that there are no words in is the newsletter's."""
    for n, lang in enumerate(("fr", "fr-CA", "pl")):
        choose(services, readers[n], Reading(lang=lang))
    house.send(house.issue(house.story("the-bench"), "june"))
    greeted = {
        who.to.email: (who.slots["%%greeting%%"].split()[0], "Se désabonner" in mail.text)
        for mail in house.postbox.mailings
        for who in mail.recipients
    }

    assert greeted[reader(0)] == greeted[reader(1)] == ("Bonjour", True)
    assert greeted[reader(2)] == greeted[reader(3)] == ("Hello", False)
    with services.database.read() as session:
        assert sorted(session.scalars(select(Variant.frame))) == ["en", "fr"]


def test_whoever_had_a_wrong_story_in_place_of_another_hears_of_it(
    house: Desk, readers: list[int], services: Services, eve: Editor
) -> None:
    """A correction goes to every reader whose copy carried the story: as its item, or standing in for another."""
    june = house.issue(house.story("the-funeral", "death of a partner"), "june")
    tea = house.story("the-tea")
    choose(services, readers[3], NO_DEATH)
    assert "the-tea" in house.send(june)[reader(3)]
    house.story("the-walk")
    july = house.issue(tea, "july")
    assert "the-tea" not in house.send(july)[reader(3)]

    assert correct(house, july, eve) == sorted(reader(n) for n in range(7))


def test_a_wrong_story_is_not_corrected_where_nobody_had_it(
    house: Desk, readers: list[int], services: Services, eve: Editor
) -> None:
    """Somebody who never had it, and something else in its place, hears nothing; nor do other words of the editors."""
    choose(services, readers[2], Reading(avoid=frozenset({"relapse"})))
    house.story("the-walk")
    june = house.issue(house.story("the-bench", "relapse"), "june")
    house.send(june)

    assert correct(house, june, eve) == sorted(reader(n) for n in range(7) if n != 2)


def correct(house: Desk, issue: int, eve: Editor) -> list[str]:
    """A correction of the issue's story goes out; gives who got it."""
    now = house.clock()
    with house.services.database.unit() as uow:
        item = next(each for each in uow.session.get_one(Issue, issue).items if each.story_id)
        promised = readers_with(uow.session, item)
        made = mark_wrong(uow, issue, item.id, "The year.", "It was 2019.", eve, now=now)
        approve(uow, made.id, eve, now=now)
        schedule(uow, made.id, now, eve, head=house.services.head, now=now)
    got = sorted(house.send(made.id))
    assert promised == len(got)
    return got
