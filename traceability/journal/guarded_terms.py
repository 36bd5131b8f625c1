"""Which terms of the index are of what a reader may not see, and so may not find an event by either."""

import re
from collections.abc import Iterable
from typing import Final

from traceability.journal.redaction import PUBLIC_MASTER_DATA, public_namespaces

_TRADE: Final = ("bizTransaction_", "source_", "destination_")
_FAMILY: Final = re.compile(r"(?:ATTR_)?(?:INNER_)?(ILMD_)?")
_FIELD: Final = re.compile(r"\{([^}]*)\}([^={}]*)")
_MASTER_DATA: Final = ("urn:epcglobal:cbv:mda:", "https://gs1.org/voc/")


def asks_guarded(terms: Iterable[str]) -> bool:
    """Whether any of the terms, or names of measures, is of trade, or of a field that is not public."""
    public = public_namespaces()
    return any(_is_guarded(term, public) for term in terms)


def _is_guarded(term: str, public: tuple[str, ...]) -> bool:
    if term.startswith(_TRADE):
        return True
    name = term.partition("=")[0]
    field = _FIELD.search(term)
    family = _FAMILY.match(name)
    in_master_data = family is not None and family[1] is not None
    if field is None:
        return in_master_data or name.startswith("INNER_")
    namespace, local = field.groups()
    if in_master_data and not name.startswith(("INNER_", "ATTR_")) and namespace in _MASTER_DATA:
        return local not in PUBLIC_MASTER_DATA
    return not namespace.startswith(public)
