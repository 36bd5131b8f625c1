"""Packing and sending: what leaves a lot, and who may take it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import create_app
from core.accounts import ANONYMOUS
from core.config import Settings
from core.db import atomic, db, new_id
from core.errors import Invalid, NotFound
from tests.support.databases import TestDatabases
from tests.traceability.farm import make_farm
from traceability.journal.identifiers import lot_identifier, parcel_identifier
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.journal.queries import events_of
from traceability.journal.usecases import issue_sscc
from traceability.lots.amounts import NOTHING, Amount
from traceability.lots.errors import AlreadyShipped, LotExhausted
from traceability.lots.ledger import loose_amounts
from traceability.lots.models import Lot
from traceability.lots.usecases import LotContent, pack_lots, ship_parcel


def left_of(lot: Lot) -> Amount:
    """What its producer has loose of a lot."""
    return loose_amounts([lot.id], lot.product.producer_id).get(lot.id, NOTHING)


@pytest.mark.usefixtures("session")
class TestPacking:
    def pack(self, farm, *contents, sscc=None, actor=None):
        return pack_lots(
            actor=actor or farm.actor,
            sscc=sscc or issue_sscc(),
            contents=[LotContent(lot.id, quantity) for lot, quantity in contents],
            packed_at_gln=farm.producer.gln,
            order_number="ORDER-7",
        )

    def test_what_is_packed_leaves_the_lot_and_the_journal_says_so(self) -> None:
        farm = make_farm()
        lot, sscc = farm.harvest(10), issue_sscc()
        event = self.pack(farm, (lot, 4), (lot, 2), sscc=sscc)
        assert left_of(lot) == Amount(4 * 1200, 4)
        assert (event.event_type, event.action, event.biz_step) == ("AggregationEvent", "ADD", "packing")
        rows = db.session.execute(
            select(EpcisEventIdentifier.role, EpcisEventIdentifier.identifier, EpcisEventIdentifier.quantity)
            .where(EpcisEventIdentifier.event_id == event.id)
            .order_by(EpcisEventIdentifier.position)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("parent", parcel_identifier(sscc), None),
            ("child_quantity", lot_identifier(farm.product.gtin, lot.lot_number), 6.0),
        ]

    def test_the_order_number_is_not_in_the_public_event(self) -> None:
        farm = make_farm()
        event = self.pack(farm, (farm.harvest(10), 4))
        assert "ORDER-7" not in str(event.payload)
        assert event.payload["bizTransactionList"][0]["type"] == "po"

    def test_more_than_is_left_is_refused_and_nothing_changes(self) -> None:
        farm = make_farm()
        lot = farm.harvest(10)
        self.pack(farm, (lot, 7))
        with pytest.raises(LotExhausted) as refusal:
            self.pack(farm, (lot, 4))
        assert (refusal.value.http_status, refusal.value.remaining) == (409, Amount(3600, 3))
        assert lot.lot_number in str(refusal.value) and "3,6" in str(refusal.value)
        assert left_of(lot).units == 3

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_less_than_one_is_refused(self, quantity: int) -> None:
        farm = make_farm()
        with pytest.raises(Invalid):
            self.pack(farm, (farm.harvest(10), quantity))

    def test_an_empty_parcel_and_wrong_numbers_are_refused(self) -> None:
        farm = make_farm()
        lot = farm.harvest(10)
        with pytest.raises(Invalid):
            self.pack(farm)
        with pytest.raises(Invalid) as refusal:
            self.pack(farm, (lot, 1), sscc="095210000000000000")
        assert refusal.value.field == "sscc"

    def test_lots_of_others_do_not_exist(self) -> None:
        farm, other = make_farm(), make_farm()
        lot, foreign = farm.harvest(10), other.harvest(10)
        for actor in (other.actor, ANONYMOUS):
            with pytest.raises(NotFound):
                self.pack(farm, (lot, 1), actor=actor)
        with pytest.raises(NotFound):
            self.pack(farm, (lot, 1), (foreign, 1))
        with pytest.raises(NotFound):
            pack_lots(
                actor=farm.actor,
                sscc=issue_sscc(),
                contents=[LotContent(new_id(), 1)],
                packed_at_gln=farm.producer.gln,
                order_number="X",
            )

    def test_a_sent_parcel_is_in_the_history_of_its_lots(self) -> None:
        farm = make_farm()
        lot, untouched, sscc = farm.harvest(10), farm.harvest(10), issue_sscc()
        self.pack(farm, (lot, 2), sscc=sscc)
        ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
        steps = [event.biz_step for event in events_of(lot_identifier(farm.product.gtin, lot.lot_number))]
        assert steps == ["commissioning", "packing", "shipping"]
        steps = [event.biz_step for event in events_of(lot_identifier(farm.product.gtin, untouched.lot_number))]
        assert steps == ["commissioning"]

    def test_a_parcel_is_sent_once_and_by_its_packer_only(self) -> None:
        farm, other = make_farm(), make_farm()
        sscc = issue_sscc()
        self.pack(farm, (farm.harvest(10), 2), sscc=sscc)
        with pytest.raises(NotFound):
            ship_parcel(actor=other.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
        with pytest.raises(NotFound):
            ship_parcel(actor=farm.actor, sscc=issue_sscc(), shipped_from_gln=farm.producer.gln)
        ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
        with pytest.raises(AlreadyShipped):
            ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.integers(1, 9), max_size=8))
    def test_out_is_never_more_than_in(self, takings: list[int]) -> None:
        farm = make_farm()
        lot, out = farm.harvest(15), 0
        for taken in takings:
            if out + taken > 15:
                with pytest.raises(LotExhausted):
                    self.pack(farm, (lot, taken))
            else:
                self.pack(farm, (lot, taken))
                out += taken
        assert left_of(lot).units == 15 - out


def test_many_packers_at_once_never_take_more_than_went_in(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context(), atomic():
        farm = make_farm()
        lots = [farm.harvest(7), farm.harvest(7)]
        ids, actor, place = [lot.id for lot in lots], farm.actor, farm.producer.gln
        producer_id = farm.producer.id

    def packer(number: int) -> bool:
        order = ids if number % 2 else list(reversed(ids))
        with app.app_context():
            try:
                with atomic():
                    contents = [LotContent(lot_id, 1) for lot_id in order]
                    pack_lots(
                        actor=actor, sscc=issue_sscc(), contents=contents, packed_at_gln=place, order_number=str(number)
                    )
            except LotExhausted:
                return False
            return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(packer, range(24)))
    with app.app_context():
        assert outcomes.count(True) == 7
        assert set(loose_amounts(ids, producer_id).values()) == {NOTHING}
        packings = select(func.count()).select_from(EpcisEvent).where(EpcisEvent.biz_step == "packing")
        assert db.session.scalar(packings) == 7
        db.session.remove()
        db.engine.dispose()
