"""Recalls that begin at a delivery into the store, or at a certificate."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.errors import NotFound
from tests.factories import make_product, make_user
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.world import certificate_values
from tests.traceability.diary.growing import make_garden
from tests.traceability.farm import Farm, actor_of, days_ago, make_farm
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.certificates.usecases import enter_certificate
from traceability.attestations.files.usecases import Upload
from traceability.diary.entries import withdraw_entry
from traceability.recalls.sources import find_origin

pytestmark = pytest.mark.usefixtures("session")


class TestInputBatch:
    def test_lots_harvested_after_it_was_used_there(self, session: scoped_session[Session]) -> None:
        garden = make_garden()
        before = garden.farm.harvest(harvested_on=days_ago(60))
        garden.sprayed(days=40)
        after = garden.farm.harvest(harvested_on=days_ago(10))
        origin = find_origin(garden.farm.actor, "input_batch", str(garden.spray.id))
        assert origin.lot_ids == [after.id]
        assert before.id not in origin.lot_ids
        assert garden.spray.trade_name in origin.label
        assert find_origin(garden.farm.actor, "input_batch", str(garden.fertiliser.id)).lot_ids == []

    def test_a_use_that_was_taken_back_counts_no_more(self) -> None:
        garden = make_garden()
        entry = garden.sprayed(days=40)
        garden.farm.harvest(harvested_on=days_ago(10))
        withdraw_entry(actor=garden.farm.actor, entry_id=entry.id, reason="Ghi nhầm vườn")
        assert find_origin(garden.farm.actor, "input_batch", str(garden.spray.id)).lot_ids == []

    def test_others_find_nothing_and_officers_do(self) -> None:
        garden = make_garden()
        with pytest.raises(NotFound):
            find_origin(make_farm().actor, "input_batch", str(garden.spray.id))
        officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
        assert find_origin(officer, "input_batch", str(garden.spray.id)).producer_id == garden.farm.producer.id


class TestCertificate:
    def certificate(self, farm: Farm, **values: object) -> Certificate:
        return enter_certificate(
            actor=farm.actor,
            producer_id=farm.producer.id,
            values=certificate_values(farm, valid_from=days_ago(30), **values),
            scan=Upload("chung-nhan.pdf", pdf()),
        )

    def test_lots_that_were_harvested_while_it_ran(self) -> None:
        farm = make_farm()
        certificate = self.certificate(farm)
        within, before = farm.harvest(harvested_on=days_ago(5)), farm.harvest(harvested_on=days_ago(31))
        origin = find_origin(farm.actor, "certificate", str(certificate.id))
        assert origin.lot_ids == [within.id]
        assert before.id not in origin.lot_ids

    def test_its_scope_decides(self) -> None:
        farm = make_farm()
        lot = farm.harvest()
        for product, found in ((make_product(farm.producer), []), (farm.product, [lot.id])):
            certificate = self.certificate(farm, product_ids=[product.id])
            assert find_origin(farm.actor, "certificate", str(certificate.id)).lot_ids == found

    def test_others_find_nothing(self) -> None:
        certificate = self.certificate(make_farm())
        with pytest.raises(NotFound):
            find_origin(make_farm().actor, "certificate", str(certificate.id))
