"""What is not yours looks like what does not exist: every door is tried beside one that leads nowhere."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.story.broken import StoryBroken, expect
from deploy.story.person import Person
from deploy.story.telling import Storyteller
from seeds.facts import load_markets

_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Door:
    """An address that exists, and one of the same shape that does not."""

    method: str
    path: str
    nowhere: str


def _door(method: str, template: str, own: object) -> Door:
    nothing = uuid.uuid4() if isinstance(own, uuid.UUID) else "".join(reversed(str(own)))
    return Door(method, template.format(own), template.format(nothing))


def _farm_doors(story: Storyteller) -> list[Door]:
    parcel = uuid.UUID(story.order.parcel_path.rpartition("/")[2])
    return [
        _door("GET", "/farm/products/{}", story.product.id),
        _door("POST", "/farm/products/{}", story.product.id),
        _door("GET", "/farm/products/{}/variants", story.product.id),
        _door("POST", "/farm/products/{}/variants", story.product.id),
        _door("GET", "/farm/lots/{}", story.lot.id),
        _door("GET", "/farm/lots/{}/qr.svg", story.lot.id),
        _door("GET", "/farm/lots/{}/qr.png", story.lot.id),
        _door("GET", "/farm/lots/{}/label.pdf", story.lot.id),
        _door("GET", "/farm/lots/{}/labels", story.lot.id),
        _door("GET", "/farm/lots/{}/items", story.lot.id),
        _door("GET", "/farm/orders/{}", parcel),
        _door("POST", "/farm/orders/{}/pack", parcel),
        _door("POST", "/farm/orders/{}/ship", parcel),
    ]


def _stall_doors(story: Storyteller) -> list[Door]:
    return [
        _door("GET", "/stalls/{}", story.stall.id),
        _door("GET", "/stalls/{}/events", story.stall.id),
        _door("GET", "/stalls/{}/placard.svg", story.stall.id),
        _door("GET", "/stalls/{}/placard.pdf", story.stall.id),
    ]


def _market_doors(slugs: Sequence[str]) -> list[Door]:
    return [Door("GET", f"/markets/{slug}/today", "/markets/cho-khong-co/today") for slug in slugs]


def _refused_alike(person: Person, doors: Sequence[Door], *, status: int, signed_in: bool) -> None:
    """Try each door and its twin that leads nowhere; raise `StoryBroken` at the first difference."""
    token = person.open("/" if signed_in else "/sign-in").form(having="csrf_token").value_of("csrf_token") or ""
    for door in doors:
        answers = []
        for path in (door.path, door.nowhere):
            data = {"csrf_token": token} if door.method == "POST" else None
            answer = person.ask(door.method, path, data=data)
            leads = answer.headers.get("Location", "").replace(path, "…")
            body = _REQUEST_ID.sub("…", answer.text).replace(path, "…")
            answers.append((answer.status_code, leads, body, answer.headers.get("Content-Type")))
        what = f"{door.method} {door.path} by {person.name}"
        expect(answers[0][0] == status, f"{status} for {what}", got=answers[0][0])
        if answers[0] != answers[1]:
            raise StoryBroken(f"expected the same answer to {what} as to {door.nowhere}, got another one")


def anonymous_is_refused(story: Storyteller) -> None:
    """Without an account every door behind the sign-in leads to the sign-in."""
    market = story.manager.open("/markets").path.split("/")[2]
    doors = [*_farm_doors(story), *_stall_doors(story), *_market_doors([market])]
    _refused_alike(story.stranger(), doors, status=303, signed_in=False)
    secret = _door("GET", "/orders/{}", story.order.path.rpartition("/")[2])
    answer = story.stranger().ask("GET", secret.nowhere)
    expect(answer.status_code == 404, "404 for a guessed order", got=answer.status_code)
    story.say(f"{len(doors)} doors lead an anonymous visitor to the sign-in, whether or not something is there")


def other_farmer_is_refused(story: Storyteller) -> None:
    """Products, lots, labels and parcels of somebody else do not exist."""
    account = story.account("another farmer")
    story.other_farmer.sign_in(account.email, account.password)
    doors = [*_farm_doors(story), *_stall_doors(story)]
    _refused_alike(story.other_farmer, doors, status=404, signed_in=True)
    offered = story.other_farmer.open("/farm/lots/new").html
    expect(str(story.product.id) not in offered, "no product of somebody else on offer in the form of lots")
    story.say(f"{len(doors)} doors do not exist for {account.display_name}")


def other_stall_holder_is_refused(story: Storyteller) -> None:
    """Neither the neighbour's screen nor the manager's page exists for a stall holder."""
    account = story.account("another stall holder")
    story.other_stall_holder.sign_in(account.email, account.password)
    market = story.manager.open("/markets").path.split("/")[2]
    doors = [*_stall_doors(story), *_market_doors([market]), *_farm_doors(story)]
    _refused_alike(story.other_stall_holder, doors, status=404, signed_in=True)
    story.say(f"{len(doors)} doors do not exist for {account.display_name}")


def manager_of_other_market_is_refused(story: Storyteller) -> None:
    """A manager sees one market, and no farm; what the farmer made is still as it was."""
    own = story.manager.open("/markets").path.split("/")[2]
    others = [market.slug for market in load_markets() if market.slug != own]
    doors = [*_market_doors(others), *_farm_doors(story)]
    _refused_alike(story.manager, doors, status=404, signed_in=True)
    form = story.farmer.open(story.product.form_path).form(having="name_vi")
    expect(form.value_of("name_vi") == story.product.name_vi, "the product to be untouched", got=form.fields[:3])
    story.say(f"{len(others)} other markets and the farm do not exist for the manager of {own}")
