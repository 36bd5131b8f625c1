"""Reads of packing houses and their codes."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.places.models import Commune
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.attestations.packing_houses.models import CodeStatus, PackingHouse, PackingHouseCode
from traceability.attestations.packing_houses.policies import may_keep
from traceability.lots.packing_places import PackingPlace


@dataclass(frozen=True)
class PackingHouseCodeFacts:
    """A code of a packing house, as everybody may know it."""

    packing_house_id: uuid.UUID
    packing_house: str
    gln: str
    code: str
    issuer: str
    market: str
    status: CodeStatus
    valid_from: date
    valid_until: date | None


def packing_house_codes(gln: str, market: str, *, on: date, limit: int = 50) -> list[PackingHouseCodeFacts]:
    """The codes that the packing house with `gln` has for a market and that stand on that day, newest first."""
    statement = (
        select(PackingHouseCode, PackingHouse)
        .join(PackingHouse, PackingHouse.id == PackingHouseCode.packing_house_id)
        .where(
            PackingHouse.gln == gln,
            PackingHouseCode.market == market,
            PackingHouseCode.status == CodeStatus.ACTIVE,
            PackingHouseCode.valid_from <= on,
            or_(PackingHouseCode.valid_until.is_(None), PackingHouseCode.valid_until >= on),
        )
        .order_by(PackingHouseCode.valid_from.desc(), PackingHouseCode.id.desc())
        .limit(limit)
    )
    return [
        PackingHouseCodeFacts(
            packing_house_id=house.id,
            packing_house=house.name,
            gln=house.gln,
            code=code.code,
            issuer=code.issuer,
            market=code.market,
            status=CodeStatus(code.status),
            valid_from=code.valid_from,
            valid_until=code.valid_until,
        )
        for code, house in db.session.execute(statement)
    ]


def packing_houses_of(producer_ids: Collection[uuid.UUID], *, limit: int = 100) -> list[PackingHouse]:
    """The packing houses of these producers with communes and codes, by name; at most `limit`."""
    statement = (
        _whole()
        .where(PackingHouse.producer_id.in_(producer_ids))
        .order_by(PackingHouse.name, PackingHouse.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def glns_of_packing_houses(producer_ids: Collection[uuid.UUID]) -> Select[str]:
    """The query for the location codes (AI 414) of these producers' packing houses, all of them."""
    return select(PackingHouse.gln).where(PackingHouse.producer_id.in_(producer_ids))


def packing_places_of(producer_id: uuid.UUID) -> list[PackingPlace]:
    """The packing houses of a producer as places to pack at, by name."""
    return [PackingPlace(house.gln, house.name) for house in packing_houses_of([producer_id])]


def get_packing_house(actor: Actor, packing_house_id: uuid.UUID) -> PackingHouse:
    """The packing house with commune and codes. Raises NotFound."""
    house = db.session.scalar(_whole().where(PackingHouse.id == packing_house_id))
    if house is None or not may_keep(actor, house):
        raise NotFound
    return house


def get_public_packing_house(gln: str) -> PackingHouse:
    """The packing house with this GLN as everybody may see it, with codes, commune and province. Raises NotFound."""
    statement = _whole().options(joinedload(PackingHouse.commune).joinedload(Commune.province))
    house = db.session.scalar(statement.where(PackingHouse.gln == gln))
    if house is None:
        raise NotFound
    return house


def _whole() -> Select[PackingHouse]:
    return select(PackingHouse).options(
        joinedload(PackingHouse.commune), joinedload(PackingHouse.producer), selectinload(PackingHouse.codes)
    )
