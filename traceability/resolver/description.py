"""The resolver description file: `/.well-known/gs1resolver` (GS1-Conformant Resolver 1.2, section 3)."""

from typing import Any

from core.i18n import LOCALES
from traceability.gs1.application_identifiers import TABLE
from traceability.resolver.vocabulary import LINKSET_CONTEXT, OFFERED, VOCABULARY, link_type_title

PREFIX = "gs1:"


def resolver_description(name: str, root: str) -> dict[str, Any]:
    """What the resolver called `name` at `root` supports, in the words of GS1's schema for such files."""
    keys = [ai for ai, entry in TABLE.items() if entry.is_primary_key]
    return {
        "name": name,
        "resolverRoot": root,
        "supportedPrimaryKeys": keys,
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": PREFIX}],
        "activeLinkTypes": {
            locale: {PREFIX + link_type: {"title": link_type_title(link_type, locale)} for link_type in OFFERED}
            for locale in LOCALES
        },
        "linkTypeDefaultCanBeLinkset": False,
        "supportedContextValuesEnumerated": [],
        "supportedContextValuesExternal": [
            {"nameOfList": "ISO 3166-1 alpha-2", "url": "https://www.iso.org/iso-3166-country-codes.html"}
        ],
        "jsonLdContextLocation": LINKSET_CONTEXT,
    }
