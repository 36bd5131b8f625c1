"""checklists, self-checks, inspections, certificates, laboratory results, packing houses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("checklists", "checklist_items", "certificate_status_changes")
INSPECTOR_ROLE = "0199f000-0000-7000-8000-000000000007"


def upgrade() -> None:
    op.create_table(
        "checklists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("standard", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("title_vi", sa.String(length=160), nullable=False),
        sa.Column("title_en", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("required_percent_a", sa.Integer(), nullable=False),
        sa.Column("required_percent_b", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_checklists_digest_form")),
        sa.CheckConstraint("in_force_until >= in_force_from", name=op.f("ck_checklists_ends_after_it_begins")),
        sa.CheckConstraint("required_percent_a BETWEEN 0 AND 100", name=op.f("ck_checklists_required_percent_a_range")),
        sa.CheckConstraint("required_percent_b BETWEEN 0 AND 100", name=op.f("ck_checklists_required_percent_b_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklists")),
        sa.UniqueConstraint("standard", "version", name=op.f("uq_checklists_standard_version")),
    )
    op.create_table(
        "checklist_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("group_code", sa.String(length=20), nullable=False),
        sa.Column("group_vi", sa.String(length=120), nullable=False),
        sa.Column("group_en", sa.String(length=120), nullable=False),
        sa.Column("level", sa.String(length=1), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("title_vi", sa.String(length=300), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("diary_activities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frequency_vi", sa.String(length=120), nullable=False),
        sa.Column("frequency_en", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(diary_activities) = 'array'", name=op.f("ck_checklist_items_diary_activities_form")
        ),
        sa.CheckConstraint("jsonb_typeof(evidence) = 'array'", name=op.f("ck_checklist_items_evidence_form")),
        sa.CheckConstraint("level IN ('A', 'B')", name=op.f("ck_checklist_items_level_known")),
        sa.CheckConstraint("scope IN ('all', 'group')", name=op.f("ck_checklist_items_scope_known")),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklists.id"], name=op.f("fk_checklist_items_checklist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_items")),
        sa.UniqueConstraint("checklist_id", "code", name=op.f("uq_checklist_items_checklist_id_code")),
        sa.UniqueConstraint("checklist_id", "position", name=op.f("uq_checklist_items_checklist_id_position")),
    )
    op.create_table(
        "packing_houses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("gln", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("gln ~ '^[0-9]{13}$'", name=op.f("ck_packing_houses_gln_form")),
        sa.ForeignKeyConstraint(["commune_code"], ["communes.code"], name=op.f("fk_packing_houses_commune_code")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_packing_houses_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packing_houses")),
        sa.UniqueConstraint("gln", name=op.f("uq_packing_houses_gln")),
        sa.UniqueConstraint("producer_id", "name", name=op.f("uq_packing_houses_producer_id_name")),
    )
    op.create_table(
        "private_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "content_type IN ('application/pdf', 'image/jpeg')", name=op.f("ck_private_files_content_type_known")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_private_files_sha256_form")),
        sa.CheckConstraint("size_bytes BETWEEN 1 AND 10000000", name=op.f("ck_private_files_size_range")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_private_files_producer_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_private_files_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_files")),
    )
    op.create_index(op.f("ix_private_files_producer_id"), "private_files", ["producer_id"], unique=False)
    op.create_table(
        "self_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("inspection_count", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'draft') = (submitted_at IS NULL)", name=op.f("ck_self_checks_submitted_when_no_draft")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'under_inspection', 'corrections', 'passed', 'failed')",
            name=op.f("ck_self_checks_status_known"),
        ),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklists.id"], name=op.f("fk_self_checks_checklist_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_self_checks_producer_id")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_self_checks_started_by")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_self_checks_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_checks")),
    )
    op.create_index(op.f("ix_self_checks_checklist_id"), "self_checks", ["checklist_id"], unique=False)
    op.create_index("ix_self_checks_producer_id_id", "self_checks", ["producer_id", "id"], unique=False)
    op.create_index("ix_self_checks_status_submitted_at", "self_checks", ["status", "submitted_at"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("standard", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=160), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("self_check_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_certificates_verified_by_somebody")
        ),
        sa.CheckConstraint(
            "self_check_id IS NOT NULL OR file_id IS NOT NULL", name=op.f("ck_certificates_has_a_ground")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_certificates_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_certificates_entered_by")),
        sa.ForeignKeyConstraint(["file_id"], ["private_files.id"], name=op.f("fk_certificates_file_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_certificates_producer_id")),
        sa.ForeignKeyConstraint(["self_check_id"], ["self_checks.id"], name=op.f("fk_certificates_self_check_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["users.id"], name=op.f("fk_certificates_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("producer_id", "issuer", "number", name=op.f("uq_certificates_producer_id_issuer_number")),
        sa.UniqueConstraint("self_check_id", name=op.f("uq_certificates_self_check_id")),
    )
    op.create_index(op.f("ix_certificates_file_id"), "certificates", ["file_id"], unique=False)
    op.create_index("ix_certificates_valid_until", "certificates", ["valid_until", "id"], unique=False)
    op.create_table(
        "inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("self_check_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.String(length=2000), nullable=True),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("result IN ('passed', 'corrections', 'failed')", name=op.f("ck_inspections_result_known")),
        sa.CheckConstraint("(result IS NULL) = (closed_at IS NULL)", name=op.f("ck_inspections_closed_with_a_result")),
        sa.CheckConstraint("number BETWEEN 1 AND 99", name=op.f("ck_inspections_number_range")),
        sa.ForeignKeyConstraint(["inspector_id"], ["users.id"], name=op.f("fk_inspections_inspector_id")),
        sa.ForeignKeyConstraint(["self_check_id"], ["self_checks.id"], name=op.f("fk_inspections_self_check_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("self_check_id", "number", name=op.f("uq_inspections_self_check_id_number")),
    )
    op.create_index("ix_inspections_inspector_id_id", "inspections", ["inspector_id", "id"], unique=False)
    op.create_index(
        "ux_inspections_open",
        "inspections",
        ["self_check_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "packing_house_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("packing_house_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=160), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("market ~ '^[A-Z]{2}$'", name=op.f("ck_packing_house_codes_market_form")),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'revoked')", name=op.f("ck_packing_house_codes_status_known")
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_packing_house_codes_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["packing_house_id"], ["packing_houses.id"], name=op.f("fk_packing_house_codes_packing_house_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packing_house_codes")),
        sa.UniqueConstraint(
            "packing_house_id", "market", "code", name=op.f("uq_packing_house_codes_packing_house_id_market_code")
        ),
    )
    op.create_index(
        op.f("ix_packing_house_codes_packing_house_id"), "packing_house_codes", ["packing_house_id"], unique=False
    )
    op.create_table(
        "self_check_answers",
        sa.Column("self_check_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer IN ('yes', 'no', 'not_applicable')", name=op.f("ck_self_check_answers_answer_known")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_self_check_answers_answered_by")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_items.id"], name=op.f("fk_self_check_answers_item_id")),
        sa.ForeignKeyConstraint(
            ["self_check_id"], ["self_checks.id"], name=op.f("fk_self_check_answers_self_check_id")
        ),
        sa.PrimaryKeyConstraint("self_check_id", "item_id", name=op.f("pk_self_check_answers")),
    )
    op.create_table(
        "self_check_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("self_check_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.CheckConstraint("round BETWEEN 0 AND 99", name=op.f("ck_self_check_evidence_round_range")),
        sa.ForeignKeyConstraint(["file_id"], ["private_files.id"], name=op.f("fk_self_check_evidence_file_id")),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_items.id"], name=op.f("fk_self_check_evidence_item_id")),
        sa.ForeignKeyConstraint(
            ["self_check_id"], ["self_checks.id"], name=op.f("fk_self_check_evidence_self_check_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check_evidence")),
        sa.UniqueConstraint(
            "self_check_id", "item_id", "file_id", name=op.f("uq_self_check_evidence_self_check_id_item_id_file_id")
        ),
    )
    op.create_index(op.f("ix_self_check_evidence_file_id"), "self_check_evidence", ["file_id"], unique=False)
    op.create_table(
        "self_check_plots",
        sa.Column("self_check_id", sa.Uuid(), nullable=False),
        sa.Column("plot_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["plot_id"], ["plots.id"], name=op.f("fk_self_check_plots_plot_id")),
        sa.ForeignKeyConstraint(["self_check_id"], ["self_checks.id"], name=op.f("fk_self_check_plots_self_check_id")),
        sa.PrimaryKeyConstraint("self_check_id", "plot_id", name=op.f("pk_self_check_plots")),
    )
    op.create_index(op.f("ix_self_check_plots_plot_id"), "self_check_plots", ["plot_id"], unique=False)
    op.create_table(
        "certificate_plots",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("plot_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_plots_certificate_id")
        ),
        sa.ForeignKeyConstraint(["plot_id"], ["plots.id"], name=op.f("fk_certificate_plots_plot_id")),
        sa.PrimaryKeyConstraint("certificate_id", "plot_id", name=op.f("pk_certificate_plots")),
    )
    op.create_index(op.f("ix_certificate_plots_plot_id"), "certificate_plots", ["plot_id"], unique=False)
    op.create_table(
        "certificate_products",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_products_certificate_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_certificate_products_product_id")),
        sa.PrimaryKeyConstraint("certificate_id", "product_id", name=op.f("pk_certificate_products")),
    )
    op.create_index(op.f("ix_certificate_products_product_id"), "certificate_products", ["product_id"], unique=False)
    op.create_table(
        "certificate_status_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_certificate_status_changes_reason_given")),
        sa.CheckConstraint(
            "status IN ('valid', 'suspended', 'withdrawn')", name=op.f("ck_certificate_status_changes_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_status_changes_certificate_id")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_certificate_status_changes_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_status_changes")),
    )
    op.create_index(
        "ix_certificate_status_changes_certificate_id_id",
        "certificate_status_changes",
        ["certificate_id", "id"],
        unique=False,
    )
    op.create_table(
        "certificate_warnings",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_warnings_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", "days", name=op.f("pk_certificate_warnings")),
    )
    op.create_table(
        "inspection_findings",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('yes', 'no', 'not_applicable')", name=op.f("ck_inspection_findings_verdict_known")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_findings_inspection_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_items.id"], name=op.f("fk_inspection_findings_item_id")),
        sa.PrimaryKeyConstraint("inspection_id", "item_id", name=op.f("pk_inspection_findings")),
    )
    op.create_table(
        "laboratory_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("laboratory", sa.String(length=160), nullable=False),
        sa.Column("report_number", sa.String(length=60), nullable=False),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_laboratory_results_voided_with_a_reason")
        ),
        sa.CheckConstraint("reported_on >= sampled_on", name=op.f("ck_laboratory_results_reported_after_sampling")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_laboratory_results_entered_by")),
        sa.ForeignKeyConstraint(["file_id"], ["private_files.id"], name=op.f("fk_laboratory_results_file_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_laboratory_results_lot_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_laboratory_results_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laboratory_results")),
        sa.UniqueConstraint(
            "lot_id", "laboratory", "report_number", name=op.f("uq_laboratory_results_lot_id_laboratory_report_number")
        ),
    )
    op.create_index(op.f("ix_laboratory_results_file_id"), "laboratory_results", ["file_id"], unique=False)
    op.create_index(op.f("ix_laboratory_results_producer_id"), "laboratory_results", ["producer_id"], unique=False)
    op.create_table(
        "corrective_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("response", sa.String(length=1000), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(reported_at IS NULL) = (response IS NULL)", name=op.f("ck_corrective_actions_reported_with_a_response")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id", "item_id"],
            ["inspection_findings.inspection_id", "inspection_findings.item_id"],
            name="fk_corrective_actions_finding",
        ),
        sa.ForeignKeyConstraint(["reported_by"], ["users.id"], name=op.f("fk_corrective_actions_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_actions")),
        sa.UniqueConstraint("inspection_id", "item_id", name=op.f("uq_corrective_actions_inspection_id_item_id")),
    )
    op.create_index(
        "ix_corrective_actions_due_on",
        "corrective_actions",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("reported_at IS NULL"),
    )
    op.create_table(
        "laboratory_analytes",
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_below", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("limit", sa.Numeric(precision=14, scale=6), nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('within', 'above', 'unclear', 'no_limit')", name=op.f("ck_laboratory_analytes_verdict_known")
        ),
        sa.CheckConstraint(
            "(verdict = 'no_limit') = (\"limit\" IS NULL)", name=op.f("ck_laboratory_analytes_judged_by_a_limit")
        ),
        sa.CheckConstraint('value >= 0 AND "limit" >= 0', name=op.f("ck_laboratory_analytes_not_negative")),
        sa.CheckConstraint(
            "verdict <> 'within' OR value <= \"limit\"", name=op.f("ck_laboratory_analytes_within_is_within")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["laboratory_results.id"], name=op.f("fk_laboratory_analytes_result_id")
        ),
        sa.PrimaryKeyConstraint("result_id", "position", name=op.f("pk_laboratory_analytes")),
    )
    op.create_table(
        "corrective_action_warnings",
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_actions.id"], name=op.f("fk_corrective_action_warnings_action_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "days", name=op.f("pk_corrective_action_warnings")),
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_submitted_answer() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM self_checks
                WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END).self_check_id AND status <> 'draft'
            ) THEN
                RAISE EXCEPTION 'the self-check was handed in' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER self_check_answers_frozen BEFORE INSERT OR UPDATE OR DELETE ON self_check_answers "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_submitted_answer()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_closed_inspection() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM inspections
                WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END).inspection_id AND closed_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'the inspection is closed' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER inspection_findings_frozen BEFORE INSERT OR UPDATE OR DELETE ON inspection_findings "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_inspection()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_inspection_by_member() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM self_checks s JOIN producer_members m ON m.producer_id = s.producer_id
                WHERE s.id = NEW.self_check_id AND m.user_id = NEW.inspector_id
            ) THEN
                RAISE EXCEPTION 'a member of the producer inspects' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER inspections_by_others BEFORE INSERT OR UPDATE OF inspector_id ON inspections "
        "FOR EACH ROW EXECUTE FUNCTION refuse_inspection_by_member()"
    )
    op.execute(f"INSERT INTO roles (id, name) VALUES ('{INSPECTOR_ROLE}', 'inspector')")


def downgrade() -> None:
    op.execute(f"DELETE FROM roles_users WHERE role_id = '{INSPECTOR_ROLE}'")
    op.execute(f"DELETE FROM roles WHERE id = '{INSPECTOR_ROLE}'")
    op.drop_table("corrective_action_warnings")
    op.drop_table("laboratory_analytes")
    op.drop_table("corrective_actions")
    op.drop_table("laboratory_results")
    op.drop_table("inspection_findings")
    op.drop_table("certificate_warnings")
    op.drop_table("certificate_status_changes")
    op.drop_table("certificate_products")
    op.drop_table("certificate_plots")
    op.drop_table("self_check_plots")
    op.drop_table("self_check_evidence")
    op.drop_table("self_check_answers")
    op.drop_table("packing_house_codes")
    op.drop_table("inspections")
    op.drop_table("certificates")
    op.drop_table("self_checks")
    op.drop_table("private_files")
    op.drop_table("packing_houses")
    op.drop_table("checklist_items")
    op.drop_table("checklists")
    for function in (
        "refuse_change_of_submitted_answer",
        "refuse_change_of_closed_inspection",
        "refuse_inspection_by_member",
    ):
        op.execute(f"DROP FUNCTION {function}()")
