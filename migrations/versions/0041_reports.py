"""reports as files that workers write, and notices of them"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KINDS = (
    "'parcel_to_pack', 'review_received', 'question_received', 'answer_received', 'harvest_opened', 'order_paid', "
    "'parcel_shipped', 'order_refunded', 'moderation_result'"
)


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("processed_count", sa.Integer(), nullable=False),
        sa.Column("file_format", sa.String(length=4), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('producer_statement', 'stall_statement', 'ledger_month')", name=op.f("ck_reports_kind_known")
        ),
        sa.CheckConstraint("file_format IN ('csv', 'xlsx')", name=op.f("ck_reports_file_format_known")),
        sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f("ck_reports_locale_known")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_reports_days_in_order")),
        sa.CheckConstraint("num_nulls(storage_key, size_bytes) IN (0, 2)", name=op.f("ck_reports_file_whole")),
        sa.CheckConstraint(
            "storage_key IS NULL OR finished_at IS NOT NULL", name=op.f("ck_reports_file_when_finished")
        ),
        sa.CheckConstraint(
            "NOT is_removed OR (finished_at IS NOT NULL AND storage_key IS NULL)", name=op.f("ck_reports_removed_is_gone")
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_reports_requested_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_requested_by", "reports", ["requested_by", "id"])
    op.create_index(
        "uq_reports_running",
        "reports",
        ["requested_by", "kind", "owner_id", "first_day", "last_day", "file_format", "locale"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("ix_reports_running", "reports", ["progress_at"], postgresql_where=sa.text("finished_at IS NULL"))
    op.create_index(
        "ix_reports_kept", "reports", ["finished_at"], postgresql_where=sa.text("storage_key IS NOT NULL")
    )
    _replace_kinds(f"{KINDS}, 'report_finished'")


def downgrade() -> None:
    # The number in the header counts the notices that are not read.
    op.execute(
        "UPDATE users SET unread_notices = unread_notices - gone.count FROM (SELECT recipient_id, count(*) FROM notices "
        "WHERE kind = 'report_finished' AND read_at IS NULL GROUP BY recipient_id) AS gone WHERE id = gone.recipient_id"
    )
    for table in ("notices", "notice_preferences"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'report_finished'")
    _replace_kinds(KINDS)
    op.drop_table("reports")


def _replace_kinds(kinds: str) -> None:
    for table in ("notices", "notice_preferences"):
        op.drop_constraint(op.f(f"ck_{table}_kind_known"), table)
        op.create_check_constraint(op.f(f"ck_{table}_kind_known"), table, f"kind IN ({kinds})")
