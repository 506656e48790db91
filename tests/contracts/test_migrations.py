"""The migrations make exactly the tables of the models, on both databases."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from service.cli.database import alembic_config
from service.db import Base


@pytest.fixture
def empty_url(database_url: str) -> Iterator[str]:
    """A database without any table."""
    if database_url.startswith("sqlite"):
        yield database_url + ".empty"
        return
    admin = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS migrated WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE migrated"))
    admin.dispose()
    yield admin.url.set(database="migrated").render_as_string(hide_password=False)


def test_migrating_an_empty_database_gives_the_models(empty_url: str) -> None:
    """Nothing is missing and nothing is left over."""
    command.upgrade(alembic_config(empty_url), "head")
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []


def test_migrating_back_leaves_nothing(empty_url: str) -> None:
    """Every step has a way back."""
    command.upgrade(alembic_config(empty_url), "head")
    command.downgrade(alembic_config(empty_url), "base")
    engine = create_engine(empty_url)
    tables = set(inspect(engine).get_table_names())
    engine.dispose()

    assert tables <= {"alembic_version"}


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    """`storywell db upgrade` may run at every start."""
    for _ in range(2):
        command.upgrade(alembic_config(empty_url), "head")
