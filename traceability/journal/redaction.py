"""What of an event those see who may read it without being a party to it.

What happened to the goods is public; who traded them with whom is not. Whoever is no party to an event does not see
its business transactions, its private sources and destinations, master data that is not about the goods themselves,
and the fields of extensions that were not declared public.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from catalog.producers.models import Producer
from core.db import db
from traceability.epcis.contexts import Namespaces, namespaces
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.identifiers import identifiers_of
from traceability.journal.issuer import site_url
from traceability.journal.parties import PUBLIC, READ, Party, keys_of_producers

_HAND_OVERS: Final = (("sourceList", "source"), ("destinationList", "destination"))
_PLACES: Final = ("readPoint", "bizLocation")
_GLN_AT: Final = len(f"{CANONICAL_STEM}/414/")
_MASTER_DATA: Final = ("{urn:epcglobal:cbv:mda:}", "{https://gs1.org/voc/}")
PUBLIC_MASTER_DATA: Final = frozenset(
    {
        "additionalTradeItemIdentification", "bestBeforeDate", "catchArea", "countryOfOrigin", "descriptionShort",
        "drainedWeight", "expirationDate", "firstFreezeDate", "grossWeight", "growingMethodCode", "harvestEndDate",
        "harvestStartDate", "itemExpirationDate", "lotNumber", "measurement", "netWeight", "preservationTechniqueCode",
        "productionDate", "productionMethodForFishAndSeafoodCode", "scientificName", "sellByDate", "storageStateCode",
        "speciesForFisheryStatisticsPurposesCode", "speciesForFisheryStatisticsPurposesName", "tradeItemConditionCode",
    }
)  # fmt: skip
"""Attributes of lots and items (CBV 2.0 §9) that tell about the goods, and of nobody's business."""


def needs_redaction(party: Party) -> bool:
    """Whether any event at all may have to be redacted for `party`."""
    return not party.reads_everything


def redact(payload: dict[str, Any], party: Party, *, producer_id: uuid.UUID | None = None) -> dict[str, Any]:
    """What `party` may see of the event `payload`, captured on behalf of `producer_id`.

    The very same object when nothing has to go. For many events at once keep a `Redactor`.
    """
    return Redactor(party).redact(payload, producer_id=producer_id)


_STANDARD_FIELDS: Final = frozenset(
    {
        "@context", "type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime", "action", "parentID",
        "epcList", "childEPCs", "inputEPCList", "outputEPCList", "quantityList", "childQuantityList",
        "inputQuantityList", "outputQuantityList", "transformationID", "bizStep", "disposition",
        "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList", "sourceList", "destinationList",
        "sensorElementList", "ilmd", "certificationInfo", "errorDeclaration", "id", "epcClass", "quantity", "uom",
        "set", "unset", "declarationTime", "reason", "correctiveEventIDs", "bizTransaction", "source", "destination",
        "sensorMetadata", "sensorReport", "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData",
        "dataProcessingMethod", "bizRules", "exception", "microorganism", "chemicalSubstance", "value", "component",
        "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev",
        "percRank", "percValue", "coordinateReferenceSystem",
    }
)  # fmt: skip
"""Names of EPCIS 2.0, of events and of what stands inside them (section 9.3)."""


class Redactor:
    """Redacts event after event for one party; remembers what it had to look up."""

    def __init__(self, party: Party) -> None:
        self._party = PUBLIC if party.token_id is not None and READ not in party.scopes else party
        self._own = self._party.capture_prefixes or keys_of_producers(self._party.producer_ids)
        self._public_namespaces = public_namespaces()
        self._producers: dict[str, bool] = {}

    def redact(
        self, payload: dict[str, Any], *, producer_id: uuid.UUID | None = None, context: object = None
    ) -> dict[str, Any]:
        """What the party may see of `payload`; the same object when nothing has to go.

        `context` is what the document around the event declared (`EpcisEvent.context`): it explains the prefixes.
        """
        if self._party.reads_everything or producer_id in self._party.producer_ids or self._is_named_in(payload):
            return payload
        spaces = namespaces(context, payload.get("@context"))
        seen = self._without_extensions(payload, spaces)
        changed: dict[str, Any] = {"bizTransactionList": None} if "bizTransactionList" in seen else {}
        for field, side in _HAND_OVERS:
            if field in seen:
                public = [element for element in seen[field] if self._is_producer(element[side])]
                if len(public) < len(seen[field]):
                    changed[field] = public
        if "ilmd" in payload:
            public_data = {name: value for name, value in payload["ilmd"].items() if self._is_public_data(name, spaces)}
            if len(public_data) < len(payload["ilmd"]):
                changed["ilmd"] = public_data
        if not changed:
            return seen
        return {name: value for name, value in (seen | changed).items() if value or name not in changed}

    def _is_named_in(self, payload: Mapping[str, Any]) -> bool:
        """Whether the event is about the party's own keys, or names it as a place, source or destination."""
        if self._own and any(item.identifier.startswith(self._own) for item in identifiers_of(payload)):
            return True
        if not self._party.glns:
            return False
        places = [payload[field]["id"] for field in _PLACES if field in payload]
        parties = [element[side] for field, side in _HAND_OVERS for element in payload.get(field) or ()]
        return any(_gln(uri) in self._party.glns for uri in (*places, *parties))

    def _is_producer(self, uri: str) -> bool:
        """Whether a source or destination is a producer of the site, who is public anyway."""
        gln = _gln(uri)
        if gln is None:
            return False
        if gln not in self._producers:
            found = select(Producer.id).where(Producer.gln == gln)
            self._producers[gln] = db.session.scalar(found) is not None
        return self._producers[gln]

    def _is_public_data(self, name: str, spaces: Namespaces) -> bool:
        qualified = spaces.qualified(name)
        if qualified.startswith(_MASTER_DATA):
            return qualified.partition("}")[2] in PUBLIC_MASTER_DATA
        return self._is_public_name(qualified)

    def _is_public_name(self, qualified: str) -> bool:
        namespace, brace, _local = qualified[1:].partition("}")
        return bool(brace) and qualified.startswith("{") and namespace.startswith(self._public_namespaces)

    def _without_extensions(self, payload: dict[str, Any], spaces: Namespaces) -> dict[str, Any]:
        """`payload` without the fields of extensions that are not public, at any depth; master data apart."""
        kept: dict[str, Any] = {}
        same = True
        for name, value in payload.items():
            if name not in _STANDARD_FIELDS and not self._is_public_name(spaces.qualified(name)):
                same = False
                continue
            kept[name] = value if name in ("ilmd", "@context") else self._inside(value, spaces)
            same = same and kept[name] is value
        return payload if same else kept

    def _inside(self, value: Any, spaces: Namespaces) -> Any:
        if isinstance(value, dict):
            return self._without_extensions(value, spaces)
        if isinstance(value, list) and any(isinstance(member, dict) for member in value):
            members = [self._inside(member, spaces) for member in value]
            same = all(new is old for new, old in zip(members, value, strict=True))
            return value if same else members
        return value


def public_namespaces() -> tuple[str, ...]:
    """Beginnings of the namespaces whose fields everybody sees: GS1's vocabulary and the site's own."""
    return ("https://gs1.org/voc/", "https://ref.gs1.org/", f"{site_url()}/")


def _gln(uri: str) -> str | None:
    """The GLN in the URI of a place or a party, however it is written."""
    canonical = canonical_identifier(uri)
    if not canonical.startswith((f"{CANONICAL_STEM}/414/", f"{CANONICAL_STEM}/417/")):
        return None
    return canonical[_GLN_AT : _GLN_AT + 13]
