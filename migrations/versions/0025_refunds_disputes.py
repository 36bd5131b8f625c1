"""refunds of lines, disputes, and what the payment service and this site do not agree about"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

REASONS = (
    "'buyer_cancelled', 'line_short', 'returned', 'recalled', 'goodwill', 'dispute', 'paid_too_late', 'reviewed', "
    "'made_at_vendor', 'packed_weight', 'harvest_failed'"
)


def upgrade() -> None:
    _upgrade_orders()
    _upgrade_refunds()
    op.create_table(
        "payment_disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("fee_vnd", sa.BigInteger(), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payment_disputes_amount_positive")),
        sa.CheckConstraint("fee_vnd >= 0", name=op.f("ck_payment_disputes_fee_not_negative")),
        sa.CheckConstraint(
            "stage IN ('inquiry', 'open', 'won', 'lost', 'closed')", name=op.f("ck_payment_disputes_stage_known")
        ),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (stage IN ('won', 'lost', 'closed'))",
            name=op.f("ck_payment_disputes_closed_when_decided"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_disputes_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_disputes")),
        sa.UniqueConstraint("external_id", name=op.f("uq_payment_disputes_external_id")),
    )
    op.create_index("ix_payment_disputes_payment_id", "payment_disputes", ["payment_id"])
    op.create_index(
        "ix_payment_disputes_open",
        "payment_disputes",
        ["opened_at"],
        postgresql_where=sa.text("stage IN ('inquiry', 'open')"),
    )
    _create_discrepancies()
    op.add_column("recalled_orders", sa.Column("refund_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_recalled_orders_refund_id"), "recalled_orders", "refunds", ["refund_id"], ["id"])


def _upgrade_orders() -> None:
    op.add_column(
        "order_lines", sa.Column("cancelled_quantity", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_order_lines_cancelled_range"), "order_lines", "cancelled_quantity BETWEEN 0 AND quantity"
    )
    op.drop_constraint(op.f("ck_orders_status_known"), "orders")
    op.create_check_constraint(
        op.f("ck_orders_status_known"),
        "orders",
        "status IN ('awaiting_payment', 'paid', 'shipped', 'expired', 'cancelled', 'needs_review')",
    )
    op.drop_constraint(op.f("ck_parcels_status_known"), "parcels")
    op.create_check_constraint(
        op.f("ck_parcels_status_known"), "parcels", "status IN ('waiting', 'to_pack', 'packed', 'shipped', 'cancelled')"
    )


def _upgrade_refunds() -> None:
    op.drop_constraint(op.f("uq_refunds_payment_id_reason"), "refunds")
    op.drop_constraint(op.f("ck_refunds_reason_known"), "refunds")
    op.create_check_constraint(op.f("ck_refunds_reason_known"), "refunds", f"reason IN ({REASONS})")
    op.add_column("refunds", sa.Column("note", sa.String(length=500), nullable=True))
    op.add_column("refunds", sa.Column("failure", sa.String(length=500), nullable=True))
    op.add_column("refunds", sa.Column("requested_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_refunds_requested_by"), "refunds", "users", ["requested_by"], ["id"])
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"])
    op.create_table(
        "refund_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("seller_vnd", sa.BigInteger(), nullable=False),
        sa.Column("commission_vnd", sa.BigInteger(), nullable=False),
        sa.Column("delivery_vnd", sa.BigInteger(), nullable=False),
        sa.Column("voucher_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "amount_vnd > 0 OR amount_vnd = 0 AND delivery_vnd > 0", name=op.f("ck_refund_lines_amount_positive")
        ),
        sa.CheckConstraint(
            "amount_vnd = seller_vnd + commission_vnd + delivery_vnd - voucher_vnd",
            name=op.f("ck_refund_lines_shares_add_up"),
        ),
        sa.CheckConstraint(
            "(order_line_id IS NULL) = (quantity IS NULL)", name=op.f("ck_refund_lines_quantity_of_a_line")
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_refund_lines_quantity_not_negative")),
        sa.CheckConstraint(
            "CASE WHEN order_line_id IS NULL THEN commission_vnd = 0 ELSE delivery_vnd = 0 END",
            name=op.f("ck_refund_lines_delivery_apart"),
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_lines_refund_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_refund_lines_parcel_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_refund_lines_producer_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_refund_lines_order_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_lines")),
        sa.UniqueConstraint(
            "refund_id",
            "parcel_id",
            "order_line_id",
            name=op.f("uq_refund_lines_refund_id_parcel_id_order_line_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_refund_lines_order_line_id", "refund_lines", ["order_line_id"])
    op.create_index("ix_refund_lines_parcel_id", "refund_lines", ["parcel_id"])


def _create_discrepancies() -> None:
    op.create_table(
        "payment_discrepancies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("ours", postgresql.JSONB(), nullable=False),
        sa.Column("theirs", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_at IS NULL)", name=op.f("ck_payment_discrepancies_resolved_whole")
        ),
        sa.CheckConstraint(
            "resolution IN ('refunded', 'accepted', 'noted', 'settled')",
            name=op.f("ck_payment_discrepancies_resolution_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('payment_differs', 'payment_missing', 'unknown_payment', 'refund_failed', 'refund_differs', "
            "'refund_missing', 'unknown_refund', 'dispute_differs', 'unknown_dispute', 'unknown_movement')",
            name=op.f("ck_payment_discrepancies_kind_known"),
        ),
        sa.CheckConstraint(
            "resolution <> 'noted' OR note <> ''", name=op.f("ck_payment_discrepancies_noted_with_note")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_discrepancies_payment_id")),
        sa.ForeignKeyConstraint(["resolved_by"], ["users.id"], name=op.f("fk_payment_discrepancies_resolved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_discrepancies")),
        sa.UniqueConstraint("kind", "external_id", name=op.f("uq_payment_discrepancies_kind_external_id")),
    )
    op.create_index(
        "ix_payment_discrepancies_open",
        "payment_discrepancies",
        ["found_at"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("ix_payment_discrepancies_payment_id", "payment_discrepancies", ["payment_id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_recalled_orders_refund_id"), "recalled_orders")
    op.drop_column("recalled_orders", "refund_id")
    op.drop_table("payment_discrepancies")
    op.drop_table("payment_disputes")
    op.drop_table("refund_lines")
    op.drop_index("ix_refunds_payment_id", "refunds")
    op.drop_constraint(op.f("fk_refunds_requested_by"), "refunds")
    for column in ("requested_by", "failure", "note"):
        op.drop_column("refunds", column)
    # Before this, one refund stood for each payment and reason, and only for whole payments.
    op.execute("DELETE FROM refunds WHERE reason NOT IN ('paid_too_late', 'reviewed')")
    op.drop_constraint(op.f("ck_refunds_reason_known"), "refunds")
    op.create_check_constraint(
        op.f("ck_refunds_reason_known"), "refunds", "reason IN ('paid_too_late', 'reviewed')"
    )
    op.create_unique_constraint(op.f("uq_refunds_payment_id_reason"), "refunds", ["payment_id", "reason"])
    op.execute("UPDATE parcels SET status = 'shipped' WHERE status = 'cancelled'")
    op.drop_constraint(op.f("ck_parcels_status_known"), "parcels")
    op.create_check_constraint(
        op.f("ck_parcels_status_known"), "parcels", "status IN ('waiting', 'to_pack', 'packed', 'shipped')"
    )
    op.execute("UPDATE orders SET status = 'expired' WHERE status = 'cancelled'")
    op.drop_constraint(op.f("ck_orders_status_known"), "orders")
    op.create_check_constraint(
        op.f("ck_orders_status_known"),
        "orders",
        "status IN ('awaiting_payment', 'paid', 'shipped', 'expired', 'needs_review')",
    )
    op.drop_constraint(op.f("ck_order_lines_cancelled_range"), "order_lines")
    op.drop_column("order_lines", "cancelled_quantity")
