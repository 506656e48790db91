"""What the tests of subscribers share."""

import pytest

from service.db import Database
from tests.subscribers.readers import a_newsletter


@pytest.fixture(autouse=True)
def monthly(request: pytest.FixtureRequest) -> None:
    """Every test that has a database has a newsletter in it."""
    if "database" in request.fixturenames:
        database: Database = request.getfixturevalue("database")
        with database.unit() as uow:
            a_newsletter(uow.session)
