"""Choices of readers: sealed profiles of reading, how often a newsletter comes, and when somebody rested.

New columns have a default in the database, so that SQLite need not write a table of a million readers anew.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PLAIN = '{"plain_text": true}'
"""The profile of those who had chosen plain text before; the next rotation of keys seals and fingerprints it."""
SUBSCRIBERS = sa.table(
    "subscribers", sa.column("plain_text_only", sa.Boolean), sa.column("reading", sa.Text),
    sa.column("paused_until", MOMENT), sa.column("rested_from", MOMENT),
)  # fmt: skip


def upgrade() -> None:
    """Make the profiles, and keep who wants plain text only. Nobody knows when a pause that runs began: it is today."""
    profiles = op.create_table(
        "reading_profiles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_reading_profiles"),
    )
    op.create_index("ix_reading_profiles_fingerprint", "reading_profiles", ["fingerprint"])
    op.add_column("subscribers", sa.Column("reading", sa.Text(), nullable=False, server_default=""))
    op.add_column("subscribers", sa.Column("rested_from", MOMENT, nullable=True))
    op.add_column("subscribers", sa.Column("rested_until", MOMENT, nullable=True))
    op.add_column("subscriptions", sa.Column("cadence", sa.String(32), nullable=False, server_default="each"))
    _keep_plain_text(profiles)
    paused = sa.update(SUBSCRIBERS).where(SUBSCRIBERS.c.paused_until.is_not(None))
    op.execute(paused.values(rested_from=sa.func.current_timestamp()))
    op.drop_column("subscribers", "plain_text_only")


def _keep_plain_text(profiles: sa.Table) -> None:
    key = secrets.token_hex(8)
    first = {"key": key, "fingerprint": "", "sealed": PLAIN, "created_at": sa.func.current_timestamp()}
    op.execute(sa.insert(profiles).values(first))
    op.execute(sa.update(SUBSCRIBERS).where(SUBSCRIBERS.c.plain_text_only).values(reading=key))


def downgrade() -> None:
    """Go back to one choice; what only a profile could say is lost."""
    plain: sa.Column[bool] = sa.Column("plain_text_only", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("subscribers", plain)
    profiles = sa.table("reading_profiles", sa.column("key", sa.Text), sa.column("sealed", sa.Text))
    theirs = SUBSCRIBERS.c.reading.in_(sa.select(profiles.c.key).where(profiles.c.sealed == PLAIN))
    op.execute(sa.update(SUBSCRIBERS).where(theirs).values(plain_text_only=True))
    for name in ("reading", "rested_from", "rested_until"):
        op.drop_column("subscribers", name)
    op.drop_column("subscriptions", "cadence")
    op.drop_table("reading_profiles")
