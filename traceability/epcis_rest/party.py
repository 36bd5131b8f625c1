"""Who asks the EPCIS interface."""

from flask import current_app, request

from core.accounts import current_actor
from traceability.journal.parties import PUBLIC, Party, party_of


def current_party() -> Party:
    """The party behind the current request; nobody's session is opened for a caller who brings none."""
    if current_app.session_interface.get_cookie_name(current_app) not in request.cookies:
        return PUBLIC
    return party_of(current_actor())
