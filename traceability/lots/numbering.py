"""The numbers of new lots: chosen, or the next free one of the day. The product's row must be locked."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from catalog.products.models import Product
from core.db import db
from core.errors import Invalid
from core.i18n import gettext as _
from traceability.lots import rules
from traceability.lots.models import Lot


def lot_number_for(product: Product, day: date, chosen: str | None, *, given: Collection[str] = ()) -> str:
    """`chosen` when it is well formed and free, or the next free number of `day`; `given` are taken as well.

    Raises Invalid for `lot_number`.
    """
    if chosen is not None:
        rules.check_lot_number(chosen)
        statement = select(Lot.id).where(Lot.product_id == product.id, Lot.lot_number == chosen)
        if chosen in given or db.session.scalar(statement) is not None:
            raise Invalid(_("This product has a lot with that number already."), field="lot_number")
        return chosen
    of_the_day = select(Lot.lot_number).where(
        Lot.product_id == product.id, Lot.lot_number.startswith(f"{day:%y%m%d}-", autoescape=True)
    )
    return rules.next_lot_number(day, {*db.session.scalars(of_the_day), *given})
