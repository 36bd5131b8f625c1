"""How identifiers are written in an answer: as GS1 Digital Links, as EPC URNs, or as they came (GS1-EPC-Format)."""

import re
from collections.abc import Callable
from typing import Final

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier

NO_PREFERENCE: Final = "No_Preference"
DIGITAL_LINK: Final = "Always_GS1_Digital_Link"
EPC_URN: Final = "Always_EPC_URN"
NEVER_TRANSLATES: Final = "Never_Translates"
EPC_FORMATS: Final = (NO_PREFERENCE, DIGITAL_LINK, EPC_URN, NEVER_TRANSLATES)

SHORTEST_PREFIX: Final = 6
"""Digits. A company prefix of four or five stands in EPC URNs as the many of six that it covers (EPC TDS, §6.3)."""

_URN_VALUE: Final = re.compile(r'(?<!\\)"(urn:epc:(?:id|class|idpat):[^"\\]+)"(?!\s*:)')
_LINK_VALUE: Final = re.compile(r'(?<!\\)"(https?://[^"\\]+)"(?!\s*:)')
_KEYS: Final = re.compile(re.escape(CANONICAL_STEM) + r"/(\d{2,4})/([^/]+)(?:/(\d{2,4})/([^/]+))?")


def translator(epc_format: str, company_prefix: str) -> Callable[[str], str]:
    """What rewrites the identifiers in the JSON text of an event as `epc_format` asks.

    Only values that are an identifier as a whole are rewritten, never names. An EPC URN shows where the company
    prefix ends, so only links below `company_prefix`, whose length is known, become one; others stay links.
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
    match = _KEYS.fullmatch(canonical_identifier(uri))
    if match is None:
        return uri
    ai, value, qualifier, detail = match.groups()
    made = _epc_urn(ai, value, qualifier, detail or "", prefix)
    return uri if made is None else made


def _epc_urn(ai: str, value: str, qualifier: str | None, detail: str, prefix: str) -> str | None:
    """The EPC URN of these keys (EPC Tag Data Standard §6.3), None when it has none below `prefix`."""
    lead = 1 if ai in ("00", "01") else 0  # the extension digit or indicator stands before the prefix
    if not value[lead:].startswith(prefix):
        return None
    prefix = value[lead : lead + max(len(prefix), SHORTEST_PREFIX)]
    reference = value[:lead] + value[lead + len(prefix) : -1]
    forms = {
        ("00", None): f"id:sscc:{prefix}.{reference}",
        ("01", "21"): f"id:sgtin:{prefix}.{reference}.{detail}",
        ("01", "10"): f"class:lgtin:{prefix}.{reference}.{detail}",
        ("01", None): f"idpat:sgtin:{prefix}.{reference}.*",
        ("414", None): f"id:sgln:{prefix}.{reference}.0",
        ("414", "254"): f"id:sgln:{prefix}.{reference}.{detail}",
        ("417", None): f"id:pgln:{prefix}.{reference}",
        ("8004", None): f"id:giai:{prefix}.{value[len(prefix) :]}",
    }
    form = forms.get((ai, qualifier))
    return None if form is None else f"urn:epc:{form}"
