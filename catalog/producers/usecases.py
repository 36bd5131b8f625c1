"""Numbers of producers and their places."""

from sqlalchemy import select

from catalog.producers.models import gln_location_reference
from core.db import db
from core.gs1 import gln13
from core.gs1.prefix import company_prefix


def issue_gln() -> str:
    """A GLN that nobody has yet, below the site's GS1 company prefix, for a party or a place.

    A number taken in a transaction that rolls back is not issued again. Raises NumbersExhausted.
    """
    return gln13(company_prefix(), db.session.scalar(select(gln_location_reference.next_value())) or 0)
