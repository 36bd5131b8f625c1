"""Who may write into the journal, and who reads what of it."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    Uuid,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased

from catalog.products.models import Product, ProductStatus
from core.accounts import Actor, RoleName
from core.db import read_value
from core.errors import Refused
from core.i18n import gettext as _
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.journal.capture_rule import OwnKeys, foreign_identifier
from traceability.journal.indexing import EventIndex
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.parties import (
    CAPTURE,
    PUBLIC,
    READ,
    Party,
    keys_of_company_prefix,
    keys_of_glns,
    keys_of_producers,
)
from traceability.journal.redaction import needs_redaction, redact

__all__ = [
    "CaptureCheck",
    "capture_check",
    "check_may_capture",
    "may_capture",
    "needs_redaction",
    "readable_product",
    "reader",
    "redact",
    "visible_in_full",
    "visible_to",
]

WRITERS = (RoleName.PRODUCER_MEMBER, RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)
CaptureCheck = Callable[[EventIndex, Mapping[str, Any]], None]
_TRADE_ITEM: Final = f"{CANONICAL_STEM}/01/"
_PARCEL: Final = f"{CANONICAL_STEM}/00/"


_WHO_CAPTURED: Final = text(
    "SELECT json_build_array(producer_id, captured_by) FROM epcis_events "
    "WHERE event_id = :event_id AND error_declared_at IS NULL"
)
"""Read apart from the session: documents are checked in a thread of their own while their events are stored."""


def may_capture(actor: Actor) -> bool:
    """Whether `actor` may capture events at all; whose goods they are about, each use case decides itself."""
    return actor.has_role(*WRITERS)


def check_may_capture(party: Party, index: EventIndex, event: Mapping[str, Any]) -> None:
    """Refuse, naming the identifier, an `event` (with its `index` and `eventID`) about goods that are not the party's.

    The rule is `traceability.journal.capture_rule`; administrators capture anything.
    """
    capture_check(party)(index, event)


def capture_check(party: Party) -> CaptureCheck:
    """`check_may_capture` for many events of one `party`, whose keys are looked up once."""
    if party.captures_everything:
        return _anything
    if CAPTURE not in party.scopes:
        raise Refused
    own_keys = _own_keys(party)

    def check(index: EventIndex, event: Mapping[str, Any]) -> None:
        refused = foreign_identifier(own_keys, event, index)
        if refused is None:
            if "errorDeclaration" in event:
                _check_may_declare_wrong(party, own_keys, index, event)
            return
        if not refused:
            raise Refused(_("This event names nothing that is yours: no object, no place, no party."))
        raise Refused(_("You may not capture this event: %(identifier)s is not yours.", identifier=refused))

    return check


def _anything(index: EventIndex, event: Mapping[str, Any]) -> None:
    """The check of whoever may capture anything."""


def _check_may_declare_wrong(party: Party, own: OwnKeys, index: EventIndex, event: Mapping[str, Any]) -> None:
    """Refuse a declaration about an event of somebody else's, unless it is about the party's own goods.

    Without this, whoever is named as the receiver of goods could strike out what the sender wrote.
    """
    if not event.get("eventID"):
        raise Refused(_("Name the event that you declare wrong by its eventID."))
    original = read_value(_WHO_CAPTURED, {"event_id": event["eventID"]})
    if original is None or not any(original):
        return
    producer_id, captured_by = (value and uuid.UUID(value) for value in original)
    if producer_id in party.producer_ids or (captured_by is not None and captured_by == party.actor.user_id):
        return
    if not any(item.identifier.startswith(own.prefixes) for item in index.identifiers):
        raise Refused(_("Only who captured an event, or whose goods it is about, may declare it wrong."))


def _own_keys(party: Party) -> OwnKeys:
    prefixes = party.capture_prefixes or keys_of_producers(party.producer_ids)
    parcels = tuple(key for key in keys_of_company_prefix(company_prefix()) if key.startswith(_PARCEL))
    return OwnKeys(tuple(dict.fromkeys((*prefixes, *keys_of_glns(party.glns)))), parcels)


def visible_to(party: Party) -> ColumnElement[bool]:
    """Whether `party` may read the row of `EpcisEvent` around this condition.

    Everybody reads the events of lots and items of products that were published, and of the parcels they were packed
    into; a party also those captured on its behalf, those that name it, and those about its own keys. Serial numbers
    are a secret until an item is seen: the events that give them out are for parties alone. The condition looks up
    what belongs to one row by index, so it costs the same however large the journal is.
    """
    if party.reads_everything:
        return true()
    is_readable = readable_product(party)
    is_public = and_(not_(_numbers_items()), or_(_about_lot(is_readable), _parcel_with_lot(is_readable)))
    return or_(visible_in_full(party), is_public)


def readable_product(party: Party) -> ColumnElement[bool]:
    """Whether `party` may read of the row of `Product` around this condition: it was published, or is the party's.

    Who may, may read every event about a lot or an item of it, but for those that give out serial numbers.
    """
    if party.reads_everything:
        return true()
    party = reader(party)
    was_published = Product.status != ProductStatus.DRAFT
    if not party.producer_ids:
        return was_published
    return or_(was_published, Product.producer_id.in_(sorted(party.producer_ids)))


def visible_in_full(party: Party) -> ColumnElement[bool]:
    """Whether `party` reads the row of `EpcisEvent` around this condition without anything held back.

    What is held back from a reader must not be found by asking for it either. The function `event_names_reader` stands
    in the migrations.
    """
    if party.reads_everything:
        return true()
    party = reader(party)
    if not (party.producer_ids or party.glns or party.capture_prefixes):
        return false()
    return func.event_names_reader(
        EpcisEvent.id,
        EpcisEvent.producer_id,
        EpcisEvent.read_point,
        EpcisEvent.biz_location,
        EpcisEvent.terms,
        literal(sorted(party.producer_ids), ARRAY(Uuid)),
        literal(sorted(party.glns), ARRAY(Text)),
        literal(list(party.capture_prefixes), ARRAY(Text)),
        type_=Boolean,
    )


def _row_by_row(found: Select[Any]) -> ColumnElement[bool]:
    """Whether `found` has a row: as a scalar, which PostgreSQL can only look up for each event it considers.

    An EXISTS beside others in an OR may be answered from a hash of the whole table, when the planner expects many rows.
    """
    return func.coalesce(found.with_only_columns(true()).limit(1).correlate(EpcisEvent).scalar_subquery(), False)


def _lot_of(identifier: SQLColumnExpression[str], product: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the canonical URI is of a lot or an item of the product beside it, which meets `product`."""
    return and_(
        Product.gtin == func.substr(identifier, len(_TRADE_ITEM) + 1, 14),
        func.starts_with(identifier, _TRADE_ITEM),
        func.length(identifier) > len(_TRADE_ITEM) + 14,
        product,
    )


def _numbers_items() -> ColumnElement[bool]:
    """Whether the event gives items their serial numbers: whoever read that could print labels that look genuine.

    The function `event_numbers_items` stands in the migrations.
    """
    numbers = func.event_numbers_items(EpcisEvent.id, type_=Boolean)
    return func.coalesce(and_(EpcisEvent.action == "ADD", EpcisEvent.biz_step == "commissioning", numbers), False)


def _about_lot(product: ColumnElement[bool]) -> ColumnElement[bool]:
    item = aliased(EpcisEventIdentifier)
    return _row_by_row(
        select(item).join(Product, _lot_of(item.identifier, product)).where(item.event_id == EpcisEvent.id)
    )


def _parcel_with_lot(product: ColumnElement[bool]) -> ColumnElement[bool]:
    """What happens to a parcel happens to the lots that were packed into it."""
    parcel, packed, content = (aliased(EpcisEventIdentifier) for _ in range(3))
    return _row_by_row(
        select(parcel)
        .join(packed, and_(packed.identifier == parcel.identifier, packed.role == "parent"))
        .join(content, and_(content.event_id == packed.event_id, content.role.in_(("child", "child_quantity"))))
        .join(Product, _lot_of(content.identifier, product))
        .where(parcel.event_id == EpcisEvent.id, func.starts_with(parcel.identifier, _PARCEL))
    )


def reader(party: Party) -> Party:
    """`party` as a reader: a token that may not read sees what the public sees."""
    return PUBLIC if party.token_id is not None and READ not in party.scopes else party
