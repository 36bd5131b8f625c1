"""Pages of what goes wrong with a parcel: what the buyer asks for, the producer's answer, and the site's decision."""

from collections.abc import Sequence

from deploy.story.person import Person
from deploy.story.pictures import draw_pomelo
from deploy.story.telling import Storyteller
from deploy.story.view import View

RETURN_NAMES = (
    *("return-new", "return-own", "farm-returns", "return-answer", "complaints", "complaint", "complaint-own"),
    "own-orders",
)


def return_pages(story: Storyteller) -> Sequence[View]:
    """A return that waits for the farmer, and one that the farmer rejects and the buyer brings before the site."""
    buyer, farmer, administrator = story.stranger(), story.farmer, story.administrator
    asking = next(
        link.path
        for link in buyer.open(story.order.path).links_below(f"{story.order.path}/parcels/")
        if link.path.endswith("/return")
    )
    rejected = ask_for_one(buyer, asking, reason="spoiled", body="Một quả mở ra bị thối bên trong (mẫu).")
    words = {"kind": "reject", "body": "Lúc giao, quả còn nguyên và có ảnh chụp (mẫu)."}
    farmer.send(farmer.open(f"/farm/returns/{id_of(rejected)}").form(having="kind"), words)
    why = {"body": "Ảnh tôi gửi chụp ngay lúc mở hộp (mẫu)."}
    buyer.send(buyer.open(rejected).form(to=f"{rejected}/escalate"), why)
    waiting = ask_for_one(buyer, asking, reason="damaged", body="Một quả bị dập ở cuống, chảy nước (mẫu).")
    return (
        View("return-new", asking, buyer),
        View("return-own", waiting, buyer),
        View("farm-returns", "/farm/returns", farmer),
        View("return-answer", f"/farm/returns/{id_of(waiting)}", farmer),
        View("complaints", "/complaints", administrator),
        View("complaint", f"/complaints/{id_of(rejected)}", administrator),
        View("complaint-own", rejected, buyer),
        View("own-orders", "/orders", farmer),
    )


def id_of(path: str) -> str:
    """The id of the return that the buyer sees at `path`."""
    return path.rsplit("/", 1)[-1]


def ask_for_one(buyer: Person, asking: str, *, reason: str, body: str) -> str:
    """Ask for one piece back; the page of that return."""
    form = buyer.open(asking).form(having="reason")
    quantity = next(name for name in form.names if name.startswith("quantity_"))
    values = {quantity: "1", "reason": reason, "wish": "refund", "body": body}
    return buyer.send(form, values, photos={"photos": draw_pomelo()}).path
