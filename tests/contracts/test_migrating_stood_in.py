"""The tables of what stood in an issue come and go without touching the issues, their items and their copies."""

from alembic import command
from sqlalchemy import select

from service.cli.database import alembic_config
from service.db import Database, UnitOfWork
from service.delivery.model import Variant
from service.issues.model import Issue, Item, ItemKind, StoodIn
from tests.cast import NOW
from tests.conftest import Chime
from tests.contracts.test_migrations import empty_url  # noqa: F401 - a fixture
from tests.issues.paper import a_newsletter, an_article


def a_corrected_issue(uow: UnitOfWork) -> None:
    """An article stood in an issue for some readers, and was wrong."""
    article, paper = an_article(uow.session, "fatigue"), a_newsletter(uow.session)
    june, correction = (
        Issue(newsletter=paper, period=slug, slug=slug, subject=slug, planned_for=NOW, created_at=NOW)
        for slug in ("june", "june-correction-1")
    )
    uow.session.add_all([june, correction])
    uow.session.flush()
    row = StoodIn(issue_id=june.id, story_id=None, article_id=article.id)
    copy = Variant(
        issue_id=june.id, key="2", lang="en", subject="June", text="Words.", html="", created_at=NOW, articles=[1]
    )
    uow.session.add_all([row, copy])
    uow.session.flush()
    item = Item(issue=correction, position=1, kind=ItemKind.CORRECTION, slot="", why="", corrects_stood_in_id=row.id)
    uow.session.add(item)


def test_there_and_back(empty_url: str) -> None:  # noqa: F811 - the fixture
    """What stood in is forgotten on the way back; everything else is as it was."""
    command.upgrade(alembic_config(empty_url), "head")
    database = Database(empty_url, Chime(), pool_size=1)
    with database.unit() as uow:
        a_corrected_issue(uow)
    database.close()
    command.downgrade(alembic_config(empty_url), "0013")
    command.upgrade(alembic_config(empty_url), "head")
    database = Database(empty_url, Chime(), pool_size=1)

    with database.read() as session:
        assert session.scalars(select(StoodIn)).all() == []
        [copy] = session.scalars(select(Variant))
        assert (copy.text, copy.articles) == ("Words.", [])
        [item] = session.scalars(select(Item))
        assert (item.kind, item.corrects_stood_in_id) == (ItemKind.CORRECTION, None)
        assert len(session.scalars(select(Issue)).all()) == 2
    database.close()
