"""The archive: what was sent, as pages that anybody may read."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.bootstrap import Services
from service.editors.model import Editor
from service.issues.compose import compose_next
from service.issues.corrections import mark_wrong
from service.issues.frames.table import FRAMES
from service.issues.model import Issue, IssueState, ItemKind
from service.library.model import Article
from service.stories.model import Scope, Story
from tests.cast import NOW
from tests.issues.paper import a_newsletter, a_story, an_article, take_back

PAGE = "/newsletter/monthly-2026-07-07"
EVERYWHERE = (Scope.WEB, Scope.NEWSLETTER, Scope.ARCHIVE)


@pytest.fixture(autouse=True)
def sent(services: Services) -> Issue:
    """An issue that was sent, with a story and an article."""
    with services.database.unit() as uow:
        paper = a_newsletter(uow.session)
        a_story(uow.session, "the-bench", scopes=EVERYWHERE)
        an_article(uow.session, "remission")
        issue = compose_next(uow, paper, NOW)
        issue.state, issue.started_at, issue.sent_at = IssueState.SENT, NOW, NOW
    return issue


def test_the_list_leads_to_the_issue(client: FlaskClient) -> None:
    """And says when the next one comes."""
    page = client.get("/newsletter").text

    assert f'href="{PAGE}"' in page
    assert "Monthly news, 7 July 2026" in page
    assert "The next one is planned for Tue 7 July 2026." in page


def test_an_issue_links_to_its_stories_and_articles(client: FlaskClient) -> None:
    """As a page of the site."""
    page = client.get(PAGE).text

    assert 'href="http://localhost/stories/the-bench"' in page
    assert 'href="http://localhost/understanding/remission"' in page
    assert "A blue blanket." in page


def test_the_archive_holds_nobodys_links(client: FlaskClient) -> None:
    """No greeting, no slot, no token, no cookie."""
    answer = client.get(PAGE)

    assert "%%" not in answer.text
    assert "/unsubscribe/" not in answer.text
    assert "/preferences/" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_story_taken_back_leaves_a_kind_line(client: FlaskClient, services: Services) -> None:
    """Its words and its title are gone at once; the rest of the issue stays."""
    with services.database.unit() as uow:
        take_back(uow.session.scalars(select(Story)).one(), Scope.ARCHIVE)

    page = client.get(PAGE).text

    assert "A story stood here in the mail." in page
    assert "blue blanket" not in page
    assert "The bench" not in page
    assert "Remission" in page


@pytest.mark.parametrize(
    ("state", "started", "status"),
    [(IssueState.DRAFT, False, 404), (IssueState.SCHEDULED, False, 404), (IssueState.SENDING, True, 200)],
)
def test_a_draft_is_nobodys_business(
    client: FlaskClient, services: Services, state: IssueState, started: bool, status: int
) -> None:
    """The page opens with the first mail that links to it."""
    with services.database.unit() as uow:
        issue = uow.session.scalars(select(Issue)).one()
        issue.state, issue.started_at = state, NOW if started else None

    assert client.get(PAGE).status_code == status
    assert PAGE not in client.get("/newsletter").text


def test_an_address_that_was_never_one(client: FlaskClient) -> None:
    """Is a page that says so."""
    assert client.get("/newsletter/weekly-2020-01-01").status_code == 404


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [([], "It found no fault."), (["a picture has no alt text"], "found 1 fault: a picture has no alt text.")],
)
def test_an_issue_carries_the_result_of_its_accessibility_check(
    client: FlaskClient, services: Services, faults: list[str], sentence: str
) -> None:
    """As it was kept when the issue left; one from before there was a check says nothing."""
    assert "A machine checked" not in client.get(PAGE).text
    with services.database.unit() as uow:
        uow.session.scalars(select(Issue)).one().accessibility = faults

    assert sentence in client.get(PAGE).text


def in_language(services: Services, lang: str) -> None:
    """The newsletter, its story and its article are in a language."""
    with services.database.unit() as uow:
        uow.session.scalars(select(Issue)).one().newsletter.lang = lang
        for each in (*uow.session.scalars(select(Story)), *uow.session.scalars(select(Article))):
            each.lang = lang


@pytest.mark.parametrize(("lang", "sent_on", "description"), [
    ("en-GB", "Sent on 10 June 2026", "Monthly news, the issue of 10 June 2026."),
    ("fr", "Envoyé le 10 juin 2026", "Monthly news, le numéro du 10 juin 2026."),
    ("es", "Enviado el 10 de junio de 2026", "Monthly news, el número del 10 de junio de 2026."),
    ("de", "Gesendet am 10. Juni 2026", "Monthly news, die Ausgabe vom 10. Juni 2026."),
    ("ar", "أُرسل في 10 يونيو 2026", "Monthly news، عدد 10 يونيو 2026."),
])  # fmt: skip
def test_an_issue_is_shown_in_its_own_language(
    client: FlaskClient, services: Services, lang: str, sent_on: str, description: str
) -> None:
    """Our words in it as well; the rest of the site stays English, and says so."""
    in_language(services, lang)
    page = client.get(PAGE).text
    main = page.partition("<main")[2].partition("</main>")[0]

    assert f'<html lang="{lang}" dir="{FRAMES[lang[:2]].dir}">' in page
    assert f'<p class="hint">{sent_on}</p>' in main
    assert f'content="{description}"' in page
    assert f">{FRAMES[lang[:2]].archive}</a>" in main
    assert FRAMES[lang[:2]].read_story.format(title="The bench") in main
    assert "lang=" not in main
    assert ('<footer class="site-footer" lang="en-GB" dir="ltr">' in page) == (lang != "en-GB")


def test_an_issue_in_a_language_that_we_do_not_write_in(client: FlaskClient, services: Services) -> None:
    """Our words in it are English and say so, so that nobody hears them read aloud as Polish."""
    in_language(services, "pl")
    page = client.get(PAGE).text

    assert '<html lang="pl" dir="ltr">' in page
    assert '<p class="hint" lang="en" dir="ltr">Sent on 10 June 2026</p>' in page


@pytest.mark.parametrize("lang", FRAMES)
def test_what_is_gone_and_what_was_wrong_is_said_in_the_issues_language(
    client: FlaskClient, services: Services, eve: Editor, lang: str
) -> None:
    """A story that was taken back, its correction that went with it, and the article beside it that was wrong."""
    say = FRAMES[lang]
    in_language(services, lang)
    with services.database.unit() as uow:
        issue = uow.session.scalars(select(Issue)).one()
        for kind in (ItemKind.STORY, ItemKind.ARTICLE):
            wrong = next(item for item in issue.items if item.kind is kind)
            made = mark_wrong(uow, issue.id, wrong.id, "Ten.", "Two.", uow.session.merge(eve), now=NOW)
            made.state, made.started_at = IssueState.SENT, NOW
        take_back(uow.session.scalars(select(Story)).one(), Scope.ARCHIVE)
    page = client.get(PAGE).text.replace("&nbsp;", "\u00a0")

    for words in (say.part_wrong, say.all_corrections, say.gone_story, say.gone_correction, say.correction_was):
        assert words in page
    assert say.correction_of.format(day=say.say_day(NOW.date())) in page
    assert say.part_wrong_words.format(day=say.say_day(NOW.date())) in page


@pytest.mark.parametrize("lang", FRAMES)
@pytest.mark.parametrize("faults", [[], ["<one>"], ["<one>", "two"]])
def test_the_result_of_the_check_is_said_in_the_issues_language(
    client: FlaskClient, services: Services, lang: str, faults: list[str]
) -> None:
    """The faults themselves are English, and say so."""
    say = FRAMES[lang]
    in_language(services, lang)
    with services.database.unit() as uow:
        uow.session.scalars(select(Issue)).one().accessibility = faults
    page = client.get(PAGE).text

    found = "; ".join(faults).replace("<", "&lt;").replace(">", "&gt;")
    inside = found if lang == "en" else f'<span lang="en-GB" dir="ltr">{found}</span>'
    pattern = (say.no_fault, say.one_fault, say.more_faults)[len(faults)]
    assert pattern.format(number=len(faults), faults=inside) in page


def test_lists_say_which_names_of_issues_are_in_another_language(client: FlaskClient, services: Services) -> None:
    """A screen reader changes its voice for them."""
    in_language(services, "ar")

    assert f'href="{PAGE}" lang="ar" dir="rtl">Monthly news' in client.get("/newsletter").text
