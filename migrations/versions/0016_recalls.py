"""recalls, mock recalls, and the orders that hold recalled goods"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APPEND_ONLY = ("recall_returns", "mock_recalls")


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("recall_class", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("notice_vi", sa.String(length=1000), nullable=False),
        sa.Column("notice_en", sa.String(length=1000), nullable=False),
        sa.Column("origin_kind", sa.String(length=20), nullable=False),
        sa.Column("origin_label", sa.String(length=200), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=500), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_note", sa.String(length=1000), nullable=True),
        sa.Column("decision_warning", sa.String(length=8), nullable=True),
        sa.Column("report_warning", sa.String(length=8), nullable=True),
        sa.CheckConstraint(
            "status IN ('proposed', 'rejected', 'active', 'closed')", name=op.f("ck_recalls_status_known")
        ),
        sa.CheckConstraint("recall_class BETWEEN 1 AND 3", name=op.f("ck_recalls_class_known")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_recalls_decided_by_another")),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (status = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_recalls_decided_once"),
        ),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_recalls_closed_once")),
        sa.CheckConstraint(
            "status <> 'closed' OR reported_at IS NOT NULL", name=op.f("ck_recalls_reported_before_closed")
        ),
        sa.CheckConstraint(
            "notice_vi <> '' AND notice_en <> '' AND reason <> ''", name=op.f("ck_recalls_texts_given")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_recalls_closed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_recalls_decided_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_recalls_producer_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_recalls_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
        sa.UniqueConstraint("number", name=op.f("uq_recalls_number")),
    )
    op.create_index("ix_recalls_producer_id", "recalls", ["producer_id", "id"], unique=False)
    op.create_index("ix_recalls_status", "recalls", ["status", "id"], unique=False)
    op.create_table(
        "recall_lots",
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("is_origin", sa.Boolean(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_recall_lots_grams_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_recall_lots_lot_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_recall_lots_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", "lot_id", name=op.f("pk_recall_lots")),
    )
    op.create_index("ix_recall_lots_lot_id", "recall_lots", ["lot_id"], unique=False)
    op.create_table(
        "recalled_products",
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_recalled_products_released_by_somebody")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_recalled_products_product_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_recalled_products_recall_id")),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name=op.f("fk_recalled_products_released_by")),
        sa.PrimaryKeyConstraint("recall_id", "product_id", name=op.f("pk_recalled_products")),
    )
    op.create_index(
        "ix_recalled_products_held",
        "recalled_products",
        ["product_id"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "recall_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('returned', 'destroyed')", name=op.f("ck_recall_returns_kind_known")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_recall_returns_grams_positive")),
        sa.ForeignKeyConstraint(
            ["recall_id", "lot_id"], ["recall_lots.recall_id", "recall_lots.lot_id"], name="fk_recall_returns_lot"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_recall_returns_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_returns")),
    )
    op.create_index("ix_recall_returns_recall_id", "recall_returns", ["recall_id", "id"], unique=False)
    op.create_table(
        "mock_recalls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("origin_kind", sa.String(length=20), nullable=False),
        sa.Column("origin_label", sa.String(length=200), nullable=False),
        sa.Column("run_by", sa.Uuid(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("total_grams", sa.BigInteger(), nullable=False),
        sa.Column("accounted_grams", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "accounted_grams BETWEEN 0 AND total_grams AND total_grams > 0", name=op.f("ck_mock_recalls_share_of_all")
        ),
        sa.CheckConstraint("milliseconds >= 0", name=op.f("ck_mock_recalls_time_not_negative")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_mock_recalls_producer_id")),
        sa.ForeignKeyConstraint(["run_by"], ["users.id"], name=op.f("fk_mock_recalls_run_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_recalls")),
    )
    op.create_index("ix_mock_recalls_producer_id", "mock_recalls", ["producer_id", "id"], unique=False)
    op.create_table(
        "recalled_orders",
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("affected_vnd", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refund_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_note", sa.String(length=300), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("affected_vnd > 0", name=op.f("ck_recalled_orders_amount_positive")),
        sa.CheckConstraint(
            "settled_at IS NULL OR refund_requested_at IS NOT NULL", name=op.f("ck_recalled_orders_settled_after_asked")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_recalled_orders_order_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_recalled_orders_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", "order_id", name=op.f("pk_recalled_orders")),
    )
    op.create_table(
        "recall_paused_offers",
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_recall_paused_offers_offer_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recalls.id"], name=op.f("fk_recall_paused_offers_recall_id")),
        sa.PrimaryKeyConstraint("recall_id", "offer_id", name=op.f("pk_recall_paused_offers")),
    )
    op.create_index("ix_recalled_orders_order_id", "recalled_orders", ["order_id"], unique=False)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in (
        "recall_paused_offers",
        "recalled_orders",
        "mock_recalls",
        "recall_returns",
        "recalled_products",
        "recall_lots",
        "recalls",
    ):
        op.drop_table(table)
