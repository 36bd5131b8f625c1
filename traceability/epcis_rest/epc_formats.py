"""How identifiers are written in an answer: as GS1 Digital Links, as EPC URNs, or as they came (GS1-EPC-Format)."""

import re
from collections.abc import Callable
from typing import Final

from traceability.gs1.digital_link import parse_digital_link
from traceability.gs1.epc_uris import EPC_COMPANY_PREFIX_LENGTHS, canonical_identifier, to_epc_urn
from traceability.gs1.errors import Gs1Error

NO_PREFERENCE: Final = "No_Preference"
DIGITAL_LINK: Final = "Always_GS1_Digital_Link"
EPC_URN: Final = "Always_EPC_URN"
NEVER_TRANSLATES: Final = "Never_Translates"
EPC_FORMATS: Final = (NO_PREFERENCE, DIGITAL_LINK, EPC_URN, NEVER_TRANSLATES)

_URN_VALUE: Final = re.compile(r'(?<!\\)"(urn:epc:(?:id|class|idpat):[^"\\]+)"(?!\s*:)')
_LINK_VALUE: Final = re.compile(r'(?<!\\)"(https?://[^"\\]+)"(?!\s*:)')


def translator(epc_format: str, company_prefix: str) -> Callable[[str], str]:
    """What rewrites the identifiers in the JSON text of an event as `epc_format` asks.

    Only values that are an identifier as a whole are rewritten, never names. An EPC URN shows where the company
    prefix ends, so only links below `company_prefix`, whose length is known, become one; others stay links. A prefix
    shorter than EPC URNs have stands there as the longer ones that it covers (EPC TDS, §6.3).
    """
    if epc_format == DIGITAL_LINK:
        return _to_digital_links
    if epc_format == EPC_URN:
        return lambda text: _LINK_VALUE.sub(lambda found: f'"{_urn(found[1], company_prefix)}"', text)
    return str


def _to_digital_links(text: str) -> str:
    if "urn:epc:" not in text:
        return text
    return _URN_VALUE.sub(lambda found: f'"{canonical_identifier(found[1])}"', text)


def _urn(uri: str, prefix: str) -> str:
    try:
        link = parse_digital_link(canonical_identifier(uri))
        urn = to_epc_urn(link, max(len(prefix), EPC_COMPANY_PREFIX_LENGTHS[0]))
    except Gs1Error:
        return uri
    return urn if urn.split(":", 4)[4].startswith(prefix) else uri
