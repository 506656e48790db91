"""A newsletter, a draft of its next issue, and Eve, who makes it."""

import pytest

from service.db import Database
from service.editors.model import Editor, Role
from service.issues.compose import compose_next
from service.issues.model import Issue, Newsletter
from service.links import Links
from service.mail.letterhead import Letterhead
from service.mail.message import Address
from service.mail.rendering import Templates
from service.tokens import Tokens
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


@pytest.fixture(scope="session")
def head() -> Letterhead:
    """Who writes, as the demo has it."""
    tokens = Tokens((b"a-secret-that-only-the-tests-know-0123456789",))
    return Letterhead(
        links=Links("http://localhost", tokens),
        tokens=tokens,
        sender=Address("news@mail.example.org", "Storywell Demo"),
        reply_to=None,
        organisation="Storywell Demo",
        postal_address="Storywell Demo, 1 Example Street, Exampleton EX1 2MP",
        templates=Templates(),
    )
