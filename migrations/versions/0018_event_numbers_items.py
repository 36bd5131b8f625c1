"""whether an event gives items their serial numbers"""

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


def upgrade() -> None:
    op.execute(EVENT_NUMBERS_ITEMS)


def downgrade() -> None:
    op.execute("DROP FUNCTION event_numbers_items")
