"""Offers, markets and stalls for tests."""

from itertools import count

from catalog.products.models import Product
from core.accounts import User
from core.db import db, readable_code
from market.offers.models import Offer, SaleUnit, StockMovement, StockMovementKind
from market.stalls.models import Market, Stall
from tests.factories.catalog import make_commune, make_product

_numbers = count(1)


def make_offer(product: Product | None = None, **values: object) -> Offer:
    """An offer by the piece with 100 in stock, counted in as a producer does."""
    offer = Offer(
        **{
            "product_id": (product or make_product()).id,
            "unit": SaleUnit.PIECE,
            "price_vnd": 35_000,
            "on_hand": 100,
            **values,
        }
    )
    db.session.add(offer)
    db.session.flush()
    if offer.on_hand:
        db.session.add(
            StockMovement(
                offer_id=offer.id, kind=StockMovementKind.COUNT, on_hand_change=offer.on_hand, reserved_change=0
            )
        )
        db.session.flush()
    return offer


def make_market(**values: object) -> Market:
    """A market."""
    number = next(_numbers)
    market = Market(
        **{
            "slug": f"cho-mau-{number}",
            "name_vi": f"Chợ {number} (mẫu)",
            "name_en": f"Market {number} (sample)",
            "commune_code": make_commune().code,
            **values,
        }
    )
    db.session.add(market)
    db.session.flush()
    return market


def make_stall(market: Market | None = None, holder: User | None = None, **values: object) -> Stall:
    """A stall of `market`, held by `holder`."""
    number = next(_numbers)
    stall = Stall(
        **{
            "market_id": (market or make_market()).id,
            "number": f"F{number}",
            "name": f"Quầy trái cây {number} (mẫu)",
            "goods": "Trái cây",
            "holder_name": f"Bà Mẫu {number} (mẫu)",
            "holder_id": holder.id if holder else None,
            "placard_code": readable_code(8),
            **values,
        }
    )
    db.session.add(stall)
    db.session.flush()
    return stall
