"""What happens to a lot of fruit, said in EPCIS: harvest, packing of an order, dispatch of a parcel, and after."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from traceability.epcis.event_builders import (
    VIETNAM_OFFSET,
    Action,
    BusinessTransaction,
    Event,
    EventRuleError,
    Party,
    QuantityElement,
    aggregation_event,
    epcis_document,
    object_event,
    transformation_event,
    with_event_id,
)

__all__ = [
    "VIETNAM_OFFSET",
    "Action",
    "BusinessTransaction",
    "Event",
    "EventRuleError",
    "Party",
    "QuantityElement",
    "aggregation_event",
    "commissioning_of_lot",
    "epcis_document",
    "grading_into_lot",
    "object_event",
    "packing_of_order",
    "recall_of_lot",
    "shipping_of_parcel",
    "transformation_event",
    "with_event_id",
]


def commissioning_of_lot(
    *,
    lot_uri: str,
    lot_number: str,
    quantity: int | Decimal,
    unit_of_measure: str | None,
    event_time: dt.datetime,
    biz_location: str,
    read_point: str | None = None,
    harvested_from: dt.date | None = None,
    harvested_to: dt.date | None = None,
    first_use: bool = True,
    event_time_zone_offset: str = VIETNAM_OFFSET,
) -> Event:
    """The harvest that makes a lot: ObjectEvent ADD with the quantity of the lot's class.

    ``commissioning`` says that the lot's number is used for the first time; a later harvest into the same lot
    (``first_use=False``) is ``creating_class_instance`` (CBV 2.0, section 7.1). ``quantity`` is in
    ``unit_of_measure`` (KGM for kilograms), or in pieces when that is None.
    """
    ilmd = {
        "cbvmda:lotNumber": lot_number,
        "cbvmda:harvestStartDate": harvested_from.isoformat() if harvested_from else None,
        "cbvmda:harvestEndDate": harvested_to.isoformat() if harvested_to else None,
        "cbvmda:countryOfOrigin": "VN",
    }
    return object_event(
        action="ADD",
        quantity_list=[QuantityElement(lot_uri, quantity, unit_of_measure)],
        event_time=event_time,
        event_time_zone_offset=event_time_zone_offset,
        biz_step="commissioning" if first_use else "creating_class_instance",
        disposition="active",
        read_point=read_point,
        biz_location=biz_location,
        ilmd={name: value for name, value in ilmd.items() if value is not None},
    )


def grading_into_lot(
    *,
    inputs: Sequence[QuantityElement],
    outputs: Sequence[QuantityElement],
    event_time: dt.datetime,
    biz_location: str,
    read_point: str | None = None,
    event_time_zone_offset: str = VIETNAM_OFFSET,
) -> Event:
    """Lots were graded, mixed or processed into new lots: TransformationEvent. Packing an order is not this."""
    return transformation_event(
        input_quantity_list=inputs,
        output_quantity_list=outputs,
        event_time=event_time,
        event_time_zone_offset=event_time_zone_offset,
        biz_step="commissioning",
        disposition="active",
        read_point=read_point,
        biz_location=biz_location,
    )


def packing_of_order(
    *,
    parcel_uri: str,
    contents: Sequence[QuantityElement],
    event_time: dt.datetime,
    biz_location: str,
    order_uri: str | None = None,
    event_time_zone_offset: str = VIETNAM_OFFSET,
) -> Event:
    """Pieces of lots were put into the parcel of an order: AggregationEvent ADD.

    The fruit stays what it was, of the lot it was, so nothing is transformed; the parcel (SSCC) becomes the parent
    of quantities of the lots' classes, and unpacking it later is the same event with DELETE.
    """
    return aggregation_event(
        action="ADD",
        parent_id=parcel_uri,
        child_quantity_list=contents,
        event_time=event_time,
        event_time_zone_offset=event_time_zone_offset,
        biz_step="packing",
        disposition="in_progress",
        read_point=biz_location,
        biz_location=biz_location,
        biz_transactions=_order(order_uri),
    )


def shipping_of_parcel(
    *,
    parcel_uri: str,
    event_time: dt.datetime,
    read_point: str,
    order_uri: str | None = None,
    sender_uri: str | None = None,
    carrier_uri: str | None = None,
    event_time_zone_offset: str = VIETNAM_OFFSET,
) -> Event:
    """The parcel left: ObjectEvent OBSERVE ``shipping``, in transit, so without a business location.

    ``sender_uri`` and ``carrier_uri`` are the parties that had it before and have it now. The buyer is a person and
    is not named in a public record.
    """
    return object_event(
        action="OBSERVE",
        epc_list=[parcel_uri],
        event_time=event_time,
        event_time_zone_offset=event_time_zone_offset,
        biz_step="shipping",
        disposition="in_transit",
        read_point=read_point,
        biz_transactions=_order(order_uri),
        sources=[Party("possessing_party", sender_uri)] if sender_uri else (),
        destinations=[Party("possessing_party", carrier_uri)] if carrier_uri else (),
    )


def recall_of_lot(*, lot_uri: str, event_time: dt.datetime, event_time_zone_offset: str = VIETNAM_OFFSET) -> Event:
    """The lot was recalled, wherever it is: ObjectEvent OBSERVE with the disposition ``recalled``.

    It is set as a persistent disposition (EPCIS 2.0, section 7.3.7.2), so it holds until an event unsets it, whatever
    the lot's disposition is said to be later.
    """
    event = object_event(
        action="OBSERVE",
        quantity_list=[QuantityElement(lot_uri)],
        event_time=event_time,
        event_time_zone_offset=event_time_zone_offset,
        biz_step="holding",
        disposition="recalled",
    )
    return {**event, "persistentDisposition": {"set": ["recalled"]}}


def _order(order_uri: str | None) -> Sequence[BusinessTransaction]:
    return [BusinessTransaction(order_uri, "po")] if order_uri else ()
