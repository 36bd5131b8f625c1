"""Writes of packing houses and their codes."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from catalog.places.queries import find_commune
from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.producers.usecases import issue_gln
from core.accounts import Actor
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.attestations.markets import MARKETS
from traceability.attestations.packing_houses.models import CodeStatus, PackingHouse, PackingHouseCode
from traceability.attestations.packing_houses.queries import get_packing_house


def create_packing_house(*, actor: Actor, producer_id: uuid.UUID, name: str, commune_code: str) -> PackingHouse:
    """Add a packing house to a producer and give it a GLN, its location trace code.

    Raises NotFound for a producer that is not the actor's, Invalid, naming the field.
    """
    # The lock keeps two packing houses that are made at once from getting the same name.
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound
    name = normalize(name)
    if not name:
        raise Invalid(_("Give the packing house a name."), field="name")
    twin = select(PackingHouse.id).where(PackingHouse.producer_id == producer.id, PackingHouse.name == name)
    if db.session.scalar(twin) is not None:
        raise Invalid(_("You have a packing house with that name already."), field="name")
    if find_commune(commune_code) is None:
        raise Invalid(_("Choose a commune from the list."), field="commune_code")
    house = PackingHouse(producer_id=producer.id, gln=issue_gln(), name=name, commune_code=commune_code)
    db.session.add(house)
    db.session.flush()
    return house


@dataclass(frozen=True)
class CodeValues:
    """What an authority wrote about a code. The last day is included; None when it has none."""

    code: str
    issuer: str
    market: str
    valid_from: date
    valid_until: date | None = None


def add_packing_house_code(*, actor: Actor, packing_house_id: uuid.UUID, values: CodeValues) -> PackingHouseCode:
    """Enter a code that a packing house got for a market. Raises NotFound, Invalid, naming the field, Conflict."""
    house = get_packing_house(actor, packing_house_id)
    db.session.get(Producer, house.producer_id, with_for_update={"key_share": True})
    if values.market not in MARKETS:
        raise Invalid(_("Choose a market from the list."), field="market")
    if values.valid_until is not None and values.valid_until < values.valid_from:
        raise Invalid(_("The last day must not be before the first."), field="valid_until")
    twin = select(PackingHouseCode.id).where(
        PackingHouseCode.packing_house_id == house.id,
        PackingHouseCode.market == values.market,
        PackingHouseCode.code == values.code,
    )
    if db.session.scalar(twin) is not None:
        raise Conflict(_("This code is entered already."), field="code")
    code = PackingHouseCode(
        packing_house_id=house.id,
        code=values.code,
        issuer=values.issuer,
        market=values.market,
        valid_from=values.valid_from,
        valid_until=values.valid_until,
    )
    db.session.add(code)
    db.session.flush()
    db.session.expire(house)
    return code


def change_code_status(
    *, actor: Actor, packing_house_id: uuid.UUID, code_id: uuid.UUID, status: CodeStatus
) -> PackingHouseCode:
    """Record what the issuer says of a code now. A revoked code stays so. Raises NotFound, Conflict."""
    house = get_packing_house(actor, packing_house_id)
    code = db.session.get(PackingHouseCode, code_id, with_for_update=True)
    if code is None or code.packing_house_id != house.id:
        raise NotFound
    if code.status == CodeStatus.REVOKED and status != CodeStatus.REVOKED:
        raise Conflict(_("This code was revoked. Enter the new one instead."))
    code.status = status
    db.session.flush()
    return code
