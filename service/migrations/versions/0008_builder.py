"""The builder of issues: every wording an issue had, and comments of colleagues."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "issue_revisions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("editor_id", NUMBER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("back_to", NUMBER, nullable=True),
        sa.Column("autosaved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name="fk_issue_revisions_editor_id_editors"),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_revisions_issue_id_issues", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_issue_revisions"),
        sa.UniqueConstraint("issue_id", "number", name="uq_issue_revisions_issue_id_number"),
    )
    op.create_table(
        "issue_comments",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=True),
        sa.Column("editor_id", NUMBER, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolved_by", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["editor_id"], ["editors.id"], name="fk_issue_comments_editor_id_editors"),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_comments_issue_id_issues", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["resolved_by"], ["editors.id"], name="fk_issue_comments_resolved_by_editors"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_comments"),
    )
    op.create_index("ix_issue_comments_issue_id", "issue_comments", ["issue_id"])


def downgrade() -> None:
    """Take both away."""
    op.drop_table("issue_comments")
    op.drop_table("issue_revisions")
