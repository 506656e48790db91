"""Articles at the desk: the form, references, publishing."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.library.model import Article
from tests.library.shelf import NEXT_REVIEW, a_section, an_article

PAGE = "/desk/articles/1"
Fields = dict[str, str | list[str]]


@pytest.fixture
def published(services: Services) -> None:
    """An article on the site."""
    with services.database.unit() as uow:
        an_article(a_section(uow.session))


@pytest.fixture
def draft(services: Services) -> None:
    """An article that readers cannot see."""
    with services.database.unit() as uow:
        an_article(a_section(uow.session), published=False)


def fields(client: FlaskClient, path: str = PAGE) -> Fields:
    """The form as a browser would send it back untouched."""
    page = client.get(path).text
    found: Fields = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1].startswith("ref_"):
            found.setdefault(name[1], []).append(value[1] if value else "")  # type: ignore[union-attr]
        elif name:
            found[name[1]] = value[1] if value else ""
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n([^<]*)</textarea>', page))
    return found


def save(client: FlaskClient, path: str = PAGE, /, **changed: str | list[str]) -> TestResponse:
    """Change some fields of the form and send it."""
    return client.post(path, data=MultiDict(fields(client, path) | changed))


def stored(services: Services) -> Article:
    """The article as it stands in the database."""
    with services.database.read() as session:
        found = session.get_one(Article, 1)
        found.references  # noqa: B018 - loads them before the session ends
        session.expunge_all()
    return found


def test_the_list_marks_what_is_due(desk: FlaskClient, services: Services) -> None:
    """By section and order, drafts among them."""
    with services.database.unit() as uow:
        section = a_section(uow.session)
        an_article(section).next_review = date(2026, 6, 9)
        an_article(section, "next", "What comes next", published=False)

    page = desk.get("/desk/articles").text

    assert page.count("Review due") == 1
    assert page.index("How ALL is diagnosed") < page.index("What comes next")
    assert "Draft" in page


def test_a_form_that_is_sent_back_untouched_changes_nothing(
    desk: FlaskClient, services: Services, published: None
) -> None:
    """Every field finds its way out and back."""
    before = stored(services)
    assert save(desk).status_code == 303
    after = stored(services)

    for name in set(Article.__table__.columns.keys()) - {"version", "updated_at"}:
        assert getattr(after, name) == getattr(before, name), name
    assert [(row.number, row.label, row.url) for row in after.references] == [
        (row.number, row.label, row.url) for row in before.references
    ]


def test_words_and_dates_are_saved(desk: FlaskClient, services: Services, published: None) -> None:
    """A published article shows them at once."""
    save(desk, title="Finding ALL", next_review="2029-01-31", content_notes="needles, blood ,", lay_reviewers="3")

    article = stored(services)
    assert (article.title, article.next_review) == ("Finding ALL", date(2029, 1, 31))
    assert (article.content_notes, article.lay_reviewers) == (["needles", "blood"], 3)


def test_a_reference_is_added(desk: FlaskClient, services: Services, draft: None) -> None:
    """In one of the empty rows."""
    rows = {"ref_label": ["NHS", "NCI"], "ref_url": ["", "https://www.cancer.gov/"]}
    dates = {"ref_published": ["", ""], "ref_accessed": ["", "2026-03-01"]}
    save(desk, body="One.[1] Two.[2]", **rows, **dates)

    second = stored(services).references[1]
    assert (second.label, second.url, second.accessed) == ("NCI", "https://www.cancer.gov/", date(2026, 3, 1))


def three(*labels: str) -> dict[str, str | list[str]]:
    """Three rows of references with these labels."""
    nothing = ["", "", ""]
    return {"ref_label": list(labels), "ref_url": nothing, "ref_published": nothing, "ref_accessed": nothing}


def test_a_reference_taken_out_of_the_middle_moves_the_others(
    desk: FlaskClient, services: Services, draft: None
) -> None:
    """The markers in the text move along, so that none points at the wrong source."""
    save(desk, body="A.[1] C.[3]", **three("First", "", "Third"))

    article = stored(services)
    assert article.body == "A.[1] C.[2]"
    assert [(row.number, row.label) for row in article.references] == [(1, "First"), (2, "Third")]


def test_a_reference_that_the_text_still_uses_cannot_be_taken_out(
    desk: FlaskClient, services: Services, draft: None
) -> None:
    """The form says which, keeps what was typed, and stores nothing."""
    answer = save(desk, body="A.[1] B.[2] C.[3]", **three("First", "", "Third"))

    assert answer.status_code == 422
    assert "references that are not in the list: [2]" in answer.text
    assert "A.[1] B.[2] C.[3]" in answer.text
    assert len(stored(services).references) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Write a title."),
        ({"slug": "Not A Slug"}, "Use small letters"),
        ({"next_review": "soon"}, "Write a date"),
        ({"ref_url": ["javascript:alert(1)", "", ""]}, "must begin with https://"),
        ({"ref_label": ["", "", ""]}, "Say what reference 1 is."),
        ({"body": "Nothing is cited."}, "nothing in the text points at it: [1]"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(
    desk: FlaskClient, services: Services, published: None, changed: Fields, sentence: str
) -> None:
    """422, one sentence, nothing stored."""
    answer = save(desk, **changed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error: " in answer.text
    assert stored(services).version == 1


def test_two_editors_at_once_do_not_overwrite_each_other(desk: FlaskClient, services: Services, draft: None) -> None:
    """The second is told."""
    form = fields(desk)
    desk.post(PAGE, data=MultiDict(form | {"title": "Mine"}))
    answer = desk.post(PAGE, data=MultiDict(form | {"title": "Yours"}))

    assert answer.status_code == 409
    assert stored(services).title == "Mine"


def test_a_draft_is_published(desk: FlaskClient, services: Services, draft: None) -> None:
    """Then readers see it."""
    address = "/understanding-all/diagnosis"
    assert desk.get(address).status_code == 404

    assert desk.post(f"{PAGE}/publish", data={"csrf_token": fields(desk)["csrf_token"]}).status_code == 303
    assert desk.get(address).status_code == 200


def test_a_draft_with_a_loose_reference_is_not_published(desk: FlaskClient, services: Services, draft: None) -> None:
    """What proves nothing and what proves too little keep it at the desk."""
    save(desk, body="Nothing is cited.")
    answer = desk.post(f"{PAGE}/publish", data={"csrf_token": fields(desk)["csrf_token"]})

    assert answer.status_code == 422
    assert "nothing in the text points at it: [1]" in answer.text
    assert stored(services).published_at is None


def test_a_new_article_begins_as_a_draft(desk: FlaskClient, services: Services) -> None:
    """In the section that was chosen."""
    with services.database.unit() as uow:
        a_section(uow.session)

    answer = save(desk, "/desk/articles/new", section="1", title="Blood tests", slug="blood-tests")

    assert answer.location == PAGE
    assert (stored(services).title, stored(services).published_at) == ("Blood tests", None)


def test_markup_in_an_article_is_harmless(desk: FlaskClient, services: Services, draft: None) -> None:
    """What looks like HTML stays text, in the form and in the preview."""
    save(desk, title="<b>x</b>", body="<script>alert(1)</script> [1]")
    page = desk.get(PAGE).text

    assert "<script>" not in page
    assert "<b>x</b>" not in page


def test_the_review_date_of_the_demo_is_kept(desk: FlaskClient, published: None) -> None:
    """A date field holds its value in the form that browsers want."""
    assert fields(desk)["next_review"] == NEXT_REVIEW.isoformat()
