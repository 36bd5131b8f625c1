"""whether an event gives items their serial numbers; what a percent-encoded part of an identifier says"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# A function, so that the statements around it need not plan the look-up: it is due for few of the rows they read.
EVENT_NUMBERS_ITEMS = """
    CREATE FUNCTION event_numbers_items(the_event uuid)
    RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    BEGIN
        RETURN EXISTS (
            SELECT FROM epcis_event_identifiers item
            WHERE item.event_id = the_event AND item.role = 'epc'
              AND starts_with(item.identifier, 'https://id.gs1.org/01/') AND strpos(item.identifier, '/21/') > 0
        );
    END $$
"""

# What stands in a GS1 Digital Link for visible ASCII is read; anything else stays as it is, for partners capture any URI.
PERCENT_DECODED = """
    CREATE FUNCTION percent_decoded(encoded text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    BEGIN
        IF strpos(encoded, '%') = 0 THEN
            RETURN encoded;
        END IF;
        RETURN (
            SELECT string_agg(
                CASE WHEN part[1] ~ '^%[2-7][0-9A-Fa-f]$' THEN chr(('x' || substr(part[1], 2))::bit(8)::integer)
                     ELSE part[1] END, '' ORDER BY place)
            FROM regexp_matches(encoded, '%[0-9A-Fa-f]{2}|.', 'g') WITH ORDINALITY AS found (part, place)
        );
    END $$
"""


def upgrade() -> None:
    op.execute(EVENT_NUMBERS_ITEMS)
    op.execute(PERCENT_DECODED)


def downgrade() -> None:
    op.execute("DROP FUNCTION percent_decoded")
    op.execute("DROP FUNCTION event_numbers_items")
