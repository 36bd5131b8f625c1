"""links that producers set for their GS1 keys"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resolver_keys",
        sa.Column("primary_ai", sa.String(length=4), nullable=False),
        sa.Column("primary_value", sa.String(length=90), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("primary_ai ~ '^[0-9]{2,4}$'", name=op.f("ck_resolver_keys_primary_ai_form")),
        sa.CheckConstraint("primary_value ~ '^[!-Z_a-z]{1,90}$'", name=op.f("ck_resolver_keys_primary_value_form")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_resolver_keys_producer_id")),
        sa.PrimaryKeyConstraint("primary_ai", "primary_value", name=op.f("pk_resolver_keys")),
    )
    op.create_index(op.f("ix_resolver_keys_producer_id"), "resolver_keys", ["producer_id"], unique=False)
    op.create_table(
        "resolver_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("primary_ai", sa.String(length=4), nullable=False),
        sa.Column("primary_value", sa.String(length=90), nullable=False),
        sa.Column("qualifiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link_type", sa.String(length=40), nullable=False),
        sa.Column("href", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("media_type", sa.String(length=80), nullable=True),
        sa.Column("context", sa.String(length=40), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_problem", sa.String(length=12), nullable=True),
        sa.CheckConstraint("jsonb_typeof(qualifiers) = 'object'", name=op.f("ck_resolver_links_qualifiers_form")),
        sa.CheckConstraint("link_type ~ '^[A-Za-z]{2,40}$'", name=op.f("ck_resolver_links_link_type_form")),
        sa.CheckConstraint("href ~ '^https://[!-~]+$'", name=op.f("ck_resolver_links_href_https")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_resolver_links_title_given")),
        sa.CheckConstraint("language ~ '^[a-z]{2}(-[A-Z]{2})?$'", name=op.f("ck_resolver_links_language_form")),
        sa.CheckConstraint("media_type ~ '^[a-z]+/[a-z0-9.+-]+$'", name=op.f("ck_resolver_links_media_type_form")),
        sa.CheckConstraint("context ~ '^[A-Za-z0-9._-]+$'", name=op.f("ck_resolver_links_context_form")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_resolver_links_ends_after_it_begins")),
        sa.CheckConstraint(
            "NOT (is_default AND jsonb_exists_any(qualifiers, ARRAY['10', '21']))",
            name=op.f("ck_resolver_links_record_stays_default"),
        ),
        sa.CheckConstraint(
            "certificate_problem IN ('unreachable', 'expired', 'not_trusted', 'private')",
            name=op.f("ck_resolver_links_certificate_problem_known"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_resolver_links_created_by")),
        sa.ForeignKeyConstraint(
            ["primary_ai", "primary_value"],
            ["resolver_keys.primary_ai", "resolver_keys.primary_value"],
            name="fk_resolver_links_key",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolver_links")),
    )
    op.create_index("ix_resolver_links_key", "resolver_links", ["primary_ai", "primary_value"], unique=False)
    op.create_index(
        "ix_resolver_links_certificate_checked_at",
        "resolver_links",
        [sa.text("certificate_checked_at NULLS FIRST"), "id"],
        unique=False,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ux_resolver_links_default",
        "resolver_links",
        ["primary_ai", "primary_value", "qualifiers"],
        unique=True,
        postgresql_where=sa.text("is_default AND removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("resolver_links")
    op.drop_table("resolver_keys")
