"""Stories for readers: what is listed, what a story page shows, and what is kindly not there."""

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.stories.model import Naming, Scope, StoryState
from service.stories.queries import story_for_change
from tests.cast import NOW
from tests.stories.tales import a_published_story, a_revision

DAY = timedelta(days=1)


def test_the_list_shows_teasers_of_what_may_be_seen(client: FlaskClient, services: Services) -> None:
    """Stories with a yes for the web, and no others."""
    with services.database.unit() as uow:
        a_published_story(uow.session, "seen", words=a_revision(title="A seen story"))
        a_published_story(uow.session, "mail-only", words=a_revision(title="A mailed story"), scopes=[Scope.NEWSLETTER])

    page = client.get("/stories")
    assert page.status_code == 200
    assert "A seen story" in page.text
    assert "A blanket." in page.text
    assert "A mailed story" not in page.text


def test_what_a_story_mentions_stands_with_its_card_and_on_its_page(client: FlaskClient, services: Services) -> None:
    """Small neutral words, with the name, the role and the country."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session)
        story.content_notes, story.country = ["relapse", "anxiety"], "PL"

    for path in ("/stories", "/stories/what-i-packed"):
        page = client.get(path).text
        assert "Mentions relapse, anxiety" in page
        assert "Tomasz" in page
        assert "Poland" in page


def test_a_story_page_has_the_words_the_way_on_and_the_sign_up(client: FlaskClient, services: Services) -> None:
    """Words, neighbours, sign-up block, invitation."""
    with services.database.unit() as uow:
        for age, slug in enumerate(["new", "middle", "old"]):
            a_published_story(uow.session, slug).published_at = NOW - age * DAY

    page = client.get("/stories/middle").text
    assert "A blue blanket." in page
    assert 'rel="prev" href="/stories/new"' in page
    assert 'rel="next" href="/stories/old"' in page
    assert 'name="placement" value="story"' in page
    assert 'href="/stories/share"' in page


def test_no_cookie_is_set_for_readers(client: FlaskClient, services: Services) -> None:
    """Reading leaves no trace."""
    with services.database.unit() as uow:
        a_published_story(uow.session)

    for path in ("/stories", "/stories/what-i-packed", "/stories/share", "/interviews"):
        assert "Set-Cookie" not in client.get(path).headers


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "</script><script>alert(1)", "<img src=x onerror=alert(1)>"]
)
def test_html_in_a_story_is_shown_as_text(client: FlaskClient, services: Services, typed: str) -> None:
    """In every field, also inside the structured data."""
    with services.database.unit() as uow:
        words = a_revision(title=typed, body=typed)
        words.teaser = typed
        story = a_published_story(uow.session, words=words)
        story.display_name, story.content_notes = typed, [typed]

    for path in ("/stories", "/stories/what-i-packed"):
        page = client.get(path).text
        assert typed not in page
        assert "<img src=x" not in page
        assert page.count("<script") == (1 if path != "/stories" else 0)


def test_the_structured_data_names_its_teller_as_agreed(client: FlaskClient, services: Services) -> None:
    """An article with an author; nobody for a story told without a name."""
    with services.database.unit() as uow:
        a_published_story(uow.session, "named")
        a_published_story(uow.session, "nameless").naming = Naming.ANONYMOUS

    found = {}
    for slug in ("named", "nameless"):
        data = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(f"/stories/{slug}").text)
        assert data
        found[slug] = json.loads(data[1])
    assert found["named"]["author"] == {"@type": "Person", "name": "Tomasz"}
    assert found["named"]["datePublished"] == "2026-06-10"
    assert "author" not in found["nameless"]


def test_a_story_taken_back_is_kindly_gone(client: FlaskClient, services: Services) -> None:
    """410, no word of it, and other stories instead."""
    with services.database.unit() as uow:
        a_published_story(uow.session, words=a_revision(title="The one taken back")).state = StoryState.WITHDRAWN
        a_published_story(uow.session, "other", words=a_revision(title="Another one"))

    page = client.get("/stories/what-i-packed")
    assert page.status_code == 410
    assert "we are glad they could" in page.text
    assert "The one taken back" not in page.text
    assert "Another one" in page.text


@pytest.mark.parametrize("state", [StoryState.HIDDEN, StoryState.SUBMITTED, StoryState.DECLINED, StoryState.RETIRED])
def test_a_story_that_may_not_be_seen_is_not_found(client: FlaskClient, services: Services, state: StoryState) -> None:
    """The same page as for an address that never was."""
    with services.database.unit() as uow:
        a_published_story(uow.session).state = state

    hidden, never = client.get("/stories/what-i-packed"), client.get("/stories/never-was")
    assert (hidden.status_code, never.status_code) == (404, 404)
    assert hidden.text == never.text


def test_a_story_is_gone_from_the_list_the_moment_it_is_withdrawn(client: FlaskClient, services: Services) -> None:
    """Pages ask the database every time."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session)
    assert "What I packed" in client.get("/stories").text

    with services.database.unit() as uow:
        story_for_change(uow.session, story.id).state = StoryState.WITHDRAWN
    assert "What I packed" not in client.get("/stories").text


def test_interviews_are_stories_in_questions_and_answers(client: FlaskClient, services: Services) -> None:
    """The others are not on that page."""
    with services.database.unit() as uow:
        a_published_story(uow.session, "talk", words=a_revision(title="A talk")).format = "interview"
        a_published_story(uow.session, "text", words=a_revision(title="A text"))

    page = client.get("/interviews").text
    assert "A talk" in page
    assert "A text" not in page


def test_a_long_list_has_pages(client: FlaskClient, services: Services) -> None:
    """Twelve a page; a page that is not there is not found."""
    with services.database.unit() as uow:
        for number in range(13):
            a_published_story(uow.session, f"story-{number}").published_at = NOW - number * DAY

    first, second = client.get("/stories").text, client.get("/stories?page=2").text
    assert 'href="/stories?page=2"' in first
    assert "/stories/story-12" not in first
    assert "/stories/story-12" in second
    assert client.get("/stories?page=3").status_code == 404
    assert client.get("/stories?page=x").status_code == 200


def test_a_slug_in_any_script_has_a_page(client: FlaskClient, services: Services) -> None:
    """Arabic letters in the address, right to left in the page."""
    with services.database.unit() as uow:
        story = a_published_story(uow.session, "رحلتي", words=a_revision(title="رحلتي 💛", body="كانت بداية."))
        story.lang = "ar"

    page = client.get("/stories/رحلتي")
    assert page.status_code == 200
    assert "كانت بداية." in page.text
    assert 'lang="ar"' in page.text


def test_an_empty_house_says_so(client: FlaskClient) -> None:
    """No stories, no interviews, no error."""
    assert "Yours could be the first" in client.get("/stories").text
    assert client.get("/interviews").status_code == 200
