"""Pages of cash on delivery: the list of who may pay so, an order for cash, and what the farmer notes of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.telling import Storyteller
from deploy.story.view import View

CASH_NAMES = ("cash-buyers", "cash-overdue", "checkout-cash", "order-cash", "parcel-cash", "cash-parcel", "cash-noted")


def cash_pages(story: Storyteller) -> Sequence[View]:
    """An account that may pay in cash orders three times; the farmer ships two, and is paid for one."""
    administrator, buyer, farmer = story.administrator, story.signed_in("regular customer"), story.farmer
    account = story.account("regular customer")
    page = administrator.open("/cash/buyers")
    if account.display_name not in page.text:
        limits = {"order_limit_vnd": "2.000.000", "open_limit_vnd": "5.000.000", "reason": "Khách quen (mẫu)"}
        administrator.send(page.form(having="order_limit_vnd"), {"name": account.email, **limits})
    orders = [_order_for_cash(story, buyer) for _ in range(3)]
    to_pack, on_its_way, paid = (parcel_of(farmer, buyer.open(path).heading.split()[-1]) for path in orders)
    for parcel in (on_its_way, paid):
        form = farmer.open(parcel).form(to=f"{parcel}/pack")
        farmer.send(form, {name: found[1] for name, found in form.choices.items() if name.startswith("lot_")})
        farmer.send(farmer.open(parcel).form(to=f"{parcel}/ship"))
    farmer.send(farmer.open(f"{paid}/cash").form(to=f"{paid}/cash/received"))
    buyer.send(buyer.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})
    return (
        View("cash-buyers", "/cash/buyers", administrator),
        View("cash-overdue", "/cash/overdue", administrator),
        View("checkout-cash", "/checkout", buyer),
        View("order-cash", orders[0], buyer),
        View("parcel-cash", to_pack, farmer),
        View("cash-parcel", f"{on_its_way}/cash", farmer),
        View("cash-noted", f"{paid}/cash", farmer),
    )


def _order_for_cash(story: Storyteller, buyer: Person) -> str:
    """The page of an order of one piece."""
    buyer.send(buyer.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})
    return urlsplit(order(buyer, name="Khách quen (mẫu)", pays_cash="y")).path


def parcel_of(farmer: Person, number: str) -> str:
    """The farmer's page of the parcel of this order."""
    links = farmer.open(f"/farm/orders?q={number}").links_below("/farm/orders/")
    return next(link.path for link in links if link.words == number)
