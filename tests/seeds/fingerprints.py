"""What is in a database, in one value a table."""

from sqlalchemy import text

from core.db import db

TABLES = (
    "users",
    "producers",
    "producer_members",
    "plots",
    "products",
    "product_variants",
    "offers",
    "stock_movements",
    "lots",
    "epcis_events",
    "epcis_event_identifiers",
    "epcis_event_measures",
    "sensor_devices",
    "sensor_attachments",
    "sensor_readings",
    "sensor_alarms",
    "markets",
    "stalls",
    "market_managers",
    "communes",
)


def fingerprints(*tables: str) -> dict[str, str]:
    """A hash over all rows of each table, whatever order they are stored in."""
    return {
        table: str(db.session.scalar(text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")))
        for table in tables or TABLES
    }


def counts(*tables: str) -> dict[str, int]:
    """How many rows each table has."""
    return {table: db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables or TABLES}
