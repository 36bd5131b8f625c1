"""imports into the diary and exports of it, as long work with progress"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def work_columns() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("processed_count", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "diary_imports",
        *work_columns(),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("unknown_columns", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('entries', 'receipts', 'plots')", name=op.f("ck_diary_imports_kind_known")),
        sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f("ck_diary_imports_locale_known")),
        sa.CheckConstraint(
            "state IN ('checking', 'refused', 'checked', 'writing', 'written', 'failed')",
            name=op.f("ck_diary_imports_state_known"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (state IN ('checking', 'writing'))",
            name=op.f("ck_diary_imports_running_or_finished"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('checking', 'writing') OR content IS NOT NULL",
            name=op.f("ck_diary_imports_running_with_content"),
        ),
        sa.CheckConstraint("octet_length(content_hash) = 32", name=op.f("ck_diary_imports_hash_form")),
        sa.CheckConstraint(
            "state NOT IN ('writing', 'written') OR confirmed_at IS NOT NULL",
            name=op.f("ck_diary_imports_written_when_confirmed"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_diary_imports_created_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_diary_imports_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_imports")),
    )
    op.create_index("ix_diary_imports_producer_id", "diary_imports", ["producer_id", "id"])
    op.create_index("ix_diary_imports_content_hash", "diary_imports", ["producer_id", "content_hash"])
    op.create_index(
        "ix_diary_imports_running", "diary_imports", ["progress_at"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index(
        "ix_diary_imports_kept", "diary_imports", ["created_at"], postgresql_where=sa.text("content IS NOT NULL")
    )
    op.create_table(
        "diary_exports",
        *work_columns(),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("plot_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("file_format", sa.String(length=4), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("file_format IN ('pdf', 'xlsx')", name=op.f("ck_diary_exports_file_format_known")),
        sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f("ck_diary_exports_locale_known")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_diary_exports_days_in_order")),
        sa.CheckConstraint("num_nulls(storage_key, size_bytes) IN (0, 2)", name=op.f("ck_diary_exports_file_whole")),
        sa.CheckConstraint(
            "storage_key IS NULL OR finished_at IS NOT NULL", name=op.f("ck_diary_exports_file_when_finished")
        ),
        sa.CheckConstraint(
            "NOT is_removed OR (finished_at IS NOT NULL AND storage_key IS NULL)",
            name=op.f("ck_diary_exports_removed_is_gone"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_diary_exports_created_by")),
        sa.ForeignKeyConstraint(["plot_id"], ["plots.id"], name=op.f("fk_diary_exports_plot_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_diary_exports_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_exports")),
    )
    op.create_index("ix_diary_exports_producer_id", "diary_exports", ["producer_id", "id"])
    op.create_index(
        "ix_diary_exports_running", "diary_exports", ["progress_at"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.create_index(
        "ix_diary_exports_kept", "diary_exports", ["finished_at"], postgresql_where=sa.text("storage_key IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("diary_exports")
    op.drop_table("diary_imports")
