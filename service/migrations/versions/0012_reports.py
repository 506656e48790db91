"""What comes back after an issue, the figures that outlive the ledger, and thank-yous."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = ("recipients", "handed_over", "delivered", "bounced", "complained", "unknown", "not_sent", "variants")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "issue_counts",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_counts_issue_id_issues", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "what", "page", "day", name="pk_issue_counts"),
    )
    op.create_table(
        "issue_figures",
        sa.Column("issue_id", NUMBER, nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in COUNTS),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_figures_issue_id_issues", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name="pk_issue_figures"),
    )
    op.create_table(
        "story_thanks",
        sa.Column("story_id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_story_thanks_story_id_stories", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "issue_id", name="pk_story_thanks"),
    )
    op.create_index("ix_story_thanks_issue_id", "story_thanks", ["issue_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("story_thanks")
    op.drop_table("issue_figures")
    op.drop_table("issue_counts")
