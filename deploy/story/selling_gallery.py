"""Pages of what is sold and how: stock, quantities and prices, promotions, harvests; and of money that goes back."""

from collections.abc import Sequence

from deploy.story.telling import Storyteller
from deploy.story.view import View

SELLING_NAMES = (
    *("product-variants", "stock-card", "offer-terms", "order-cycles", "price-lists"),
    *("promotions", "promotion-new", "site-promotions"),
    *("parcel-short", "refund-find", "refund-order", "payments-review", "payments-disputes"),
)


def selling_pages(story: Storyteller, *, parcel: str) -> Sequence[View]:
    """What a farmer sets for an offer, and `parcel`, the page of one to pack, of which something is missing."""
    farmer, officer = story.farmer, story.officer
    product = farmer.open(f"/farm/products/{story.product.id}")
    stock = next(link.path for link in product.links_below("/farm/offers/") if link.path.endswith("/stock"))
    offer = stock.removesuffix("/stock")
    number = story.stranger().open(story.weighed_order).heading.split()[-1]
    repriced = officer.send(officer.open("/payments/orders").form(having="number"), {"number": number}).path
    return (
        View("product-variants", f"/farm/products/{story.product.id}/variants", farmer),
        View("stock-card", stock, farmer),
        View("offer-terms", offer, farmer),
        View("order-cycles", f"{offer}/cycles", farmer),
        View("price-lists", "/farm/price-lists", farmer),
        View("promotions", "/promotions", farmer),
        View("promotion-new", "/promotions/new", farmer),
        View("site-promotions", "/promotions", officer),
        View("parcel-short", f"{parcel}/short", farmer),
        View("refund-find", "/payments/orders", officer),
        View("refund-order", repriced, officer),
        View("payments-review", "/payments/review", officer),
        View("payments-disputes", "/payments/review/disputes", officer),
    )
