"""units are cancelled for which nothing goes back: beside what does, or alone"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

BEFORE = "amount_vnd > 0 OR amount_vnd = 0 AND (delivery_vnd > 0 OR voucher_vnd > 0)"
SHARES = ("seller_vnd", "commission_vnd", "delivery_vnd", "voucher_vnd")


def upgrade() -> None:
    op.create_table(
        "unpaid_cancellations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(share, sa.BigInteger(), nullable=False) for share in SHARES),
        sa.CheckConstraint(
            "seller_vnd + commission_vnd + delivery_vnd = voucher_vnd",
            name=op.f("ck_unpaid_cancellations_shares_add_up"),
        ),
        sa.CheckConstraint(
            "(order_line_id IS NULL) = (quantity IS NULL)", name=op.f("ck_unpaid_cancellations_quantity_of_a_line")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_unpaid_cancellations_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_unpaid_cancellations_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_unpaid_cancellations_parcel_id_parcels")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_unpaid_cancellations_requested_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unpaid_cancellations")),
        sa.UniqueConstraint(
            "parcel_id",
            "request_key",
            "order_line_id",
            name=op.f("uq_unpaid_cancellations_parcel_id_request_key_order_line_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    _replace(f"{BEFORE} OR amount_vnd = 0 AND quantity > 0")


def downgrade() -> None:
    # Lines of nothing for nobody are only a count of units; the others hold the shares of vouchers and stay.
    op.execute("DELETE FROM refund_lines WHERE amount_vnd = 0 AND delivery_vnd <= 0 AND voucher_vnd <= 0")
    _replace(BEFORE)
    op.drop_table("unpaid_cancellations")


def _replace(condition: str) -> None:
    op.drop_constraint(op.f("ck_refund_lines_amount_positive"), "refund_lines", type_="check")
    op.create_check_constraint(op.f("ck_refund_lines_amount_positive"), "refund_lines", condition)
