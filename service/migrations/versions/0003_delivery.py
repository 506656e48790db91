"""The ledger learns to hand over ahead of time, to call back, and to let some readers go first; it becomes small."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)

Columns = list[tuple[str, sa.types.TypeEngine[Any], str | None]]

AHEAD_BATCHES: Columns = [("send_at", MOMENT, None), ("zones", JSON, "'[]'"), ("provider_batch", sa.Text(), "''")]
RESENT: Columns = [("resent", sa.Boolean(), "false")]
AHEAD_ISSUES: Columns = [
    ("local_time", sa.Boolean(), "false"),
    ("canary_percent", NUMBER, "0"),
    ("canary_minutes", NUMBER, "10"),
    ("canary_judged_at", MOMENT, None),
]
"""Name, type, and what those rows have that exist already; None for what may stay empty."""


def upgrade() -> None:
    """Add the columns and the table."""
    add("batches", RESENT)
    make_deliveries_small()
    with op.batch_alter_table("event_posts") as posts:
        posts.drop_index(op.f("ix_event_posts_applied_at"))
        posts.drop_column("applied_at")
    add("batches", AHEAD_BATCHES)
    add("issues", AHEAD_ISSUES)
    op.create_table(
        "recalls",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("provider_batch", sa.Text(), nullable=False),
        sa.Column("batch_id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("people", NUMBER, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_recalls_batch_id_batches")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_recalls_issue_id_issues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
        sa.UniqueConstraint("provider_batch", name=op.f("uq_recalls_provider_batch")),
    )
    op.create_index(op.f("ix_recalls_issue_id"), "recalls", ["issue_id"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f("ix_recalls_issue_id"), table_name="recalls")
    op.drop_table("recalls")
    drop("issues", AHEAD_ISSUES)
    drop("batches", AHEAD_BATCHES)
    with op.batch_alter_table("event_posts") as posts:
        posts.add_column(sa.Column("applied_at", MOMENT, nullable=True))
        posts.create_index(op.f("ix_event_posts_applied_at"), ["applied_at"], unique=False)
    make_deliveries_large()
    drop("batches", RESENT)


NUMBERED = "deliveries.issue_id * 1099511627776 + deliveries.subscriber_id"
"""Issue and subscriber as one number of 63 bits: what a mail's sealed key holds from now on."""


def make_deliveries_small() -> None:
    """No id, no foreign keys, no index but the key. Keys in mails that have left name nobody any more: what the
    provider still reports of them is kept and counted, and suppresses by address.
    """
    op.create_table(
        "small_deliveries",
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", name="pk_small_deliveries"),
        sqlite_with_rowid=False,
    )
    columns = "subscriber_id, issue_id, batch_id, status, reason"
    op.execute(f"INSERT INTO small_deliveries ({columns}) SELECT {columns} FROM deliveries")  # noqa: S608
    events = f"SELECT {NUMBERED} FROM deliveries WHERE deliveries.id = events.delivery_id"  # noqa: S608
    op.execute(f"UPDATE events SET delivery_id = ({events})")  # noqa: S608
    op.drop_table("deliveries")
    op.rename_table("small_deliveries", "deliveries")
    name_key("pk_small_deliveries", "pk_deliveries")


def make_deliveries_large() -> None:
    """Give them ids, foreign keys and the index again."""
    op.create_table(
        "large_deliveries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("batch_id", NUMBER, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_deliveries_batch_id_batches")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_deliveries_issue_id_issues")),
        sa.PrimaryKeyConstraint("id", name="pk_large_deliveries"),
        sa.UniqueConstraint("issue_id", "subscriber_id", name=op.f("uq_deliveries_issue_id_subscriber_id")),
        sqlite_autoincrement=True,
    )
    columns = "issue_id, subscriber_id, batch_id, status, reason"
    op.execute(f"INSERT INTO large_deliveries ({columns}) SELECT {columns} FROM deliveries")  # noqa: S608
    op.drop_table("deliveries")
    op.rename_table("large_deliveries", "deliveries")
    name_key("pk_large_deliveries", "pk_deliveries")
    op.create_index(op.f("ix_deliveries_batch_id"), "deliveries", ["batch_id"], unique=False)
    events = f"SELECT deliveries.id FROM deliveries WHERE {NUMBERED} = events.delivery_id"  # noqa: S608
    op.execute(f"UPDATE events SET delivery_id = ({events})")  # noqa: S608


def name_key(old: str, new: str) -> None:
    """SQLite does not tell the name of a primary key."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE deliveries RENAME CONSTRAINT {old} TO {new}")


def add(table: str, columns: Columns) -> None:
    """Add columns; what they begin with is for old rows only."""
    with op.batch_alter_table(table) as altered:
        for name, kind, old in columns:
            default = None if old is None else sa.text(old)
            altered.add_column(sa.Column(name, kind, nullable=old is None, server_default=default))
    with op.batch_alter_table(table) as altered:
        for name, kind, old in columns:
            if old is not None:
                altered.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def drop(table: str, columns: Columns) -> None:
    """Drop columns, the last first."""
    with op.batch_alter_table(table) as altered:
        for name, _, _ in reversed(columns):
            altered.drop_column(name)
