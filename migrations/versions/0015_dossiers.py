"""residue rules and export dossiers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APPEND_ONLY = ("residue_rule_sets", "residue_rules")


def upgrade() -> None:
    op.create_table(
        "residue_rule_sets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("default_limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_residue_rule_sets_digest_form")),
        sa.CheckConstraint(
            "jsonb_typeof(default_limits) = 'object'", name=op.f("ck_residue_rule_sets_default_limits_form")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residue_rule_sets")),
        sa.UniqueConstraint("version", name=op.f("uq_residue_rule_sets_version")),
    )
    op.create_table(
        "residue_rules",
        sa.Column("rule_set_id", sa.Uuid(), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.Column("ingredient", sa.String(length=80), nullable=False),
        sa.Column("is_banned", sa.Boolean(), nullable=False),
        sa.Column("limit_mg_per_kg", sa.Numeric(precision=10, scale=4), nullable=True),
        sa.Column("extra_interval_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ingredient = lower(ingredient) AND ingredient <> ''", name=op.f("ck_residue_rules_ingredient_form")
        ),
        sa.CheckConstraint("market ~ '^[A-Z]{2}$'", name=op.f("ck_residue_rules_market_form")),
        sa.CheckConstraint("extra_interval_days BETWEEN 0 AND 365", name=op.f("ck_residue_rules_extra_interval_range")),
        sa.CheckConstraint("is_banned = (limit_mg_per_kg IS NULL)", name=op.f("ck_residue_rules_banned_or_limited")),
        sa.CheckConstraint("limit_mg_per_kg >= 0", name=op.f("ck_residue_rules_limit_not_negative")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["residue_rule_sets.id"], name=op.f("fk_residue_rules_rule_set_id")),
        sa.PrimaryKeyConstraint("rule_set_id", "market", "ingredient", name=op.f("pk_residue_rules")),
    )
    op.create_table(
        "dossiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("buyer", sa.String(length=200), nullable=False),
        sa.Column("market", sa.String(length=2), nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("packing_house_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=12), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pdf_key", sa.String(length=120), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("zip_key", sa.String(length=120), nullable=True),
        sa.Column("zip_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("failure IN ('incomplete', 'broken')", name=op.f("ck_dossiers_failure_known")),
        sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f("ck_dossiers_locale_known")),
        sa.CheckConstraint("market ~ '^[A-Z]{2}$'", name=op.f("ck_dossiers_market_form")),
        sa.CheckConstraint(
            "status <> 'issued' OR num_nulls(issued_at, statement, pdf_key, pdf_sha256, zip_key, zip_sha256) = 0",
            name=op.f("ck_dossiers_issued_whole"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'building', 'issued', 'failed')", name=op.f("ck_dossiers_status_known")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_dossiers_progress_range")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_dossiers_created_by")),
        sa.ForeignKeyConstraint(["packing_house_id"], ["packing_houses.id"], name=op.f("fk_dossiers_packing_house_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_dossiers_producer_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_dossiers_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("number", name=op.f("uq_dossiers_number")),
    )
    op.create_index("ix_dossiers_producer_id_id", "dossiers", ["producer_id", "id"], unique=False)
    op.create_table(
        "dossier_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("weight_grams", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sscc ~ '^[0-9]{18}$'", name=op.f("ck_dossier_lines_sscc_form")),
        sa.CheckConstraint("weight_grams BETWEEN 1 AND 1000000000", name=op.f("ck_dossier_lines_weight_range")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_lines_dossier_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_dossier_lines_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_lines")),
        sa.UniqueConstraint(
            "dossier_id",
            "sscc",
            "lot_id",
            name=op.f("uq_dossier_lines_dossier_id_sscc_lot_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_dossier_lines_lot_id"), "dossier_lines", ["lot_id"], unique=False)
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
        CREATE FUNCTION refuse_change_of_issued_dossier() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.status = 'issued' THEN
                RAISE EXCEPTION 'the dossier was issued' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER dossiers_frozen BEFORE UPDATE OR DELETE ON dossiers "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued_dossier()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_issued_packing_list() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM dossiers
                WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END).dossier_id
                    AND status IN ('building', 'issued')
            ) THEN
                RAISE EXCEPTION 'the dossier is issued or being built'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER dossier_lines_frozen BEFORE INSERT OR UPDATE OR DELETE ON dossier_lines "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_issued_packing_list()"
    )


def downgrade() -> None:
    op.drop_table("dossier_lines")
    op.drop_table("dossiers")
    op.drop_table("residue_rules")
    op.drop_table("residue_rule_sets")
    op.execute("DROP FUNCTION refuse_change_of_issued_packing_list()")
    op.execute("DROP FUNCTION refuse_change_of_issued_dossier()")
