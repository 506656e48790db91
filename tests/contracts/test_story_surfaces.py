"""Every address and every mail that can show a story's words is named here, and shows none that may not be seen.

A story with words found nowhere else stands in every place there is. All addresses are asked, all mails are written:
those in the tables show the words, and no other does; after anything that ends the right to show them, none does.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import NoResultFound
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.db import UnitOfWork
from service.delivery.mails import Told
from service.editors.model import Editor
from service.issues.model import Issue, IssueState, IssueTest, Item, ItemKind, Newsletter
from service.issues.render import render_issue
from service.media.formats import WIDTHS
from service.media.pictures import file_name
from service.stories.holds import open_hold
from service.stories.model import (
    HoldKind,
    Revision,
    Scope,
    Story,
    StoryPhoto,
    StoryState,
    Storyteller,
)
from service.stories.moderation import hide, withdraw
from service.stories.queries import story_for_change
from service.tokens import Purpose
from service.web.access import Door, access_of
from tests.cast import ADA, NOW
from tests.conftest import Clock
from tests.issues.paper import an_article
from tests.stories.tales import a_published_story, a_revision, an_answer

MARK, ASKED, SLUG = "zebrafinch", "lanternfish", "a-small-bird"
"""Words of the story: one that must not leak, one to search for, because a page repeats what it was asked, and the one
in its address, which is made of its title."""
KEY, WIDTH = "a" * 64, min(WIDTHS)
STORY = 2
"""Its row id."""
SCOPES = (Scope.WEB, Scope.NEWSLETTER, Scope.ARCHIVE)
DAY = timedelta(days=1)

ADDRESSES = {
    "home.show": "the newest stories on the first page",
    "articles.show_section": "the newest story beside a section",
    "articles.show": "the newest story beside an article",
    "stories.show_all": "the list",
    "stories.show_interviews": "the list of interviews",
    "stories.show": "the story, its card for other sites, and on other stories' pages the way to it",
    "search.show": "what search finds",
    "feeds.atom": "the Atom feed",
    "feeds.json_feed": "the JSON feed",
    "robots.sitemap": "its address, which is made of its title",
    "newsletter.issue": "the archive of an old issue",
}
"""endpoint -> where a visitor without a key can see a story's words. The picture is looked at by itself."""

MAILS = {"issue_test": "a test copy for the editors"}
"""Mails with a published story's words, besides the issue. `story_declined` gives its teller the text back."""


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Every address and mail is asked again for each way a story can end. What is asked is the same on both databases, so
the places of the tables, before and after a take-back, are enough there."""


@pytest.fixture
def story_id(services: Services) -> int:
    """The story with the mark in every place: on the site, in an issue that was sent, in one to come, with a photo."""
    with services.database.unit() as uow:
        an_article(uow.session, "remission")
        a_published_story(uow.session, "another").published_at = NOW - DAY
        words = Revision(
            number=1, title=f"The {MARK}", teaser=f"A {MARK} sang.", body=f"The {MARK} and the {ASKED}.",
            author="storyteller", created_at=NOW,
        )  # fmt: skip
        story = a_published_story(uow.session, SLUG, words=words, scopes=SCOPES)
        story.consents.extend(an_answer(scope, words, given_at=NOW - DAY, expires_at=NOW + DAY) for scope in SCOPES)
        story.format, story.display_name = "interview", MARK
        story.storyteller = Storyteller(email=ADA, email_key=ADA, name=MARK, created_at=NOW)
        story.photos.append(StoryPhoto(asset_key=KEY, alt=f"A {MARK}", width=1280, height=960, created_at=NOW))
        _issues(uow, story)
    services.storage.put(file_name(KEY, WIDTH), b"the picture")
    return story.id


def _issues(uow: UnitOfWork, story: Story) -> None:
    paper = Newsletter(
        slug="monthly", name="Monthly", rrule="FREQ=MONTHLY;BYDAY=1TU", wall_time="09:00", zone="UTC", created_at=NOW
    )
    for slug, state, started in (("june", IssueState.SENT, NOW), ("july", IssueState.SCHEDULED, None)):
        issue = Issue(
            newsletter=paper, period=slug, slug=slug, subject=slug, planned_for=NOW, state=state, started_at=started,
            send_at=NOW + DAY, created_at=NOW,
        )  # fmt: skip
        Item(issue=issue, position=1, kind=ItemKind.STORY, slot="lead", why="next", story_id=story.id)
        uow.session.add(issue)
    eve = Editor(email="eve@example.test", created_at=NOW)
    uow.session.add(eve)
    uow.session.flush()
    uow.session.add(IssueTest(issue_id=issue.id, editor_id=eve.id, asked_at=NOW))


def values(services: Services, rule: Rule) -> Iterator[Mapping[str, object]]:
    """Everything real that could stand in the places of a route: words of addresses, and every kind of sealed token."""
    words = [SLUG, "another", "june", "july", "understanding", "remission", KEY]
    tokens = [services.tokens.seal(purpose, STORY) for purpose in Purpose]
    strings = words if len(rule.arguments) > 1 else [*words, *tokens]
    numbers = [STORY, WIDTH]
    names = sorted(rule.arguments)
    kinds = [numbers if isinstance(rule._converters[name], IntegerConverter) else strings for name in names]
    yield from (dict(zip(names, found, strict=True)) for found in product(*kinds))


def answers(app: Flask, services: Services, among: Collection[str] = ()) -> Iterator[tuple[str, TestResponse]]:
    """The answer of every address outside the desk, which test_get_changes_nothing finds closed, by endpoint.

    With `among`, of those endpoints only.
    """
    mal = app.test_client()
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if among and rule.endpoint not in among:
            continue
        if "GET" not in (rule.methods or set()) or (access and access.door is Door.DESK):
            continue
        for found in values(services, rule):
            with app.test_request_context():
                built = rule.build(dict(found), append_unknown=False)
            if built is not None:
                yield rule.endpoint, mal.get(built[1] + f"?q={ASKED}")


def shows_it(answer: TestResponse) -> bool:
    """Whether words of the story stand in an answer; its address counts, unless it was what was asked for."""
    page = answer.data.decode(errors="replace").lower()
    return MARK in page or (SLUG in page and SLUG not in answer.request.path)


def shown_at(app: Flask, services: Services, among: Collection[str] = ()) -> set[str]:
    """The endpoints at which somebody who has not signed in can read the story, its teller's mailed links included."""
    return {endpoint for endpoint, answer in answers(app, services, among) if shows_it(answer)}


def mails_with_it(services: Services) -> set[str]:
    """The mails in which the mark stands, written for every row there is."""
    found = set()
    for name, write in services.composers.items():
        for subject in (1, 2, Told(1, 1).number, Told(2, 1).number):
            with suppress(NoResultFound), services.database.unit() as uow:
                mailing = write(uow, services.head, subject, services.clock())
                if mailing and MARK in f"{mailing.subject} {mailing.text} {mailing.html}".lower():
                    found.add(name)
    return found


def issue_with_it(services: Services) -> set[str]:
    """The issues in which the mark stands, as they would leave now."""
    with services.database.read() as session:
        return {
            issue.slug
            for issue in session.query(Issue)
            for one in [render_issue(session, issue, services.head, services.clock())]
            if MARK in f"{one.subject} {one.text} {one.html}".lower()
        }


def is_picture(client: FlaskClient) -> bool:
    """Whether the address of the photo gives the photo; it is never an error, because mail programs keep those."""
    answer = client.get(f"/media/{KEY}-{WIDTH}.jpg")
    assert answer.status_code == 200
    return bool(answer.data == b"the picture")


@only_sqlite
def test_the_tables_name_every_place(app: Flask, client: FlaskClient, services: Services, story_id: int) -> None:
    """A new page or mail with a story's words stands in the table, or this fails."""
    assert shown_at(app, services) == set(ADDRESSES)
    assert mails_with_it(services) == set(MAILS)
    assert issue_with_it(services) == {"june", "july"}
    assert is_picture(client)


@only_sqlite
def test_no_cache_keeps_a_story(app: Flask, services: Services, story_id: int) -> None:
    """Whoever keeps an answer with the words must ask again before showing it to anybody."""
    kept = {
        endpoint: answer.headers.get("Cache-Control", "")
        for endpoint, answer in answers(app, services)
        if shows_it(answer)
    }
    assert {cache for cache in kept.values() if "no-cache" not in cache and "no-store" not in cache} == set()


def _withdraw(uow: UnitOfWork, story: Story) -> None:
    withdraw(uow, story, organisation="The Group", now=NOW, by="storyteller")


def _hide(_uow: UnitOfWork, story: Story) -> None:
    hide(story, now=NOW, by="storyteller")


def _hold(uow: UnitOfWork, story: Story) -> None:
    open_hold(uow, HoldKind.SAFEGUARDING, story, opened_by="editor:1", now=NOW)


def _narrow(_uow: UnitOfWork, story: Story) -> None:
    story.consents.extend(an_answer(scope, story.words, granted=False) for scope in SCOPES)


def _other_words(_uow: UnitOfWork, story: Story) -> None:
    other = a_revision(2, body="Other words.")
    story.revisions.append(other)
    story.consents.extend(an_answer(scope, other) for scope in SCOPES)


def _of_age(_uow: UnitOfWork, story: Story) -> None:
    story.of_age_at = NOW


def _wait(_uow: UnitOfWork, story: Story) -> None:
    story.not_before = NOW + DAY


def _retire(_uow: UnitOfWork, story: Story) -> None:
    story.state = StoryState.RETIRED


ENDS: tuple[Callable[[UnitOfWork, Story], None], ...] = (
    _withdraw, _hide, _hold, _narrow, _other_words, _of_age, _wait, _retire,
)  # fmt: skip


@only_sqlite
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__.strip("_"))
def test_what_may_not_be_seen_is_seen_nowhere(
    app: Flask, client: FlaskClient, services: Services, story_id: int, end: Callable[[UnitOfWork, Story], None]
) -> None:
    """No page, feed, search, card, picture, archive or mail has a word of it, not even its address."""
    with services.database.unit() as uow:
        end(uow, story_for_change(uow.session, story_id))

    assert shown_at(app, services) == set()
    assert mails_with_it(services) == set()
    assert issue_with_it(services) == set()
    assert not is_picture(client)


@only_sqlite
def test_a_yes_that_has_ended_shows_nothing(
    app: Flask, client: FlaskClient, services: Services, story_id: int, clock: Clock
) -> None:
    """At the very instant, without anybody doing anything."""
    clock.move(days=1)

    assert shown_at(app, services) == set()
    assert mails_with_it(services) == set()
    assert issue_with_it(services) == set()
    assert not is_picture(client)


@only_sqlite
@pytest.mark.parametrize(
    ("scope", "endpoints", "issues"),
    [
        (Scope.WEB, {"newsletter.issue"}, {"june", "july"}),
        (Scope.ARCHIVE, set(ADDRESSES) - {"newsletter.issue"}, {"june", "july"}),
        (Scope.NEWSLETTER, set(ADDRESSES), set()),
    ],
)
def test_each_place_asks_for_its_own_yes(
    app: Flask, services: Services, story_id: int, scope: Scope, endpoints: set[str], issues: set[str]
) -> None:
    """A no for one place takes it from there, and from nowhere else."""
    with services.database.unit() as uow:
        story = story_for_change(uow.session, story_id)
        story.consents.append(an_answer(scope, story.words, granted=False))

    assert shown_at(app, services) == endpoints
    assert issue_with_it(services) == issues


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_is_so_on_postgresql_too(app: Flask, client: FlaskClient, services: Services, story_id: int) -> None:
    """In every place of the tables before it is taken back, and nowhere after."""
    assert shown_at(app, services, ADDRESSES) == set(ADDRESSES)
    assert (mails_with_it(services), issue_with_it(services)) == (set(MAILS), {"june", "july"})
    with services.database.unit() as uow:
        _withdraw(uow, story_for_change(uow.session, story_id))

    assert shown_at(app, services, ADDRESSES) == set()
    assert mails_with_it(services) | issue_with_it(services) == set()
    assert not is_picture(client)


def test_reading_apps_are_told_to_delete_it(client: FlaskClient, services: Services, story_id: int) -> None:
    """RFC 6721 in Atom, by the id the entry had, which has no word of the title in it; JSON Feed just lacks it."""
    before = client.get("/feed.xml").text
    with services.database.unit() as uow:
        _withdraw(uow, story_for_change(uow.session, story_id))

    after, tag = client.get("/feed.xml").text, f"tag:localhost,2026-06-10:stories/{story_id}"
    assert f"<id>{tag}</id>" in before
    assert f"<id>{tag}</id>" not in after
    assert f'<at:deleted-entry ref="{tag}" when="{NOW.isoformat()}"' in after
    assert tag not in client.get("/feed.json").text
    assert client.get(f"/stories/{SLUG}").status_code == 410
