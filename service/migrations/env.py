"""Alembic's environment: the metadata of every subject, and the url that the command was given."""

from typing import Literal

from alembic import context
from sqlalchemy import Enum

import service.delivery.figures
import service.editors.model
import service.issues.builder_model
import service.issues.counts
import service.issues.model
import service.issues.pins
import service.library.model
import service.library.resources
import service.mail.model
import service.stories.model
import service.stories.thanks
import service.subscribers.model  # noqa: F401
from service.db import Base, UtcDateTime, make_engine
from service.delivery.model import DeliveryStatusColumn


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column types into new migrations as the plain types they are stored as."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, DeliveryStatusColumn):
        return "sa.SmallInteger()"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


def run() -> None:
    """Run the migrations in one transaction; SQLite, which cannot alter constraints, rebuilds tables (batch mode)."""
    engine = make_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
