"""Codes that authorities gave the demo world: for a plot, and for the packing house beside it."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.usecases import issue_gln
from core.db import db
from seeds.packing_house import SENDER
from traceability.attestations.packing_houses.models import PackingHouse, PackingHouseCode
from traceability.diary.models import PlantingAreaCode, Plot

AUTHORITY: Final = "Cơ quan cấp mã số (mẫu)"
MARKET: Final = "CN"


def plant_codes(*, today: date, made_at: datetime) -> None:
    """Give the demo farmer's first orchard a code, and the farm a packing house with one."""
    plot = db.session.scalars(
        select(Plot)
        .join(Producer, Producer.id == Plot.producer_id)
        .where(Producer.slug == SENDER, Plot.tree_count.is_not(None))
        .order_by(Plot.name)
        .limit(1)
    ).one()
    house = PackingHouse(
        producer_id=plot.producer_id,
        gln=issue_gln(),
        name="Nhà sơ chế, đóng gói bưởi (mẫu)",
        commune_code=plot.commune_code,
        created_at=made_at,
    )
    db.session.add(house)
    db.session.flush()
    valid = {"valid_from": today - timedelta(days=200), "valid_until": today + timedelta(days=530)}
    db.session.add_all(
        (
            PackingHouseCode(packing_house_id=house.id, code="PH-MAU-42-001", issuer=AUTHORITY, market=MARKET, **valid),
            PlantingAreaCode(plot_id=plot.id, code="VN-MAU-42-001", issuer=AUTHORITY, market=MARKET, **valid),
        )
    )
    db.session.flush()
