"""Packing houses and the codes that they have for a market on a day."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.errors import Conflict, Invalid, NotFound
from tests.factories import make_user
from tests.traceability.attestations.houses import code_of, house_of
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.attestations.packing_houses.models import CodeStatus
from traceability.attestations.packing_houses.queries import get_packing_house
from traceability.attestations.packing_houses.usecases import (
    change_code_status,
    create_packing_house,
)
from traceability.attestations.queries import packing_house_codes
from traceability.gs1.identifiers import normalise_gln


def test_it_gets_a_gln_of_its_own(session: scoped_session[Session]) -> None:
    farm = make_farm()
    first, second = house_of(farm), house_of(farm, "Nhà đóng gói số 2 (mẫu)")
    assert normalise_gln(first.gln) != normalise_gln(second.gln)
    for name in ("", "Nhà đóng gói số 1 (mẫu)"):
        with pytest.raises(Invalid):
            house_of(farm, name)


def test_a_code_stands_for_its_market_on_its_days(session: scoped_session[Session]) -> None:
    farm = make_farm()
    house = house_of(farm)
    code = code_of(farm, house)
    for days in (10, 0, -10):
        (facts,) = packing_house_codes(house.gln, "CN", on=days_ago(days))
        assert facts.code == code.code
    assert packing_house_codes(house.gln, "CN", on=days_ago(11)) == []
    assert packing_house_codes(house.gln, "CN", on=days_ago(-11)) == []
    assert packing_house_codes(house.gln, "JP", on=days_ago(0)) == []
    code_of(farm, house, market="JP", valid_until=None)
    assert packing_house_codes(house.gln, "JP", on=days_ago(-4000))


def test_suspended_and_revoked_codes_do_not_stand(session: scoped_session[Session]) -> None:
    farm = make_farm()
    house = house_of(farm)
    code = code_of(farm, house)

    def change(status: CodeStatus) -> int:
        change_code_status(actor=farm.actor, packing_house_id=house.id, code_id=code.id, status=status)
        return len(packing_house_codes(house.gln, "CN", on=days_ago(0)))

    assert [change(CodeStatus.SUSPENDED), change(CodeStatus.ACTIVE), change(CodeStatus.REVOKED)] == [0, 1, 0]
    with pytest.raises(Conflict):
        change(CodeStatus.ACTIVE)


def test_what_makes_no_sense_is_refused(session: scoped_session[Session]) -> None:
    farm = make_farm()
    house = house_of(farm)
    for field, values in {"market": {"market": "XX"}, "valid_until": {"valid_until": days_ago(11)}}.items():
        with pytest.raises(Invalid) as refused:
            code_of(farm, house, **values)
        assert refused.value.field == field
    code_of(farm, house)
    with pytest.raises(Conflict):
        code_of(farm, house)


@pytest.mark.parametrize("role", list(RoleName))
def test_others_houses_do_not_exist(session: scoped_session[Session], role: RoleName) -> None:
    farm = make_farm()
    house = house_of(farm)
    actor = actor_of(make_user(role))
    if role is RoleName.ADMINISTRATOR:
        assert get_packing_house(actor, house.id) is house
    else:
        with pytest.raises(NotFound):
            get_packing_house(actor, house.id)
        with pytest.raises(NotFound):
            create_packing_house(actor=actor, producer_id=farm.producer.id, name="X", commune_code="18547")
