"""The work of a block of serial numbers: its items commissioned in the journal, batch by batch."""

import uuid

from core.accounts import Actor, RoleName
from core.db import db, utc_now
from traceability.gs1.links import item_uri, location_uri
from traceability.items import rules
from traceability.items.models import SerialBlock
from traceability.items.queries import lot_of_block
from traceability.journal.issuer import site_url
from traceability.journal.rules import commissioning_of_items
from traceability.journal.usecases import capture_event


def commission_batch(*, block_id: uuid.UUID) -> bool:
    """Write the next 1,000 items of the block into the journal; whether some are left.

    What is written and how far it got are one transaction, so it goes on where it was, and twice does no harm.
    """
    block = db.session.get(SerialBlock, block_id, with_for_update=True, populate_existing=True)
    if block is None or block.commissioned == block.count:
        return False
    lot, key = lot_of_block(block)
    upto = min(block.commissioned + rules.BATCH_SIZE, block.count)
    serials = (rules.serial_number(key, block.numbers, position) for position in range(block.commissioned, upto))
    gln = lot.plots[0].plot.gln if len(lot.plots) == 1 else lot.product.producer.gln
    event = commissioning_of_items(
        item_uris=[item_uri(site_url(), lot.product.gtin, serial, lot=lot.lot_number) for serial in serials],
        lot_number=lot.lot_number,
        event_time=block.issued_at,
        biz_location=location_uri(site_url(), gln),
    )
    # The block was issued by a member of the producer; whether they still are one does not matter now.
    capture_event(actor=Actor(block.issued_by, frozenset({RoleName.PRODUCER_MEMBER}), ""), event=event)
    block.commissioned = upto
    block.progress_at = utc_now()
    db.session.flush()
    return block.commissioned < block.count
