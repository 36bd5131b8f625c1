"""Who is asking: the party of the current request, by its API token or by the session of the browser."""

from typing import Final

from flask import g, request
from flask_limiter.util import get_remote_address
from limits import parse

from core.accounts import current_actor
from core.errors import Refused
from core.web.setup import limiter
from traceability.journal.parties import PUBLIC, Party, party_of
from traceability.tokens.errors import TooManyWrongTokens, Unauthorized
from traceability.tokens.queries import find_party
from traceability.tokens.rules import is_token

WRONG_TOKENS: Final = parse("30 per minute")
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def current_party() -> Party:
    """The party of this request, looked up once: of the token in `Authorization: Bearer …`, else of the session.

    The session counts for reading only. A browser sends its cookies along with what other sites make it send, so what
    writes must show a token, which no other site knows; such routes need no other protection from forged requests.
    Raises Unauthorized for a token that opens nothing, TooManyWrongTokens when the address tries many.
    """
    party: Party | None = g.get("party")
    if party is None:
        party = g.party = _find_party()
    return party


def party_with(scope: str) -> Party:
    """The party of this request if it may do what `scope` names.

    Raises Unauthorized when nobody said who they are, Refused when their token was not made for this.
    """
    party = current_party()
    if party is PUBLIC:
        raise Unauthorized
    if scope not in party.scopes:
        raise Refused
    return party


def _find_party() -> Party:
    header = request.headers.get("Authorization")
    if header is None:
        return party_of(current_actor()) if request.method in _READING else PUBLIC
    scheme, _space, token = header.partition(" ")
    token = token.strip()
    party = find_party(token) if scheme.lower() == "bearer" and is_token(token) else None
    if party is None:
        if limiter.enabled and not limiter.limiter.hit(WRONG_TOKENS, "wrong-token", get_remote_address()):
            raise TooManyWrongTokens
        raise Unauthorized(wrong_token=True)
    return party
