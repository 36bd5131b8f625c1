"""serial numbers of items, issued in blocks; label runs and the pieces of their files"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0007"
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
        sa.CheckConstraint("prefix ~ '^[!-Z_a-z]{0,10}$'", name=op.f("ck_serial_blocks_prefix_form")),
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


def downgrade() -> None:
    op.drop_table("serial_blocks")
    op.drop_table("serial_sequences")
    op.drop_constraint(op.f("uq_lots_id_product_id"), "lots", type_="unique")
