"""problems that people report from the public record"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "problem_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('quality', 'safety', 'label', 'counterfeit', 'other')", name=op.f("ck_problem_reports_kind_known")
        ),
        sa.CheckConstraint("description <> ''", name=op.f("ck_problem_reports_described")),
        sa.CheckConstraint("length(token) = 43", name=op.f("ck_problem_reports_token_form")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_problem_reports_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_reports")),
        sa.UniqueConstraint("token", name=op.f("uq_problem_reports_token")),
    )
    op.create_index("ix_problem_reports_lot_id", "problem_reports", ["lot_id", "created_at"])
    op.create_index("ix_problem_reports_created_at", "problem_reports", ["created_at", "id"])
    op.create_table(
        "problem_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("by_officer", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("body <> ''", name=op.f("ck_problem_answers_said")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_problem_answers_answered_by")),
        sa.ForeignKeyConstraint(["report_id"], ["problem_reports.id"], name=op.f("fk_problem_answers_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_answers")),
    )
    op.create_index("ix_problem_answers_report_id", "problem_answers", ["report_id", "id"])


def downgrade() -> None:
    op.drop_table("problem_answers")
    op.drop_table("problem_reports")
