"""capture jobs, and the documents that they work on"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_behaviour", sa.String(length=8), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("processed_count", sa.Integer(), nullable=False),
        sa.Column("stored_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("captured_by", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("producer_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("party", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "error_behaviour IN ('rollback', 'proceed')", name=op.f("ck_capture_jobs_error_behaviour_known")
        ),
        sa.CheckConstraint(
            "stored_count <= processed_count AND processed_count <= event_count",
            name=op.f("ck_capture_jobs_counts_in_order"),
        ),
        sa.ForeignKeyConstraint(["captured_by"], ["users.id"], name=op.f("fk_capture_jobs_captured_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_jobs")),
    )
    op.create_index("ix_capture_jobs_captured_by", "capture_jobs", ["captured_by", "id"], unique=False)
    op.create_index("ix_capture_jobs_token_id", "capture_jobs", ["token_id", "id"], unique=False)
    op.create_index(
        "ix_capture_jobs_producer_ids", "capture_jobs", ["producer_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_capture_jobs_running",
        "capture_jobs",
        ["progress_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "capture_contents",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["capture_jobs.id"], name=op.f("fk_capture_contents_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_capture_contents")),
    )


def downgrade() -> None:
    op.drop_table("capture_contents")
    op.drop_table("capture_jobs")
