"""An audience can be cut more than once: the batches say in which cutting they were made."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OLD = "uq_batches_issue_id_reader_key_first_subscriber"
NEW = "uq_batches_issue_id_reader_key_cut_first_subscriber"


def upgrade() -> None:
    """Add the number of the cutting, and let it take part in what is unique."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("batches") as batches:
        batches.add_column(sa.Column("cut", number, nullable=False, server_default="0"))
        batches.drop_constraint(OLD, type_="unique")
        batches.create_unique_constraint(NEW, ["issue_id", "reader_key", "cut", "first_subscriber"])
    with op.batch_alter_table("batches") as batches:
        batches.alter_column("cut", existing_type=number, existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Change them back. Fails where two cuttings begin with the same reader."""
    with op.batch_alter_table("batches") as batches:
        batches.drop_constraint(NEW, type_="unique")
        batches.create_unique_constraint(OLD, ["issue_id", "reader_key", "first_subscriber"])
        batches.drop_column("cut")
