"""what of a lot is promised to orders is found by the lot"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_order_lines_promised_lot_id",
        "order_lines",
        ["promised_lot_id"],
        postgresql_where=sa.text("promised_lot_id IS NOT NULL AND lot_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_order_lines_promised_lot_id", table_name="order_lines")
