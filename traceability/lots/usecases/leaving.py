"""Goods that end: sold outside the shop, or destroyed."""

import uuid

from core.accounts import Actor
from core.db import utc_now
from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.gs1.links import location_uri
from traceability.journal.issuer import site_url
from traceability.journal.rules import destruction_of_lot, retail_sale_of_lot
from traceability.journal.usecases import capture_event
from traceability.lots.describing import quantity_elements
from traceability.lots.ledger import LotContent, Place, acting_holder, withdraw, write_movements, write_operation
from traceability.lots.models import HoldingStatus, LotOperation, OperationKind

LONGEST_REASON = 500
LONGEST_COUNTERPART = 160


def sell_lot(
    *, actor: Actor, holder_id: uuid.UUID, content: LotContent, counterpart: str | None = None
) -> LotOperation:
    """Say that loose goods of a lot were sold outside the shop; `counterpart` says in private who bought.

    Raises NotFound, NotHeld, LotExhausted, Invalid (with `field`).
    """
    counterpart = normalize(counterpart or "") or None
    if counterpart is not None and len(counterpart) > LONGEST_COUNTERPART:
        raise Invalid(_("At most %(count)s characters, please.", count=LONGEST_COUNTERPART), field="counterpart")
    holder = acting_holder(actor, holder_id)
    withdrawn = withdraw(actor=actor, holder=holder, contents=[content])
    event = retail_sale_of_lot(
        sold=quantity_elements((part.lot, part.amount) for part in withdrawn),
        event_time=utc_now(),
        biz_location=location_uri(site_url(), holder.gln),
    )
    operation = write_operation(
        actor=actor,
        kind=OperationKind.SELLING,
        holder_id=holder.id,
        event=capture_event(actor=actor, event=event),
        counterpart=counterpart,
    )
    target = Place(holder.id, HoldingStatus.SOLD)
    write_movements(operation, [move for part in withdrawn for move in part.moves(holder.id, target)])
    return operation


def destroy_lot(
    *, actor: Actor, holder_id: uuid.UUID, content: LotContent, reason: str, photo_key: str | None = None
) -> LotOperation:
    """Say that loose goods of a lot were destroyed, and why; `photo_key` is of a stored photo that shows it.

    Raises NotFound, NotHeld, LotExhausted, Invalid (with `field`).
    """
    reason = normalize(reason)
    if not reason:
        raise Invalid(_("Say why the goods are destroyed."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("At most %(count)s characters, please.", count=LONGEST_REASON), field="reason")
    holder = acting_holder(actor, holder_id)
    withdrawn = withdraw(actor=actor, holder=holder, contents=[content], guarded=False)
    event = destruction_of_lot(
        destroyed=quantity_elements((part.lot, part.amount) for part in withdrawn),
        event_time=utc_now(),
        read_point=location_uri(site_url(), holder.gln),
    )
    operation = write_operation(
        actor=actor,
        kind=OperationKind.DESTROYING,
        holder_id=holder.id,
        event=capture_event(actor=actor, event=event),
        reason=reason,
        photo_key=photo_key,
    )
    target = Place(holder.id, HoldingStatus.DESTROYED)
    write_movements(operation, [move for part in withdrawn for move in part.moves(holder.id, target)])
    return operation
