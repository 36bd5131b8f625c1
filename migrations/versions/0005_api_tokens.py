"""API tokens of producers and partners"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("producer_id", sa.Uuid(), nullable=True),
        sa.Column("partner_name", sa.String(length=160), nullable=True),
        sa.Column("gln", sa.String(length=13), nullable=True),
        sa.Column("capture_prefixes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(producer_id IS NULL) <> (partner_name IS NULL)", name=op.f("ck_api_tokens_of_producer_or_partner")
        ),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_api_tokens_hash_form")),
        sa.CheckConstraint("gln ~ '^[0-9]{13}$'", name=op.f("ck_api_tokens_gln_form")),
        sa.CheckConstraint(
            "cardinality(scopes) > 0 AND scopes <@ ARRAY['capture', 'read', 'subscribe']",
            name=op.f("ck_api_tokens_scopes_known"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_tokens_created_by")),
        sa.ForeignKeyConstraint(["producer_id"], ["producers.id"], name=op.f("fk_api_tokens_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
    )
    op.create_index("ix_api_tokens_producer_id", "api_tokens", ["producer_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_api_tokens_producer_id", table_name="api_tokens")
    op.drop_table("api_tokens")
