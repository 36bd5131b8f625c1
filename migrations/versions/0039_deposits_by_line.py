"""deposits by line: what of each line is still to be paid, and what of it was given back before that"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STATUSES = "'open', 'paid', 'waived', 'cancelled', 'needs_review'"


def upgrade() -> None:
    for column in ("balance_vnd", "withdrawn_vnd"):
        op.add_column("order_lines", sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))
    # So far a parcel with a deposit had one line, which was given back as a whole or not at all.
    op.execute(
        "UPDATE order_lines SET balance_vnd = parcels.due_vnd FROM parcels "
        "WHERE parcels.id = order_lines.parcel_id AND parcels.deposit_vnd > 0 AND parcels.status <> 'cancelled'"
    )
    op.execute(
        "UPDATE order_lines SET withdrawn_vnd = line_total_vnd - discount_vnd FROM parcels "
        "WHERE parcels.id = order_lines.parcel_id AND parcels.deposit_vnd > 0 AND parcels.status = 'cancelled'"
    )
    op.create_check_constraint(
        op.f("ck_order_lines_balance_of_what_is_left"),
        "order_lines",
        "balance_vnd >= 0 AND withdrawn_vnd >= 0 AND balance_vnd + withdrawn_vnd <= line_total_vnd - discount_vnd",
    )
    _replace_statuses(f"{STATUSES}, 'settled'")


def downgrade() -> None:
    op.execute("UPDATE collections SET status = 'cancelled' WHERE status = 'settled'")
    _replace_statuses(STATUSES)
    op.drop_constraint(op.f("ck_order_lines_balance_of_what_is_left"), "order_lines")
    for column in ("balance_vnd", "withdrawn_vnd"):
        op.drop_column("order_lines", column)


def _replace_statuses(statuses: str) -> None:
    op.drop_constraint(op.f("ck_collections_status_known"), "collections")
    op.create_check_constraint(op.f("ck_collections_status_known"), "collections", f"status IN ({statuses})")
