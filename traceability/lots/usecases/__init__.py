"""Writes of lots, one module a group of verbs. Each is also an event in the journal."""

from traceability.lots.ledger import LotContent
from traceability.lots.mass_balance import LotOutput
from traceability.lots.usecases.coming_back import ReturnedUnits, take_back
from traceability.lots.usecases.harvesting import PlotShare, create_lot, record_harvest
from traceability.lots.usecases.leaving import destroy_lot, sell_lot
from traceability.lots.usecases.packing import pack_crate, pack_lots, pack_pallet, ship_parcel, unpack
from traceability.lots.usecases.receiving import ReceivedAmount, receive
from traceability.lots.usecases.shipping import ship
from traceability.lots.usecases.transforming import Transformation, grade_lot, mix_lots, process_lots, split_lot
from traceability.lots.usecases.undoing import undo_operation

__all__ = [
    "LotContent",
    "LotOutput",
    "PlotShare",
    "ReceivedAmount",
    "ReturnedUnits",
    "Transformation",
    "create_lot",
    "destroy_lot",
    "grade_lot",
    "mix_lots",
    "pack_crate",
    "pack_lots",
    "pack_pallet",
    "process_lots",
    "receive",
    "record_harvest",
    "sell_lot",
    "ship",
    "ship_parcel",
    "split_lot",
    "take_back",
    "undo_operation",
    "unpack",
]
