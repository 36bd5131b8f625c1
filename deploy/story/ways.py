"""How parcels reach their buyers: one comes at an hour that its buyer chose, one is picked up."""

from deploy.story.broken import expect
from deploy.story.ordering import order
from deploy.story.person import Person
from deploy.story.shopper import pay
from deploy.story.telling import Storyteller
from seeds.delivery import HOURLY_NAME, POINT_NAME

PICK_LIST = "/farm/orders/pick-list"
THIRD_TIME = 3
"""The first entry of the list of times asks to choose one."""


def parcel_comes_at_an_hour(story: Storyteller) -> None:
    """The product's page names the ways; a guest chooses a day and hours, and the farmer's list of that day has it."""
    guest = story.stranger()
    page = guest.open(story.product.path)
    for words in (HOURLY_NAME, POINT_NAME):
        expect(words in page.text, f"“{words}” on the product's page", got=page.summary)
    _fill_basket(story, guest)
    path = story.hourly_order = pay(guest, order(guest, way=HOURLY_NAME, time=THIRD_TIME, address="16 Nguyễn Du"))
    bought = guest.open(path)
    number, parcel = _parcel_of(story, guest, path)
    said = story.farmer.open(parcel).text
    expect(HOURLY_NAME in bought.text and HOURLY_NAME in said, "both sides to read how it comes", got=bought.summary)
    days = [link for link in story.farmer.open(PICK_LIST).links_below(PICK_LIST) if "day=" in link.address]
    asked = {link.words.partition(" (")[0]: f"/farm/orders?{link.address.partition('?')[2]}" for link in days}
    having = [day for day, address in asked.items() if number in story.farmer.open(address).text]
    expect(len(having) == 1, f"order {number} among the parcels of one day", got=having or sorted(asked))
    story.say(f"order {number} comes {having[0]}")


def parcel_is_picked_up(story: Storyteller) -> None:
    """Another guest fetches it at the cooperative: the order says where and when, the farmer hands it over."""
    guest = story.stranger()
    _fill_basket(story, guest)
    path = story.fetched_order = pay(guest, order(guest, way=POINT_NAME))
    number, parcel = _parcel_of(story, guest, path)
    for words in (POINT_NAME, "7:00–17:00", "Thôn Phú Lâm"):
        expect(words in guest.open(path).text, f"“{words}” on the order", got=guest.open(path).text[:400])
    form = story.farmer.open(parcel).form(to=f"{parcel}/pack")
    packed = story.farmer.send(form, {name: str(story.lot.id) for name in form.names if name.startswith("lot_")})
    story.farmer.send(packed.form(to=f"{parcel}/ship"))
    story.say(f"order {number} waits at the cooperative and is handed over there")


def _fill_basket(story: Storyteller, guest: Person) -> None:
    guest.send(guest.open(story.product.path).form(to="/basket/lines"), {"quantity": "1"})


def _parcel_of(story: Storyteller, guest: Person, path: str) -> tuple[str, str]:
    """The number of a guest's order and the farmer's page of its parcel."""
    number = guest.open(path).heading.split()[-1]
    links = story.farmer.open(f"/farm/orders?q={number}").links_below("/farm/orders/")
    return number, next(link.path for link in links if link.words == number)
