"""Pages on which a farmer says how parcels reach their buyers; what they show is set up first."""

from collections.abc import Sequence

from deploy.story.telling import Storyteller
from deploy.story.view import View

DELIVERY_NAMES = (
    *("delivery", "delivery-new", "delivery-method", "delivery-zone", "delivery-zone-new"),
    *(
        "delivery-point",
        "delivery-times",
        "order-hourly",
        "order-fetched",
        "product-cold",
        "basket-cold",
        "checkout-cold",
    ),
)
COLD_PRODUCT = "/products/gio-lua-dong-loc"


def delivery_pages(story: Storyteller) -> Sequence[View]:
    """A courier with two zones, a pick-up point that is out of use, and what buyers see of delivery."""
    farmer = story.farmer
    new = "/farm/delivery/new"
    courier = {"kind": "courier", "name": "Xe nhà vườn (mẫu)", "free_from_vnd": "500.000"}
    first_zone = farmer.send(farmer.open(new).form(having="kind"), courier)
    near = {
        "name": "Gần nông trại",
        "communes": "Phúc Trạch\nHương Khê",
        "rows-0-up_to_grams": "5",
        "rows-0-fee_vnd": "15.000",
        "rows-1-up_to_grams": "20",
        "rows-1-fee_vnd": "30.000",
    }
    method = farmer.send(first_zone.form(having="communes"), near).path
    far = {
        "name": "Cả nước",
        "is_elsewhere": "y",
        "rows-0-up_to_grams": "5",
        "rows-0-fee_vnd": "25.000",
        "extra_kg_vnd": "4.000",
    }
    farmer.send(farmer.open(f"{method}/zones/new").form(having="communes"), far)
    zone = farmer.open(method).link_below("/farm/delivery/zones/").path
    point = _pick_up_point(story)
    guest = story.stranger()
    guest.send(guest.open(COLD_PRODUCT).form(to="/basket/lines"), {"quantity": "1"})
    return (
        View("delivery", "/farm/delivery", farmer),
        View("delivery-new", new, farmer),
        View("delivery-method", method, farmer),
        View("delivery-zone", zone, farmer),
        View("delivery-zone-new", f"{method}/zones/new", farmer),
        View("delivery-point", point, farmer),
        View("delivery-times", f"{point}/times", farmer),
        View("order-hourly", story.hourly_order, guest),
        View("order-fetched", story.fetched_order, guest),
        View("product-cold", COLD_PRODUCT, guest),
        View("basket-cold", "/basket", guest),
        View("checkout-cold", "/checkout", guest),
    )


def _pick_up_point(story: Storyteller) -> str:
    """A pick-up point with times, which is offered no more; its path."""
    farmer = story.farmer
    values = {
        "kind": "pick_up",
        "name": "Sạp chợ Sơn (mẫu)",
        "address": "Chợ Sơn",
        "commune": "18547",
        "opening_hours": "Thứ Hai đến thứ Bảy, 7:00–17:00",
    }
    point = farmer.send(farmer.open("/farm/delivery/new").form(having="kind"), values).path
    saturday = {
        "rows-0-weekdays": "6",
        "rows-0-from_hour": "8",
        "rows-0-until_hour": "11",
        "rows-0-capacity": "20",
        "rows-0-cutoff_hours": "12",
    }
    page = farmer.send(farmer.open(f"{point}/times").form(having="rows-0-capacity"), saturday)
    farmer.send(page.form(to=f"{point}/end"))
    return point
