"""Goods that are sent again: packed from their lots and handed over, in the ledger of lots and in the journal.

The order's row is locked already. As with the first parcel, no event names the buyer.
"""

import uuid
from collections.abc import Mapping

from core.accounts import Actor
from core.db import db
from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.orders.models import OrderLine, Parcel
from market.orders.packing import keep_promises
from market.orders.queries import lots_with_enough
from market.orders.record_models import ReplacementLine
from traceability.journal.usecases import issue_sscc
from traceability.lots.queries import LotAtHand
from traceability.lots.usecases import LotContent, pack_lots
from traceability.lots.usecases import ship_parcel as record_shipping


def send_again(
    *, actor: Actor, parcel: Parcel, units: Mapping[OrderLine, int], lots: Mapping[uuid.UUID, uuid.UUID]
) -> str:
    """Pack so many units of lines of a parcel anew and hand them over; the SSCC of the new parcel.

    `lots` names, for each line, the lot it is taken from. Raises Invalid for a lot that does not fit its line,
    or is promised to other orders; LotExhausted when a lot has run out meanwhile.
    """
    choices = lots_to_replace_from(units)
    for line in units:
        if lots.get(line.id) not in {choice.lot.id for choice in choices[line.id]}:
            raise Invalid(_l("This lot has not enough left, or is of another product."), field=f"lot_{line.id}")
    sscc = issue_sscc()
    pack_lots(
        actor=actor,
        sscc=sscc,
        contents=[LotContent(lots[line.id], count * line.content_quantity) for line, count in units.items()],
        packed_at_gln=parcel.producer.gln,
        order_number=parcel.order.number,
    )
    keep_promises(parcel.producer_id, {line.id: lots[line.id] for line in units})
    record_shipping(actor=actor, sscc=sscc, shipped_from_gln=parcel.producer.gln)
    db.session.add_all(
        ReplacementLine(order_line_id=line.id, lot_id=lots[line.id], quantity=count, sscc=sscc)
        for line, count in units.items()
    )
    db.session.flush()
    return sscc


def lots_to_replace_from(units: Mapping[OrderLine, int]) -> dict[uuid.UUID, list[LotAtHand]]:
    """For each line, by its id, the lots of which its producer has enough; another one than was promised may be sent.

    The lines come with their offers and products.
    """
    return lots_with_enough({line: count * line.content_quantity for line, count in units.items()})
