"""Packing houses with a code, for the tests of whoever needs one."""

from typing import Any

from tests.traceability.farm import Farm, days_ago
from traceability.attestations.packing_houses.models import PackingHouse, PackingHouseCode
from traceability.attestations.packing_houses.usecases import (
    CodeValues,
    add_packing_house_code,
    create_packing_house,
)


def house_of(farm: Farm, name: str = "Nhà đóng gói số 1 (mẫu)") -> PackingHouse:
    return create_packing_house(
        actor=farm.actor, producer_id=farm.producer.id, name=name, commune_code=farm.plot.commune_code
    )


def code_of(farm: Farm, house: PackingHouse, **values: Any) -> PackingHouseCode:
    given: dict[str, Any] = {
        "code": "VN-HTPH-001",
        "issuer": "Cục Trồng trọt và Bảo vệ thực vật",
        "market": "CN",
        "valid_from": days_ago(10),
        "valid_until": days_ago(-10),
    }
    return add_packing_house_code(
        actor=farm.actor,
        packing_house_id=house.id,
        values=CodeValues(**(given | values)),
    )
