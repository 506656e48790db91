"""Feeds of others, and the articles they suggest."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "resource_feeds",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("next_check", MOMENT, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resource_feeds"),
        sa.UniqueConstraint("url", name="uq_resource_feeds_url"),
    )
    op.create_table(
        "resources",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("feed_id", NUMBER, nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("good_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["resource_feeds.id"], name="fk_resources_feed_id_resource_feeds"),
        sa.PrimaryKeyConstraint("id", name="pk_resources"),
        sa.UniqueConstraint("feed_id", "guid", name="uq_resources_feed_id_guid"),
    )
    op.create_index("ix_resources_feed_id", "resources", ["feed_id"])
    op.create_index("ix_resources_state", "resources", ["state"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("resources")
    op.drop_table("resource_feeds")
