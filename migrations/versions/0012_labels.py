"""serial numbers of items, issued in blocks; label runs and the pieces of their files"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_lots_id_product_id"), "lots", ["id", "product_id"])
    op.create_table(
        "serial_sequences",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(key) = 32", name=op.f("ck_serial_sequences_key_form")),
        sa.CheckConstraint("issued >= 0", name=op.f("ck_serial_sequences_issued_positive")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_serial_sequences_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_serial_sequences")),
    )
    op.create_table(
        "serial_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends", sa.BigInteger(), sa.Computed("first + count", persisted=True), nullable=False),
        sa.Column("follows", sa.BigInteger(), sa.Computed("nullif(first, 0)", persisted=True), nullable=True),
        sa.Column("prefix", sa.String(length=10), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commissioned", sa.Integer(), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first >= 0", name=op.f("ck_serial_blocks_first_positive")),
        sa.CheckConstraint("count BETWEEN 1 AND 100000", name=op.f("ck_serial_blocks_count_in_range")),
        sa.CheckConstraint("prefix ~ '^([0-9A-Za-z][0-9A-Za-z./_-]{0,9})?$'", name=op.f("ck_serial_blocks_prefix_form")),
        sa.CheckConstraint(
            "commissioned BETWEEN 0 AND count", name=op.f("ck_serial_blocks_commissioned_in_range")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["serial_sequences.product_id"], name=op.f("fk_serial_blocks_product_id")),
        sa.ForeignKeyConstraint(["lot_id", "product_id"], ["lots.id", "lots.product_id"], name="fk_serial_blocks_lot"),
        sa.ForeignKeyConstraint(
            ["product_id", "follows"],
            ["serial_blocks.product_id", "serial_blocks.ends"],
            name="fk_serial_blocks_follows",
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name=op.f("fk_serial_blocks_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_blocks")),
        sa.UniqueConstraint("product_id", "first", name=op.f("uq_serial_blocks_product_id_first")),
        sa.UniqueConstraint("product_id", "ends", name=op.f("uq_serial_blocks_product_id_ends")),
    )
    op.create_index("ix_serial_blocks_lot_id", "serial_blocks", ["lot_id", "first"])
    op.create_index(
        "ix_serial_blocks_unfinished",
        "serial_blocks",
        ["progress_at"],
        postgresql_where=sa.text("commissioned < count"),
    )
    op.create_table(
        "label_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("first_item", sa.Integer(), nullable=True),
        sa.Column("item_count", sa.Integer(), nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("label_count", sa.Integer(), nullable=False),
        sa.Column("design", sa.String(length=20), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_length", sa.Integer(), nullable=True),
        sa.Column("reprint", sa.Integer(), nullable=False),
        sa.Column("reprint_reason", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'ready', 'failed', 'removed')", name=op.f("ck_label_runs_state_known")
        ),
        sa.CheckConstraint("label_count BETWEEN 1 AND 10000", name=op.f("ck_label_runs_label_count_in_range")),
        sa.CheckConstraint(
            "label_count = copies * coalesce(item_count, 1)", name=op.f("ck_label_runs_label_count_right")
        ),
        sa.CheckConstraint("drawn BETWEEN 0 AND label_count", name=op.f("ck_label_runs_drawn_in_range")),
        sa.CheckConstraint("start >= 0", name=op.f("ck_label_runs_start_positive")),
        sa.CheckConstraint(
            "(block_id IS NULL) = (first_item IS NULL) AND (block_id IS NULL) = (item_count IS NULL)",
            name=op.f("ck_label_runs_items_of_block"),
        ),
        sa.CheckConstraint(
            "(reprint = 0) = (reprint_reason IS NULL)", name=op.f("ck_label_runs_reprint_has_reason")
        ),
        sa.ForeignKeyConstraint(["block_id"], ["serial_blocks.id"], name=op.f("fk_label_runs_block_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_label_runs_created_by")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_label_runs_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_runs")),
    )
    op.create_index("ix_label_runs_lot_id", "label_runs", ["lot_id", "id"])
    op.create_index("ix_label_runs_block_id", "label_runs", ["block_id", "first_item"])
    op.create_index(
        "ix_label_runs_unfinished",
        "label_runs",
        ["progress_at"],
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(
        "ix_label_runs_ready", "label_runs", ["finished_at"], postgresql_where=sa.text("state = 'ready'")
    )
    op.create_table(
        "label_pieces",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("page_lengths", sa.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["label_runs.id"], name=op.f("fk_label_pieces_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_label_pieces")),
    )


def downgrade() -> None:
    op.drop_table("label_pieces")
    op.drop_table("label_runs")
    op.drop_table("serial_blocks")
    op.drop_table("serial_sequences")
    op.drop_constraint(op.f("uq_lots_id_product_id"), "lots", type_="unique")
