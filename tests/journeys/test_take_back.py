"""A story is taken back in a house of real processes, one worker killed in the middle: every place is clean in time."""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from service.issues.model import Issue, IssueState, Item, ItemKind
from service.stories.model import Scope, Story, Storyteller
from service.stories.moderation import withdraw
from service.stories.queries import story_for_change
from service.stories.receipts import Receipt, receipt_of
from tests.cast import ADA
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers
from tests.journeys.house import House, wait_for
from tests.standins.smtp import SmtpStandin
from tests.stories.tales import a_published_story, a_revision

MARK = "zebrafinch"
READERS = 600
RATE = "20"
"""Messages a second: slow enough to take the story back half-way."""
MOST_SECONDS = 60.0
"""The promise for the last place. How long each took is printed: nineteen in twenty are meant to take ten at most."""
PAGES = ("/", "/stories", f"/search?q={MARK}er", "/feed.xml", "/feed.json", "/sitemap.xml", "/newsletter/old")
pytestmark = pytest.mark.journey


def a_story(place: House) -> int:
    """A story on the site, in an issue that was sent, one that is scheduled, and one that is about to leave."""
    now = datetime.now(UTC)
    with place.services.database.unit() as uow:
        words = a_revision(title=f"The {MARK}", body=f"A {MARK}er sang.")
        story = a_published_story(uow.session, MARK, words=words, scopes=[Scope.WEB, Scope.NEWSLETTER, Scope.ARCHIVE])
        story.storyteller = Storyteller(email=ADA, email_key=ADA, created_at=now)
    newsletter = a_newsletter(place.services)
    confirmed_readers(place.services, newsletter, READERS)
    old = a_scheduled_issue(place.services, newsletter, now + timedelta(days=9), period="2026-05-05")
    later = a_scheduled_issue(place.services, newsletter, now + timedelta(days=9), period="2026-07-07")
    soon = a_scheduled_issue(place.services, newsletter)
    with place.services.database.unit() as uow:
        for issue_id in (old, later, soon):
            issue = uow.session.get_one(Issue, issue_id)
            issue.items.append(
                Item(issue=issue, position=2, kind=ItemKind.STORY, slot="lead", why="next", story_id=story.id)
            )
            if issue_id == old:
                issue.state, issue.started_at, issue.slug = IssueState.SENT, now, "old"
    return story.id


def page(place: House, path: str) -> tuple[int, str]:
    """Status and text of a page, as a crawler gets it."""
    try:
        with urlopen(place.url + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def dirty(place: House) -> Iterator[str]:
    """The pages on which a word or the address of the story stands."""
    for path in PAGES:
        _, text = page(place, path)
        if re.search(rf"{MARK}(?!er)", text.lower()):
            yield path
    if page(place, f"/stories/{MARK}")[0] != 410:
        yield "its page"


def receipt(place: House, story_id: int) -> Receipt:
    """The rows of the receipt, now."""
    with place.services.database.read() as session:
        return receipt_of(session, story_id)


def cleaned(place: House, story_id: int) -> Mapping[str, float]:
    """Place -> seconds from the withdrawal until it was seen to be clean."""
    found = receipt(place, story_id)
    return {line.words: (line.clean_at - found.at).total_seconds() for line in found.lines if line.clean_at}


def test_every_place_is_clean_within_a_minute_with_a_worker_killed(house: Callable[..., House]) -> None:
    """Pages at once; the rest of the readers get the issue without it; the teller gets a receipt that says so."""
    with SmtpStandin() as server:
        place = house(MAIL_TRANSPORT="smtp", SMTP_URL=server.url, SEND_RATE=RATE, WORKER_THREADS="2")
        story_id = a_story(place)
        place.start("web", "worker", "worker2", "timer")
        wait_for(lambda: len(server.messages()) >= 4, seconds=60, what="the first mails")
        assert len(list(dirty(place))) == len(PAGES) + 1
        began = time.monotonic()
        with place.services.database.unit() as uow:
            story = story_for_change(uow.session, story_id)
            withdraw(uow, story, organisation="The Group", now=place.services.clock(), by="storyteller")
        place.kill("worker")
        wait_for(lambda: not list(dirty(place)), seconds=MOST_SECONDS, what="every page")
        pages = time.monotonic() - began
        wait_for(lambda: receipt(place, story_id).done, seconds=MOST_SECONDS, what="every place")

        times = cleaned(place, story_id)
        said = "; ".join(f"{words}: {seconds:.1f} s" for words, seconds in times.items())
        sys.stdout.write(f"\npages: {pages:.1f} s; {said}\n")
        assert max(times.values()) <= MOST_SECONDS
        posted = sum(one.readers for one in receipt(place, story_id).posted)
        wait_for(lambda: any(one.recipients == [ADA] for one in server.messages()), what="the receipt")
        mail = next(one for one in server.messages() if one.recipients == [ADA])
        assert "Each place, and when we saw that it was gone" in mail.part("plain")
        with place.services.database.read() as session:
            slots = session.query(Item).filter(Item.story_id == story_id, Item.issue_id == Issue.id)
            assert [item.issue.state for item in slots if item.issue.state is IssueState.SCHEDULED] == []
            assert session.get_one(Story, story_id).withdrawn_at is not None
        had = [one for one in server.messages() if MARK in one.part("plain").lower()]
        assert 0 < len(had) <= posted < READERS
