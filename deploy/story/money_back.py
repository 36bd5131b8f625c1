"""Money that goes back: for a parcel that weighs less than was paid for, and for a fruit that came spoilt."""

from deploy.story.broken import StoryBroken, expect
from deploy.story.page import Page
from deploy.story.shopper import pay_for_pieces
from deploy.story.telling import Storyteller
from deploy.story.waiting import wait_for

BOUGHT = 2
PRICE_OF_KILOGRAM_VND, AVERAGE_GRAMS, TOLERANCE_PERCENT = 35_000, 1_000, 10
WEIGHED, DIFFERENCE = "1,8", "7.000"
"""Kilograms of the two fruits when they are packed, and the dong that this is less than their estimate."""

PRICE_OF_ONE = "31.500"
REFUND_SECONDS = 40


def lighter_parcel_is_repriced(story: Storyteller) -> None:
    """Fruits sold by weight: paid at an estimate, packed lighter, the difference back on the card."""
    stock = story.farmer.open(story.product.form_path).link_below("/farm/offers/").path
    terms = stock.removesuffix("/stock")
    _price_by_weight(story, terms, PRICE_OF_KILOGRAM_VND, AVERAGE_GRAMS, TOLERANCE_PERCENT)
    story.weighed_order = pay_for_pieces(
        story.stranger(), story.product.path, pieces=BOUGHT, email=f"weighed-{story.buyer_email}"
    )
    number = story.stranger().open(story.weighed_order).heading.split()[-1]
    parcels = story.farmer.open("/farm/orders")
    link = next((link for link in parcels.links_below("/farm/orders/") if link.words == number), None)
    if link is None:
        raise StoryBroken(f"expected order {number} among the parcels to pack, got {parcels.summary}")
    form = story.farmer.open(link.path).form(to=f"{link.path}/pack")
    chosen = {name: str(story.lot.id) for name in form.names if name.startswith("lot_")}
    weights = {name: WEIGHED for name in form.names if name.startswith("weight_")}
    expect(weights, "the packing page to ask for the weight", got=sorted(form.names))
    parcel = story.farmer.send(form, {**chosen, **weights})
    story.farmer.send(parcel.form(to=f"{link.path}/ship"))
    _page, waited = wait_for(
        f"{DIFFERENCE} dong back on the card", lambda: _given_back(story, DIFFERENCE), seconds=REFUND_SECONDS
    )
    _price_by_weight(story, terms, "", "", "")
    story.say(f"order {number}: {WEIGHED} kg instead of 2, {DIFFERENCE} VND went back after {waited:.1f} s")


def spoilt_fruit_is_refunded(story: Storyteller) -> None:
    """The officer gives back one of the two fruits; the buyer's order says so."""
    officer = story.officer
    number = story.stranger().open(story.weighed_order).heading.split()[-1]
    order = officer.send(officer.open("/payments/orders").form(having="number"), {"number": number})
    form = order.form(having="request_key")
    quantity = next(name for name in form.names if name.startswith("quantity_"))
    answer = officer.send(form, {quantity: "1", "reason": "returned", "note": "Một quả bị dập (mẫu)"})
    expect(PRICE_OF_ONE in answer.text, f"{PRICE_OF_ONE} dong among what was given back", got=answer.text)
    wait_for(f"{PRICE_OF_ONE} dong back on the card", lambda: _given_back(story, PRICE_OF_ONE), seconds=REFUND_SECONDS)
    story.say(f"order {number}: one of {BOUGHT} fruits came spoilt, {PRICE_OF_ONE} VND went back")


def _price_by_weight(story: Storyteller, path: str, kilogram: object, grams: object, percent: object) -> None:
    form = story.farmer.open(path).form(having="price_per_kg_vnd")
    terms = {"price_per_kg_vnd": kilogram, "average_grams": grams, "weight_tolerance_percent": percent}
    story.farmer.send(form, {name: str(value) for name, value in terms.items()})


def _given_back(story: Storyteller, amount: str) -> Page | None:
    """The buyer's page, once it says that so many dong were given back."""
    page = story.stranger().open(f"{story.weighed_order}?lang=vi")
    said = page.text.partition("Đã hoàn")[2]
    return page if amount in said else None
