"""What the library answers."""

from datetime import date, timedelta

import pytest

from service.db import Database
from service.library.model import Helpline
from service.library.names import country_name, language_name
from service.library.queries import all_articles, article_at, articles_in, helplines, in_date_articles, is_overdue
from tests.cast import NOW
from tests.library.shelf import NEXT_REVIEW, a_section, an_article


def test_drafts_are_for_the_desk_only(database: Database) -> None:
    """Readers find neither the draft nor its address."""
    with database.unit() as uow:
        section = a_section(uow.session)
        an_article(section, "one")
        an_article(section, "two", published=False)

    with database.read() as session:
        assert [article.slug for article in articles_in(session, section)] == ["one"]
        assert article_at(session, "understanding-all", "two") is None
        assert [article.slug for article in all_articles(session)] == ["one", "two"]


@pytest.mark.parametrize(("next_review", "in_date"), [(NOW.date(), True), (date(2026, 6, 9), False), (None, False)])
def test_an_article_is_in_date_until_its_next_review(
    database: Database, next_review: date | None, in_date: bool
) -> None:
    """The day itself counts; an article that has no such day was never promised to be right."""
    with database.unit() as uow:
        article = an_article(a_section(uow.session))
        article.next_review = next_review

    with database.read() as session:
        assert bool(session.scalars(in_date_articles(NOW)).all()) is in_date
        assert is_overdue(article, NOW.date()) is not in_date


def test_an_unpublished_article_is_never_in_date(database: Database) -> None:
    """Whatever its dates."""
    with database.unit() as uow:
        an_article(a_section(uow.session), published=False)

    with database.read() as session:
        assert NEXT_REVIEW - NOW.date() > timedelta()
        assert session.scalars(in_date_articles(NOW)).all() == []


def test_the_helpline_for_everywhere_comes_last(database: Database) -> None:
    """The one near you first."""
    with database.unit() as uow:
        uow.session.add_all([Helpline(country="*", name="Anywhere"), Helpline(country="GB", name="Samaritans")])

    with database.read() as session:
        assert [line.name for line in helplines(session)] == ["Samaritans", "Anywhere"]


def test_names_are_those_that_people_use() -> None:
    """Languages call themselves by their own names; what we do not know stays a code."""
    assert (country_name("PL"), country_name("GB"), country_name("ZZ")) == ("Poland", "United Kingdom", "ZZ")
    assert (language_name("cy"), language_name("xx")) == ("Cymraeg", "xx")
