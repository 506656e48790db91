"""Two newsletters for a year: nobody is told a story twice, gets what they did not choose, or is missed."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import insert, select

from service.bootstrap import Services
from service.db import UnitOfWork
from service.delivery.drain import Drain
from service.delivery.settle import finish_issues
from service.delivery.start import start
from service.delivery.status import issue_status
from service.issues.cadence import cadences_of
from service.issues.compose import compose
from service.issues.model import Issue, IssueState, Newsletter
from service.mail.bulk import BulkMailer
from service.stories.model import Scope
from service.subscribers.avoiding import groups_of
from service.subscribers.model import Cadence, Subscriber, Subscription, SubscriptionStatus
from service.subscribers.reading import Reading, choose_reading, readings
from tests.cast import NOW
from tests.conftest import Clock, Postbox
from tests.issues.paper import a_newsletter, a_story, an_article

pytestmark = [pytest.mark.parametrize("database_url", ["sqlite"], indirect=True), pytest.mark.timeout(900)]

READERS, ISSUES = 500, 24
NOTES: tuple[list[str], ...] = (["relapse"], ["death"], ["needles and procedures"], ["diagnosis"], ["anxiety"])
READINGS = [
    Reading(),
    Reading(),
    Reading(plain_text=True),
    Reading(large_text=True),
    Reading(discreet=True, avoid=frozenset({"death"})),
    Reading(avoid=frozenset({"death", "relapse"})),
    Reading(avoid=frozenset({"low-mood"}), plain_text=True),
]
SLOTS = [
    {"slot": "welcome", "source": "editor_note"},
    {"slot": "lead_story", "source": "stories"},
    {"slot": "learn", "source": "articles"},
]
TITLE = re.compile(r"Tale (\d+)")


@dataclass
class Years:
    """What happens, and what everybody has got so far."""

    services: Services
    clock: Clock
    postbox: Postbox
    drain: Drain
    dice: random.Random
    papers: list[int]
    stories: Mapping[int, frozenset[str]]
    """Number of a story -> the groups that its notes belong to."""
    had: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    numbers: "count[int]" = field(default_factory=count)

    def whims(self) -> None:
        """Some readers pause, come back, or choose otherwise."""
        with self.services.database.unit() as uow:
            for reader in uow.session.scalars(select(Subscriber).order_by(Subscriber.id)):
                match self.dice.randrange(20):
                    case 0:
                        reader.rest(self.clock() + timedelta(days=400), self.clock())
                    case 1 | 2:
                        reader.wake(self.clock())
                    case 3:
                        wish = self.dice.choice(READINGS)
                        choose_reading(uow, self.services.tokens, reader, wish, now=self.clock())
                    case 4:
                        self.dice.choice(reader.subscriptions).cadence = self.dice.choice([*Cadence, Cadence.EACH])

    def issue(self, number: int) -> Issue:
        """The next issue of one of the two newsletters goes out, and everybody who is to have it does."""
        with self.services.database.unit() as uow:
            issue = self._compose(uow, self.papers[number % 2])
        with self.services.database.unit() as uow:
            assert start(uow, issue.id, self.services.head, batch_size=500, slots=1, now=self.clock())
        wanted = self._audience(issue.id)
        self.whim_in_between()
        before = len(self.postbox.mailings)
        for _ in range(3):
            self.drain.run(issue.id)
            with self.services.database.unit() as uow:
                finish_issues(uow, self.services.head, now=self.clock(), batch_size=500)
        self._check(issue.id, before, wanted)
        return issue

    def whim_in_between(self) -> None:
        """Two readers choose otherwise between the cut and the hand-over."""
        with self.services.database.unit() as uow:
            for reader in self.dice.sample(uow.session.scalars(select(Subscriber)).all(), 2):
                wish = Reading(large_text=True, avoid=frozenset({self.dice.choice(["figures", "children", "death"])}))
                choose_reading(uow, self.services.tokens, reader, wish, now=self.clock())

    def _compose(self, uow: UnitOfWork, paper_id: int) -> Issue:
        paper, at = uow.session.get_one(Newsletter, paper_id), self.clock()
        issue = compose(uow, paper, f"{at:%Y-%m-%d}", at, at)
        issue.state, issue.send_at = IssueState.SCHEDULED, at
        issue.big_news = next(self.numbers) % 5 == 0
        return issue

    def _audience(self, issue_id: int) -> set[str]:
        """By the words of the promise, and not by those of the code."""
        with self.services.database.read() as session:
            issue = session.get_one(Issue, issue_id)
            rows = session.execute(
                select(Subscriber, Subscription).join(Subscription.subscriber)
                .where(Subscription.newsletter_id == issue.newsletter_id)
            )  # fmt: skip
            turn = cadences_of(session, issue)
            return {who.email for who, place in rows if not who.is_paused(self.clock()) and place.cadence in turn}

    def _check(self, issue_id: int, before: int, wanted: set[str]) -> None:
        with self.services.database.read() as session:
            rows = session.execute(select(Subscriber.email, Subscriber.reading)).all()
            wishes = readings(session, {reading for _, reading in rows})
            status = issue_status(session, issue_id)
        wish = {email: wishes[reading] for email, reading in rows}
        copies = [(person.to.email, mail) for mail in self.postbox.mailings[before:] for person in mail.recipients]
        got = Counter(email for email, _ in copies)
        assert set(got) == wanted
        assert set(got.values()) <= {1}
        assert (status.state, status.handed_over, status.not_sent) == (IssueState.SENT, len(wanted), 0)
        for email, mail in copies:
            mine, told = wish[email], {int(number) for number in TITLE.findall(mail.text)}
            self.had[email].update(told)
            assert mine.plain_text == (not mail.html)
            assert all(mine.avoid.isdisjoint(self.stories[number]) for number in told)
            assert told == {int(number) for number in TITLE.findall(mail.html)} or not mail.html


@pytest.fixture
def years(services: Services, clock: Clock, postbox: Postbox, drain_with: Callable[[BulkMailer], Drain]) -> Years:
    """Two newsletters that share 80 stories, and 500 readers of one or both."""
    dice = random.Random(7)
    with services.database.unit() as uow:
        recipe = {"slots": SLOTS}
        papers = [a_newsletter(uow.session, slug, recipe=recipe).id for slug in ("monthly", "family")]
        stories = {}
        for number in range(80):
            story = a_story(uow.session, f"tale-{number}", NOW - timedelta(days=90 - number), scopes=tuple(Scope))
            story.content_notes = dice.choice(NOTES)
            stories[number] = groups_of(story.content_notes)
        an_article(uow.session, "remission", next_review=date(2030, 1, 1))
        uow.session.flush()
        ids = range(1, READERS + 1)
        uow.session.execute(insert(Subscriber), [
            {"id": one, "email": f"r{one}@example.test", "email_key": f"r{one}@example.test", "created_at": NOW}
            for one in ids
        ])  # fmt: skip
        uow.session.execute(insert(Subscription), [
            {"newsletter_id": paper, "subscriber_id": one, "status": SubscriptionStatus.CONFIRMED, "sendable": True,
             "created_at": NOW, "confirmed_at": NOW}
            for one in ids for paper in papers if one % 3 or paper == papers[0]
        ])  # fmt: skip
    return Years(services, clock, postbox, drain_with(postbox), dice, papers, stories)


def test_five_hundred_readers_and_twenty_four_issues(years: Years) -> None:
    """Random rests, avoid lists and cadences: no story comes to anybody a second time."""
    for number in range(ISSUES):
        years.whims()
        years.issue(number)
        years.clock.move(days=15)

    repeats = {email: told for email, told in years.had.items() if max(told.values(), default=0) > 1}
    assert repeats == {}
    assert sum(sum(told.values()) for told in years.had.values()) > READERS * 5
