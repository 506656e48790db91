"""What editors do with articles."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from service.db import Database
from service.library.actions import ArticleWords, Source, add_article, publish_article, save_article
from service.library.errors import AddressTaken, BadSlug, NotAWebAddress, ReferenceNotCited, ReferenceNotListed
from service.library.model import Article
from tests.cast import NOW
from tests.library.shelf import a_section

WORDS = ArticleWords(
    title="Types",
    slug="types",
    body="B cells.[2] T cells.[1]",
    sources=(Source(label="First", url="https://example.org/1"), Source(label="Second")),
)


@pytest.fixture
def article(database: Database) -> Article:
    """A draft whose references stand in the wrong order."""
    with database.unit() as uow:
        return add_article(uow, a_section(uow.session), WORDS, now=NOW)


def change(database: Database, article: Article, words: ArticleWords, *, version: int | None = None) -> Article:
    """Save `words` over the article, as if it had been opened just now."""
    with database.unit() as uow:
        row = uow.session.get_one(Article, article.id)
        save_article(uow, row, words, version=version or row.version, now=NOW)
    return row


def publish(database: Database, article: Article) -> Article:
    """Publish it."""
    with database.unit() as uow:
        row = uow.session.get_one(Article, article.id)
        publish_article(uow, row, now=NOW)
        return row


def test_a_draft_keeps_what_was_typed(database: Database, article: Article) -> None:
    """Nothing is numbered anew, and nothing public."""
    assert article.published_at is None
    assert (article.body, [source.label for source in article.references]) == (WORDS.body, ["First", "Second"])


def test_publishing_numbers_in_order_of_first_use(database: Database, article: Article) -> None:
    """The list follows the text."""
    row = publish(database, article)

    assert row.published_at == NOW
    assert row.body == "B cells.[1] T cells.[2]"
    assert [(source.number, source.label, source.url) for source in row.references] == [
        (1, "Second", ""),
        (2, "First", "https://example.org/1"),
    ]


@pytest.mark.parametrize(
    ("body", "error"), [("B cells.[1]", ReferenceNotCited), ("B.[1] T.[2] Z.[3]", ReferenceNotListed)]
)
def test_loose_references_refuse_publication(
    database: Database, article: Article, body: str, error: type[Exception]
) -> None:
    """A source nobody cites, or a marker without a source."""
    change(database, article, replace(WORDS, body=body))

    with pytest.raises(error):
        publish(database, article)
    with database.read() as session:
        assert session.scalar(select(Article.published_at)) is None


def test_a_published_article_cannot_lose_its_references(database: Database, article: Article) -> None:
    """Its readers would see the fault at once; nothing of the change is kept."""
    publish(database, article)

    with pytest.raises(ReferenceNotCited):
        change(database, article, replace(WORDS, title="Changed", body="B cells.[1]"))
    with database.read() as session:
        assert session.scalar(select(Article.title)) == "Types"


def test_references_can_be_taken_away_and_added(database: Database, article: Article) -> None:
    """The rows of the same numbers never meet in the unique constraint."""
    change(database, article, replace(WORDS, sources=()))
    row = change(database, article, replace(WORDS, sources=(Source(label="A"), Source(label="B"), Source(label="C"))))

    assert [(source.number, source.label) for source in row.references] == [(1, "A"), (2, "B"), (3, "C")]


def test_the_second_of_two_editors_is_told(database: Database, article: Article) -> None:
    """Nothing is overwritten."""
    change(database, article, replace(WORDS, title="Mine"), version=1)

    with pytest.raises(StaleDataError):
        change(database, article, replace(WORDS, title="Yours"), version=1)


@pytest.mark.parametrize("slug", ["", "Types", "two words", "-x", "a--b", "über", "a/b", "x\n"])
def test_an_address_is_small_letters_digits_and_hyphens(database: Database, article: Article, slug: str) -> None:
    """It stands in links for years."""
    with pytest.raises(BadSlug):
        change(database, article, replace(WORDS, slug=slug))


def test_two_articles_of_a_section_cannot_share_an_address(database: Database, article: Article) -> None:
    """An article may keep its own."""
    change(database, article, WORDS)

    with pytest.raises(AddressTaken), database.unit() as uow:
        add_article(uow, uow.session.get_one(Article, article.id).section, WORDS, now=NOW)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "example.org"])
def test_a_reference_leads_to_the_web_or_nowhere(database: Database, article: Article, url: str) -> None:
    """Readers will press it."""
    with pytest.raises(NotAWebAddress):
        change(database, article, replace(WORDS, sources=(Source(label="A", url=url),)))
