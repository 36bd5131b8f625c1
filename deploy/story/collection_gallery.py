"""Pages of what a buyer still owes, for goods that weigh more and for a deposit: the buyer's and the farmer's."""

from collections.abc import Sequence
from datetime import timedelta

from deploy.story.cash_gallery import parcel_of
from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.shopper import pay
from deploy.story.telling import BOX_PRICE_VND, Storyteller
from deploy.story.view import View
from deploy.story.waiting import wait_for

COLLECTION_NAMES = ("order-heavier", "parcel-heavier", "collection-waive", "order-deposit", "parcel-deposit")
WAIT_SECONDS = 20
WEIGHT_FIELDS = ("price_per_kg_vnd", "average_grams", "weight_tolerance_percent")


def collection_pages(story: Storyteller) -> Sequence[View]:
    """A guest buys a box of about eight kilograms, and the farmer packs more; the box is then priced as before."""
    farmer, guest = story.farmer, story.stranger()
    stock = [link.path for link in farmer.open(story.product.form_path).links_below("/farm/offers/")]
    box = [path.removesuffix("/stock") for path in stock if path.endswith("/stock")][1]
    _price_by_weight(story, box, (f"{BOX_PRICE_VND // 8}", "8000", "10"))
    heavier = _buy(story, guest, box)
    _price_by_weight(story, box, ("", "", ""))
    parcel = parcel_of(farmer, guest.open(heavier).heading.split()[-1])
    packing = farmer.open(parcel).form(to=f"{parcel}/pack")
    typed = {name: found[1] for name, found in packing.choices.items() if name.startswith("lot_")}
    farmer.send(packing, typed | {name: "8,6" for name in packing.names if name.startswith("weight_")})
    found, _seconds = wait_for(
        "the buyer to be asked for what it weighs more",
        lambda: next(farmer.open(parcel).links_below("/farm/collections/"), None),
        seconds=WAIT_SECONDS,
    )
    early = story.stranger()
    with_deposit = _order_harvest(story, early, box)
    return (
        View("order-heavier", heavier, guest),
        View("parcel-heavier", parcel, farmer),
        View("collection-waive", found.path, farmer),
        View("order-deposit", with_deposit, early),
        View("parcel-deposit", parcel_of(farmer, early.open(with_deposit).heading.split()[-1]), farmer),
    )


def _order_harvest(story: Storyteller, guest: Person, box: str) -> str:
    """The page of an order of the next harvest beside a piece, whose deposit is paid and whose rest is asked for."""
    farmer = story.farmer
    farmer.send(farmer.open(box).form(having="is_preorder"), {"is_preorder": "y"})
    form = farmer.open(f"{box}/cycles").form(having="deposit_percent")
    days = {"harvest_from": 30, "harvest_until": 40}
    cycle = {name: f"{story.today + timedelta(days=ahead)}" for name, ahead in days.items()}
    cycle |= {"opens_at": f"{story.yesterday}T08:00", "closes_at": f"{story.today + timedelta(days=9)}T08:00"}
    farmer.send(form, {**cycle, "deposit_percent": "30"})
    guest.send(guest.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})
    ordered = _buy(story, guest, box)
    path = f"{ordered}/collections/"
    wait_for("the rest to be asked for", lambda: path in guest.open(ordered).html, seconds=WAIT_SECONDS)
    terms = farmer.open(box).form(having="is_preorder")
    terms.fields = [field for field in terms.fields if field[0] != "is_preorder"]
    farmer.send(terms)
    return ordered


def _buy(story: Storyteller, guest: Person, offer: str) -> str:
    """The page of an order of one unit of this offer, paid."""
    chosen = {"offer": offer.rsplit("/", 1)[-1], "quantity": "1"}
    guest.send(guest.open(story.product.path).form(to="/basket/lines"), chosen)
    return pay(guest, order(guest))


def _price_by_weight(story: Storyteller, offer: str, values: tuple[str, str, str]) -> None:
    """Set, or empty, the price of a kilogram, the usual weight in grams and the tolerance of an offer."""
    form = story.farmer.open(offer).form(having="price_per_kg_vnd")
    story.farmer.send(form, dict(zip(WEIGHT_FIELDS, values, strict=True)))
