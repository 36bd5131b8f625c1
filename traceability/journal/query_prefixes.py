"""Which namespaces the recorded events mean by a prefix."""

import json
from typing import Final

from sqlalchemy import ARRAY, Text, bindparam, cast, func, select

from core.db import read_value
from traceability.epcis.contexts import declarations
from traceability.journal.extension_fields import PREFIX_TERM
from traceability.journal.models import EpcisEvent
from traceability.journal.terms import value_term

LOOKED_AT: Final = 200
"""Events whose contexts are read: prefixes are few and everybody uses them alike."""

_recent = (
    select(cast(EpcisEvent.context, Text).label("context"))
    .where(EpcisEvent.terms.bool_op("@>")(bindparam("terms", type_=ARRAY(Text))), EpcisEvent.context.is_not(None))
    .limit(LOOKED_AT)
    .subquery()
)
_CONTEXTS: Final = select(func.string_agg(_recent.c.context.distinct(), "\x1e"))


def namespaces_known_as(prefix: str) -> frozenset[str]:
    """The namespaces that recorded events declare under `prefix`, none when no event does."""
    texts: str | None = read_value(_CONTEXTS, {"terms": [value_term(PREFIX_TERM, prefix)]})
    declared = (dict(declarations(json.loads(text))) for text in (texts or "").split("\x1e") if text)
    return frozenset(space for prefixes in declared if (space := prefixes.get(prefix)) is not None)
