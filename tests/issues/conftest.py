"""A newsletter, a draft of its next issue, and Eve, who makes it."""

import pytest

from service.db import Database
from service.editors.model import Editor, Role
from service.issues.compose import compose_next
from service.issues.model import Issue, Newsletter
from tests.cast import EVE, NOW
from tests.issues.paper import a_newsletter, a_story, an_article


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """The monthly newsletter."""
    with database.unit() as uow:
        return a_newsletter(uow.session)


@pytest.fixture
def editor(database: Database) -> Editor:
    """Eve's account."""
    with database.unit() as uow:
        eve = Editor(email=EVE, name="Eve", role=Role.EDITOR, created_at=NOW)
        uow.session.add(eve)
    return eve


@pytest.fixture
def issue(database: Database, newsletter: Newsletter) -> Issue:
    """The draft for July: hello, a story, an article, a date and a question."""
    with database.unit() as uow:
        a_story(uow.session, "the-bench")
        an_article(uow.session, "remission")
        return compose_next(uow, uow.session.merge(newsletter), NOW)
