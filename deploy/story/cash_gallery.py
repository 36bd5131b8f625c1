"""Pages of cash on delivery: the list of who may pay so, an order for cash, and what the farmer notes of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.return_gallery import ask_for_one, id_of
from deploy.story.telling import Storyteller
from deploy.story.view import View

CASH_NAMES = (
    *("cash-buyers", "cash-overdue", "checkout-cash", "order-cash", "parcel-cash", "cash-parcel", "cash-noted"),
    *("cash-to-give-back", "return-cash-own", "return-cash-missed", "complaint-cash", "complaints-cash"),
)


def cash_pages(story: Storyteller) -> Sequence[View]:
    """An account that may pay in cash orders four times; of three parcels shipped two are paid, and money goes back."""
    administrator, buyer, farmer = story.administrator, story.signed_in("regular customer"), story.farmer
    account = story.account("regular customer")
    page = administrator.open("/cash/buyers")
    if account.display_name not in page.text:
        limits = {"order_limit_vnd": "2.000.000", "open_limit_vnd": "5.000.000", "reason": "Khách quen (mẫu)"}
        administrator.send(page.form(having="order_limit_vnd"), {"name": account.email, **limits})
    orders = [_order_for_cash(story, buyer) for _ in range(4)]
    to_pack, on_its_way, paid, spoiled = (parcel_of(farmer, buyer.open(path).heading.split()[-1]) for path in orders)
    for parcel in (on_its_way, paid, spoiled):
        form = farmer.open(parcel).form(to=f"{parcel}/pack")
        farmer.send(form, {name: found[1] for name, found in form.choices.items() if name.startswith("lot_")})
        farmer.send(farmer.open(parcel).form(to=f"{parcel}/ship"))
    for parcel in (paid, spoiled):
        farmer.send(farmer.open(f"{parcel}/cash").form(to=f"{parcel}/cash/received"))
    missed, waiting = (_agreed_return(farmer, buyer, order) for order in orders[2:])
    form = next(form for form in farmer.open(f"{paid}/cash").forms if "/owed/" in form.action)
    note = next(name for name in form.names if name.endswith("-note"))
    farmer.send(form, {note: "Đưa tận tay sáng nay (mẫu)"})
    form = buyer.open(missed).form(to=f"{missed}/missing")
    buyer.send(form, {"body": "Tôi chưa nhận được đồng nào (mẫu)."})
    buyer.send(buyer.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})
    return (
        View("cash-buyers", "/cash/buyers", administrator),
        View("cash-overdue", "/cash/overdue", administrator),
        View("checkout-cash", "/checkout", buyer),
        View("order-cash", orders[0], buyer),
        View("parcel-cash", to_pack, farmer),
        View("cash-parcel", f"{on_its_way}/cash", farmer),
        View("cash-noted", f"{paid}/cash", farmer),
        View("cash-to-give-back", f"{spoiled}/cash", farmer),
        View("return-cash-own", waiting, buyer),
        View("return-cash-missed", missed, buyer),
        View("complaint-cash", f"/complaints/{id_of(missed)}", administrator),
        View("complaints-cash", "/complaints?state=money", administrator),
    )


def _agreed_return(farmer: Person, buyer: Person, order: str) -> str:
    """The buyer's page of a return that the farmer agrees to, of an order paid at the door."""
    asking = next(
        link.path for link in buyer.open(order).links_below(f"{order}/parcels/") if link.path.endswith("/return")
    )
    found = ask_for_one(buyer, asking, reason="spoiled", body="Một quả bị thối (mẫu).")
    path = f"/farm/returns/{id_of(found)}"
    farmer.send(farmer.open(path).form(having="kind"), {"kind": "refund", "body": "Xin lỗi chị (mẫu)."})
    return found


def _order_for_cash(story: Storyteller, buyer: Person) -> str:
    """The page of an order of one piece."""
    buyer.send(buyer.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})
    return urlsplit(order(buyer, name="Khách quen (mẫu)", pays_cash="y")).path


def parcel_of(farmer: Person, number: str) -> str:
    """The farmer's page of the parcel of this order."""
    links = farmer.open(f"/farm/orders?q={number}").links_below("/farm/orders/")
    return next(link.path for link in links if link.words == number)
