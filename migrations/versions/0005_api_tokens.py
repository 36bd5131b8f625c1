"""API tokens of producers and partners; who may read an event"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Whether the reader is a party to an event. A function, so that PostgreSQL plans its look-ups once a connection.
# The arrays say what is the reader's: producers, GLNs, beginnings of canonical URIs; all are empty for the public.
EVENT_NAMES_READER = """
    CREATE FUNCTION event_names_reader(
        the_event uuid, on_behalf_of uuid, read_point text, biz_location text, terms text[],
        own_producers uuid[], own_glns text[], own_keys text[]
    ) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        -- Captured on behalf of the reader.
        IF on_behalf_of = ANY (own_producers) THEN
            RETURN true;
        END IF;
        -- At a place (AI 414) of the reader, or handed over by or to it (AI 414 or 417).
        IF cardinality(own_glns) > 0 AND EXISTS (
            SELECT FROM (
                SELECT read_point UNION ALL SELECT biz_location UNION ALL
                SELECT substr(term, strpos(term, '=') + 1) FROM unnest(terms) AS term
                WHERE starts_with(term, 'source_') OR starts_with(term, 'destination_')
            ) AS named (uri)
            WHERE starts_with(uri, 'https://id.gs1.org/41') AND substr(uri, 24, 13) = ANY (own_glns)
        ) THEN
            RETURN true;
        END IF;
        -- About the reader's own keys.
        IF cardinality(own_keys) > 0 AND EXISTS (
            SELECT FROM epcis_event_identifiers item
            WHERE item.event_id = the_event AND item.identifier ^@ ANY (own_keys)
        ) THEN
            RETURN true;
        END IF;
        RETURN false;
    END $$
"""


def upgrade() -> None:
    op.execute(EVENT_NAMES_READER)
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
    op.execute("DROP FUNCTION event_names_reader")
    op.drop_index("ix_api_tokens_producer_id", table_name="api_tokens")
    op.drop_table("api_tokens")
