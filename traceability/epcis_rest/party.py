"""Who reads from the EPCIS interface."""

from flask import request

from traceability.journal.parties import PUBLIC, Party
from traceability.tokens.edge import current_party


def reading_party() -> Party:
    """The party of this request; no session is opened for a caller who brings neither a token nor a cookie."""
    if "Authorization" not in request.headers and not request.cookies:
        return PUBLIC
    return current_party()
