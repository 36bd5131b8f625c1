"""Filling in the checkout: who gets it, where, and how it reaches them."""

import re

from deploy.story.broken import StoryBroken
from deploy.story.page import Page
from deploy.story.person import Person
from seeds.delivery import COURIER_NAME


def checkout_values(page: Page, *, way: str = COURIER_NAME, time: int | None = None, **values: str) -> dict[str, str]:
    """What a buyer in the first commune of the list types: any value may be another one.

    Each parcel goes the way with this name, at the so-manieth free time; where it is not offered, the first way that
    asks for no time. Raises `StoryBroken`.
    """
    form = page.form(having="address")
    typed = {
        "name": "Khách mua thử (mẫu)",
        "phone": "0912 345 678",
        "commune": form.choices["commune"][1],
        "address": "12 Nguyễn Du",
    }
    for field in (name for name in form.names if name.startswith("delivery_")):
        times_of = {
            value: f"time_{field.removeprefix('delivery_')}_{value.split('.')[0]}" for value in form.choices[field]
        }
        without = [value for value, times in times_of.items() if times not in form.names]
        typed[field] = _value_of(page, field, way) or without[0]
        if time is not None:
            times = times_of[typed[field]]
            if times not in form.choices:
                raise StoryBroken(f"expected times to choose from for {way}, got {sorted(form.choices)}")
            typed[times] = form.choices[times][time]
    return {**typed, **values}


def _value_of(page: Page, field: str, way: str) -> str | None:
    """The value of the button of one parcel beside which this way's name stands."""
    pattern = rf'name="{re.escape(field)}" value="([^"]+)"[^>]*>\s*<label[^>]*>[^<]*{re.escape(way)}'
    found = re.search(pattern, page.html)
    return found[1] if found else None


def choose(guest: Person, **values: str) -> tuple[Page, dict[str, str]]:
    """The checkout that shows the sum with all that a guest has chosen, and what they send then."""
    page = guest.open("/checkout")
    page = guest.send(page.form(having="address"), checkout_values(page, **values) | {"choose_province": "1"})
    return page, checkout_values(page, **values)


def order(guest: Person, **values: str) -> str:
    """Send a guest's basket off as an order; the address that it leads on to."""
    page, typed = choose(guest, **values)
    return guest.send_and_stay(page.form(having="address"), typed).headers["Location"]
