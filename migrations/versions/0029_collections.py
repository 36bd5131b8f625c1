"""what buyers still have to pay for goods that weigh more than ordered"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

LIVE = sa.text("status IN ('pending', 'open')")


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_collections_amount_positive")),
        sa.CheckConstraint("reason IN ('heavier')", name=op.f("ck_collections_reason_known")),
        sa.CheckConstraint(
            "status IN ('open', 'paid', 'waived', 'cancelled', 'needs_review')",
            name=op.f("ck_collections_status_known"),
        ),
        sa.CheckConstraint(
            "(status IN ('open', 'needs_review')) = (closed_at IS NULL)", name=op.f("ck_collections_closed_has_time")
        ),
        sa.CheckConstraint("status <> 'waived' OR note IS NOT NULL", name=op.f("ck_collections_waived_with_reason")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_collections_order_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_collections_parcel_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_collections_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
        sa.UniqueConstraint("parcel_id", "reason", name=op.f("uq_collections_parcel_id_reason")),
    )
    op.create_index("ix_collections_order_id", "collections", ["order_id", "id"])
    op.create_index("ix_collections_due", "collections", ["due_at", "id"], postgresql_where=sa.text("status = 'open'"))
    op.add_column("parcels", sa.Column("due_vnd", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_parcels_paid_before_it_ships"), "parcels", "due_vnd >= 0 AND (due_vnd = 0 OR status <> 'shipped')"
    )
    op.add_column("order_lines", sa.Column("collected_vnd", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_order_lines_only_weighed_goods_collect"), "order_lines", "collected_vnd = 0 OR final_vnd IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_order_lines_charged_not_negative"), "order_lines", "line_total_vnd - discount_vnd + collected_vnd >= 0"
    )
    op.add_column("payments", sa.Column("collection_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_payments_collection_id"), "payments", "collections", ["collection_id"], ["id"])
    op.drop_constraint(op.f("ck_payments_one_purpose"), "payments", type_="check")
    op.create_check_constraint(
        op.f("ck_payments_one_purpose"), "payments", "num_nonnulls(order_id, stall_sale_id, collection_id) = 1"
    )
    op.create_index("ix_payments_collection_id", "payments", ["collection_id"])
    op.create_index(
        "uq_payments_live_collection", "payments", ["collection_id"], unique=True, postgresql_where=LIVE
    )


def downgrade() -> None:
    op.execute(
        "DELETE FROM refund_lines WHERE refund_id IN (SELECT r.id FROM refunds r JOIN payments p ON p.id = r.payment_id "
        "WHERE p.collection_id IS NOT NULL)"
    )
    op.execute("DELETE FROM refunds WHERE payment_id IN (SELECT id FROM payments WHERE collection_id IS NOT NULL)")
    op.execute("DELETE FROM payments WHERE collection_id IS NOT NULL")
    op.drop_index("uq_payments_live_collection", "payments")
    op.drop_index("ix_payments_collection_id", "payments")
    op.drop_constraint(op.f("ck_payments_one_purpose"), "payments", type_="check")
    op.drop_column("payments", "collection_id")
    op.create_check_constraint(op.f("ck_payments_one_purpose"), "payments", "num_nonnulls(order_id, stall_sale_id) = 1")
    op.drop_column("order_lines", "collected_vnd")
    op.drop_column("parcels", "due_vnd")
    op.drop_table("collections")
