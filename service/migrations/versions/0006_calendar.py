"""Accounts may have a secret address of the calendar feed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the hash of the address."""
    with op.batch_alter_table("editors") as editors:
        editors.add_column(sa.Column("calendar_hash", sa.Text(), nullable=True))
        editors.create_unique_constraint("uq_editors_calendar_hash", ["calendar_hash"])


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("editors") as editors:
        editors.drop_constraint("uq_editors_calendar_hash", type_="unique")
        editors.drop_column("calendar_hash")
