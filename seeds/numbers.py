"""GS1 numbers for many rows at once, from the sequences that the use cases take them from."""

from sqlalchemy import Sequence, func, select

from catalog.producers.models import gln_location_reference
from catalog.products.models import gtin_item_reference
from core.db import db
from core.gs1 import gln13, gtin14
from core.gs1.prefix import company_prefix
from traceability.gs1.identifiers import sscc
from traceability.journal.models import sscc_serial_reference


def issue_gtins(count: int) -> list[str]:
    """So many new GTIN-14."""
    prefix = company_prefix()
    return [gtin14(prefix, reference) for reference in _references(gtin_item_reference, count)]


def issue_glns(count: int) -> list[str]:
    """So many new GLNs."""
    prefix = company_prefix()
    return [gln13(prefix, reference) for reference in _references(gln_location_reference, count)]


def issue_ssccs(count: int) -> list[str]:
    """So many new SSCCs."""
    prefix = company_prefix()
    return [sscc(prefix, reference) for reference in _references(sscc_serial_reference, count)]


def _references(sequence: Sequence, count: int) -> list[int]:
    """The next `count` values in rising order; they need not follow each other without gaps."""
    statement = select(sequence.next_value()).select_from(func.generate_series(1, count).table_valued())
    return sorted(db.session.scalars(statement))
