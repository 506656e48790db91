"""The public site: what readers find where, and what they must not find."""

from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Services
from service.library.model import GlossaryTerm, Helpline
from service.stories.model import Scope, Story, StoryState
from tests.conftest import Clock
from tests.library.shelf import a_group, a_section, an_article
from tests.stories.tales import a_published_story

PAGES = [
    "/",
    "/about",
    "/understanding-all",
    "/understanding-all/diagnosis",
    "/network",
    "/resources",
    "/search?q=blood",
]
STORY_PLACES = [
    "/",
    "/understanding-all",
    "/understanding-all/diagnosis",
    "/search?q=blanket",
    "/feed.xml",
    "/feed.json",
    "/sitemap.xml",
]


@pytest.fixture(autouse=True)
def shelf(services: Services) -> None:
    """A section of two articles and a draft, a glossary word, a helpline, a group."""
    with services.database.unit() as uow:
        section = a_section(uow.session)
        an_article(section, "diagnosis", "How ALL is diagnosed")
        an_article(section, "treatment", "Treatment")
        an_article(section, "draft", "Not ready", published=False)
        all_word = GlossaryTerm(term="ALL", meaning="acute lymphoblastic leukaemia", translate=False)
        uow.session.add_all(
            [all_word, Helpline(country="GB", name="Samaritans", phone="116 123"), a_group("Riverside")]
        )


@pytest.fixture
def story(services: Services) -> Story:
    """A story that may stand on the web."""
    with services.database.unit() as uow:
        return a_published_story(uow.session, scopes=[Scope.WEB])


def read(client: FlaskClient, path: str) -> str:
    """The page at `path`, which must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def withdraw(services: Services, story: Story) -> None:
    """Take the story back."""
    with services.database.unit() as uow:
        uow.session.get_one(Story, story.id).state = StoryState.WITHDRAWN


def test_every_page_has_its_frame(client: FlaskClient) -> None:
    """A language, a way past the navigation, the sections, and the helplines at the foot."""
    for path in [*PAGES, "/no/such-page"]:
        page = client.get(path).get_data(as_text=True)

        assert '<html lang="en-GB" dir="ltr">' in page, path
        assert 'href="#main"' in page, path
        assert 'href="/understanding-all"' in page, path
        assert page.count("Talk to someone now") == 1, path
        assert 'href="tel:116123"' in page, path


def test_every_page_has_one_sign_up_form(client: FlaskClient) -> None:
    """Not two, and none where something has gone wrong."""
    for path in PAGES:
        assert read(client, path).count('name="email"') == 1, path
    assert 'name="email"' not in client.get("/no/such-page").get_data(as_text=True)


def test_readers_are_not_watched(client: FlaskClient) -> None:
    """No cookie, no script, no inline style, nothing from anywhere else."""
    for path in PAGES:
        answer = client.get(path)
        page = answer.get_data(as_text=True)

        assert "Set-Cookie" not in answer.headers, path
        assert not any(sign in page for sign in ("<script", " style=", 'src="http')), path
        assert 'rel="stylesheet" href="/static/' in page, path


def test_the_current_page_is_marked(client: FlaskClient) -> None:
    """In the navigation, for eyes and ears; the first page is not in it."""
    for path in PAGES:
        assert ("aria-current" in read(client, path)) is (path != "/"), path


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    """The routes of the sections swallow nothing."""
    for path in ("/nothing", "/desk-of-mine", "/understanding-all/nothing", "/stories-of/mine", "/a%00b"):
        assert client.get(path).status_code == 404, path


def test_an_article_shows_how_far_to_trust_it(client: FlaskClient) -> None:
    """Who checked it and when, when next, what changed, what it is based on, and that it is no advice."""
    page = read(client, "/understanding-all/diagnosis")

    for words in (
        "Dr Ines Okafor (fictional)", "Consultant haematologist", "10 March 2026", "10 March 2028", "First edition.",
        "NHS. Blood tests.", "This is not medical advice.", "Doctors look at your blood.",
    ):  # fmt: skip
        assert words in page
    assert "due for a check" not in page


def test_references_lead_there_and_back(client: FlaskClient) -> None:
    """From the text to the list, and to the place in the text."""
    page = read(client, "/understanding-all/diagnosis")

    assert '<a href="#ref-1" id="cite-1-1">' in page
    assert '<li id="ref-1">' in page
    assert '<a href="#cite-1-1">' in page


def test_an_overdue_article_says_so(client: FlaskClient, clock: Clock) -> None:
    """The day after its next review."""
    clock.move(days=640)

    assert "This page is due for a check." in read(client, "/understanding-all/diagnosis")


def test_an_article_knows_its_neighbours(client: FlaskClient) -> None:
    """Siblings with the current one marked, a way on, and no drafts."""
    page = read(client, "/understanding-all/diagnosis")

    assert '<a href="/understanding-all/diagnosis" aria-current="page">' in page
    assert '<a rel="next" href="/understanding-all/treatment">' in page
    assert 'rel="prev"' not in page
    assert "Not ready" not in page


def test_words_that_machines_get_wrong_are_protected(client: FlaskClient) -> None:
    """ALL is not everything."""
    assert 'How <abbr translate="no">ALL</abbr> is diagnosed' in read(client, "/understanding-all/diagnosis")


def test_an_article_in_another_language_turns_the_page_round(client: FlaskClient, services: Services) -> None:
    """The frame stays English, and says so."""
    with services.database.unit() as uow:
        an_article(a_section(uow.session, "arabic", "Arabic"), "what", "ما هو؟").lang = "ar"

    page = read(client, "/arabic/what")
    assert '<html lang="ar" dir="rtl">' in page
    assert '<header class="site-header" lang="en-GB" dir="ltr">' in page


def test_a_withdrawn_story_is_gone_everywhere(client: FlaskClient, services: Services, story: Story) -> None:
    """Every surface asks the one visibility function."""
    assert [path for path in STORY_PLACES if "what-i-packed" not in read(client, path)] == []

    withdraw(services, story)

    assert [path for path in STORY_PLACES if "what-i-packed" in read(client, path)] == []


def test_a_story_without_a_yes_for_the_web_is_never_shown(client: FlaskClient, services: Services) -> None:
    """Consent for the newsletter is not consent for the web."""
    with services.database.unit() as uow:
        a_published_story(uow.session, scopes=[Scope.NEWSLETTER])

    assert not any("what-i-packed" in read(client, path) for path in ("/", "/search?q=blanket", "/feed.json"))


def test_the_network_is_narrowed_by_the_address(client: FlaskClient) -> None:
    """So a choice can be kept and passed on."""
    assert "Riverside" in read(client, "/network?country=GB&language=cy&service=helpline")
    assert "No group fits" in read(client, "/network?country=FR")


def test_stale_groups_are_hidden(client: FlaskClient, clock: Clock) -> None:
    """Nobody should ring a number that nobody has checked."""
    clock.move(days=120)

    assert "Riverside" not in read(client, "/network")


def test_search_finds_and_marks(client: FlaskClient) -> None:
    """The best page first."""
    page = read(client, "/search?q=Treatment")

    assert page.index('href="/understanding-all/treatment">Treatment') > 0
    assert "1 page found" in page


def test_search_takes_anything(client: FlaskClient) -> None:
    """Signs mean themselves, nothing is run, nothing breaks."""
    questions = ("%25", "_", "%27%22%3Cscript%3E", "%00%01", "x" * 3000, "  ")
    pages = "".join(read(client, f"/search?q={asked}") for asked in questions)

    assert "<script" not in pages
    assert '/understanding-all/diagnosis">' not in pages


def test_feeds_carry_lines_and_a_link(client: FlaskClient, story: Story) -> None:
    """Not the whole text: what a reader's program keeps cannot be taken back."""
    items = client.get("/feed.json").get_json(force=True)["items"]
    atom = ElementTree.fromstring(client.get("/feed.xml").data)

    assert {item["url"] for item in items} == {
        "http://localhost/stories/what-i-packed",
        "http://localhost/understanding-all/diagnosis",
        "http://localhost/understanding-all/treatment",
    }
    assert all("content_html" not in item for item in items)
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 3


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    """A feed reader asks every hour."""
    for path in ("/feed.xml", "/feed.json", "/sitemap.xml"):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304, path


def test_the_sitemap_lists_what_is_public(client: FlaskClient) -> None:
    """And no drafts."""
    addresses = read(client, "/sitemap.xml")

    assert "http://localhost/understanding-all/diagnosis" in addresses
    assert "/draft" not in addresses


def test_search_engines_keep_out_of_what_is_private(client: FlaskClient) -> None:
    """Pages whose address is a key, and the desk."""
    refused = [line.removeprefix("Disallow: ") for line in read(client, "/robots.txt").splitlines()]

    assert {"/desk", "/confirm/", "/preferences/", "/unsubscribe", "/portal/", "/outbox"} <= set(refused)
