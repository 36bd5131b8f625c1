"""Lots in words, for pages."""

from catalog.products.models import Product
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from traceability.lots.amounts import Amount, format_amount
from traceability.lots.models import HoldingStatus, LogisticUnitKind, LogisticUnitStatus, Lot
from traceability.lots.shipment_models import Difference, ShipmentStatus

HOLDING_NAMES = {
    HoldingStatus.LOOSE: _l("loose"),
    HoldingStatus.PACKED: _l("packed"),
    HoldingStatus.IN_TRANSIT: _l("on the way"),
    HoldingStatus.USED: _l("used for other lots"),
    HoldingStatus.SOLD: _l("sold"),
    HoldingStatus.DESTROYED: _l("destroyed"),
    HoldingStatus.LOST: _l("lost"),
}
UNIT_KIND_NAMES = {
    LogisticUnitKind.CRATE: _l("Crate"),
    LogisticUnitKind.PALLET: _l("Pallet"),
    LogisticUnitKind.PARCEL: _l("Parcel"),
}
UNIT_STATUS_NAMES = {
    LogisticUnitStatus.PACKED: _l("Packed"),
    LogisticUnitStatus.IN_TRANSIT: _l("On its way"),
    LogisticUnitStatus.DISPATCHED: _l("Sent out"),
    LogisticUnitStatus.UNPACKED: _l("Unpacked"),
}
SHIPMENT_STATUS_NAMES = {
    ShipmentStatus.SENT: _l("On its way"),
    ShipmentStatus.RECEIVED: _l("Received"),
    ShipmentStatus.PARTLY_RECEIVED: _l("Received in part"),
    ShipmentStatus.REFUSED: _l("Not taken over"),
}
DIFFERENCE_NAMES = {
    Difference.RETURNED: _l("It goes back to the sender"),
    Difference.LOST: _l("It is missing or spoiled"),
}


def lot_amount(lot: Lot, amount: Amount, *, with_weight: bool = False) -> str:
    """So much of `lot` in words; `with_weight` adds the kilograms of what is counted."""
    return format_amount(amount, lot.unit, lot.product.category, with_weight=with_weight)


def lot_with_grade(lot: Lot) -> str:
    """The lot's number, with the grade that it was sorted into."""
    return f"{lot.lot_number} ({lot.grade})" if lot.grade else lot.lot_number


def product_name(product: Product) -> str:
    """The product's name in the reader's language."""
    return product.name_en if current_locale() == "en" else product.name_vi
