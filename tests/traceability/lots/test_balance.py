"""Whatever is done to lots in whatever order, and by however many at once: the balance holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app import create_app
from core.config import Settings
from core.db import atomic, db
from core.errors import AppError
from tests.seeds.invariants import assert_lots_balance
from tests.support.databases import TestDatabases
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.packinghouse import total_grams
from traceability.lots.amounts import NOTHING
from traceability.lots.errors import LotExhausted
from traceability.lots.ledger import LotContent, loose_amounts
from traceability.lots.models import LogisticUnit, LogisticUnitStatus, Lot
from traceability.lots.queries import LotAtHand, lots_at_hand
from traceability.lots.shipment_models import Difference, Shipment, ShipmentStatus
from traceability.lots.usecases import (
    LotOutput,
    ReceivedAmount,
    destroy_lot,
    grade_lot,
    mix_lots,
    pack_crate,
    pack_pallet,
    process_lots,
    receive,
    sell_lot,
    ship,
    split_lot,
    unpack,
)

UNITS = ("kg", "piece", "100g")
VERBS = (
    "harvest",
    "grade",
    "mix",
    "split",
    "process",
    "pack",
    "pallet",
    "unpack",
    "ship",
    "receive",
    "sell",
    "destroy",
)
steps = st.tuples(st.sampled_from(VERBS), st.booleans(), st.integers(0, 999), st.integers(1, 120))


class PackingHouse:
    """Two farms that do anything to anything; `percent` may be more than there is."""

    def __init__(self) -> None:
        self.farms = (make_farm(), make_farm())

    def do(self, verb: str, which: bool, pick: int, percent: int) -> None:
        """One step; what is refused has changed nothing."""
        farm = self.farms[which]
        with suppress(AppError), db.session.begin_nested():
            getattr(self, verb)(farm, pick, percent)

    def at_hand(self, farm: Farm, pick: int) -> LotAtHand:
        lots = lots_at_hand(farm.producer.id)
        return lots[pick % len(lots)] if lots else LotAtHand(farm.harvest(50), NOTHING)

    def part(self, choice: LotAtHand, percent: int) -> LotContent:
        lot = choice.lot
        if choice.amount.units:
            return LotContent(lot.id, max(1, choice.amount.units * percent // 100))
        return LotContent(lot.id, grams=max(1, choice.amount.grams * percent // 100))

    def output(self, farm: Farm, choice: LotAtHand, percent: int) -> LotOutput:
        unit, amount = choice.lot.unit, choice.amount
        if amount.units:
            return LotOutput(farm.product.id, unit, quantity=max(1, amount.units * percent // 130), grade="A")
        return LotOutput(farm.product.id, unit, weight_grams=max(1, amount.grams * percent // 130), grade="A")

    def harvest(self, farm: Farm, pick: int, percent: int) -> None:
        farm.harvest(quantity=percent, unit=UNITS[pick % 3], tolerance_grams=percent if pick % 2 else 0)

    def grade(self, farm: Farm, pick: int, percent: int) -> None:
        choice = self.at_hand(farm, pick)
        outputs = [self.output(farm, choice, percent // 2), self.output(farm, choice, percent // 3)]
        grade_lot(actor=farm.actor, holder_id=farm.producer.id, content=self.part(choice, percent), outputs=outputs)

    def mix(self, farm: Farm, pick: int, percent: int) -> None:
        choices = [self.at_hand(farm, pick), self.at_hand(farm, pick + 1)]
        mix_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[self.part(choice, percent) for choice in choices],
            output=self.output(farm, choices[0], percent),
        )

    def split(self, farm: Farm, pick: int, percent: int) -> None:
        choice = self.at_hand(farm, pick)
        split_lot(
            actor=farm.actor,
            holder_id=farm.producer.id,
            lot_id=choice.lot.id,
            outputs=[self.output(farm, choice, percent), self.output(farm, choice, percent // 2)],
        )

    def process(self, farm: Farm, pick: int, percent: int) -> None:
        choice = self.at_hand(farm, pick)
        process_lots(
            actor=farm.actor,
            holder_id=farm.producer.id,
            contents=[LotContent(choice.lot.id)],
            outputs=[LotOutput(farm.product.id, "kg", weight_grams=max(1, choice.amount.grams * percent // 100))],
            tolerance_grams=choice.amount.grams // 50,
        )

    def pack(self, farm: Farm, pick: int, percent: int) -> None:
        content = self.part(self.at_hand(farm, pick), percent)
        pack_crate(actor=farm.actor, holder_id=farm.producer.id, contents=[content])

    def units(self, farm: Farm) -> list[str]:
        return list(
            db.session.scalars(
                select(LogisticUnit.sscc)
                .where(LogisticUnit.holder_id == farm.producer.id, LogisticUnit.status == LogisticUnitStatus.PACKED)
                .order_by(LogisticUnit.sscc)
            )
        )

    def pallet(self, farm: Farm, pick: int, percent: int) -> None:
        units = self.units(farm)
        contents = [self.part(self.at_hand(farm, pick), percent)] if pick % 2 else []
        pack_pallet(actor=farm.actor, holder_id=farm.producer.id, crates=units[: pick % 3 + 1], contents=contents)

    def unpack(self, farm: Farm, pick: int, percent: int) -> None:
        units = self.units(farm)
        if units:
            unpack(actor=farm.actor, sscc=units[pick % len(units)])

    def ship(self, farm: Farm, pick: int, percent: int) -> None:
        other = self.farms[farm is self.farms[0]]
        units = self.units(farm)
        ship(
            actor=farm.actor,
            sender_id=farm.producer.id,
            receiver_id=other.producer.id,
            ssccs=units[pick % len(units) :][:1] if units else (),
            contents=[self.part(self.at_hand(farm, pick), percent)] if pick % 2 or not units else [],
        )

    def receive(self, farm: Farm, pick: int, percent: int) -> None:
        shipment = db.session.scalars(
            select(Shipment)
            .where(Shipment.receiver_id == farm.producer.id, Shipment.status == ShipmentStatus.SENT)
            .order_by(Shipment.id)
            .limit(1)
        ).one_or_none()
        if shipment is None:
            return
        db.session.refresh(shipment, ["lines"])
        arrived = {
            line.id: ReceivedAmount(quantity=line.units * min(percent, 100) // 100)
            if line.units
            else ReceivedAmount(grams=line.grams * min(percent, 100) // 100)
            for line in shipment.lines
            if (pick + line.position) % 3
        }
        receive(
            actor=farm.actor,
            shipment_id=shipment.id,
            received=arrived,
            difference=list(Difference)[pick % 2],
            reason="Thử",
        )

    def sell(self, farm: Farm, pick: int, percent: int) -> None:
        content = self.part(self.at_hand(farm, pick), percent)
        sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=content)

    def destroy(self, farm: Farm, pick: int, percent: int) -> None:
        content = self.part(self.at_hand(farm, pick), percent)
        destroy_lot(actor=farm.actor, holder_id=farm.producer.id, content=content, reason="Hỏng")


def assert_balanced(farms: tuple[Farm, ...]) -> None:
    """Each lot weighs what it weighed, no operation made more than it used, nothing is made of itself."""
    products = [farm.product.id for farm in farms]
    lots = db.session.scalars(select(Lot).where(Lot.product_id.in_(products))).all()
    sums = total_grams(lots)
    for lot in lots:
        assert lot.weight_grams <= sums[lot.id] <= lot.weight_grams + lot.tolerance_grams
    for lot_id, part in loose_amounts(sums, farms[0].producer.id).items():
        assert part.grams >= 0 and part.units >= 0, lot_id
    made_more = db.session.execute(
        text(
            """
            SELECT o.id FROM lot_operations o
            JOIN lots l ON l.made_by_id = o.id
            WHERE o.holder_id = ANY(:holders)
            GROUP BY o.id, o.tolerance_grams
            HAVING sum(l.weight_grams) > o.tolerance_grams + (
                SELECT sum(m.grams) FROM lot_movements m WHERE m.operation_id = o.id AND m.to_status = 'used')
            """
        ),
        {"holders": [farm.producer.id for farm in farms]},
    ).all()
    assert made_more == []
    circles = db.session.execute(
        text(
            """
            WITH RECURSIVE line AS (
                SELECT l.id AS start, l.id, l.made_by_id, 0 AS depth FROM lots l WHERE l.product_id = ANY(:products)
                UNION ALL
                SELECT line.start, s.id, s.made_by_id, depth + 1 FROM line
                JOIN lot_movements m ON m.operation_id = line.made_by_id AND m.to_status = 'used'
                JOIN lots s ON s.id = m.lot_id WHERE depth < 60
            ) SELECT start FROM line WHERE id = start AND depth > 0
            """
        ),
        {"products": products},
    ).all()
    assert circles == []


@pytest.mark.usefixtures("session")
class TestAnyOrder:
    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=4, max_size=16))
    def test_the_balance_holds_whatever_is_done(self, taken: list[tuple[str, bool, int, int]]) -> None:
        house = PackingHouse()
        for farm in house.farms:
            farm.harvest(quantity=60, unit="kg")
        for verb, which, pick, percent in taken:
            house.do(verb, which, pick, percent)
        assert_balanced(house.farms)
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    def test_every_verb_is_done_at_least_once(self) -> None:
        house = PackingHouse()
        farm, other = house.farms
        for number in range(3):
            farm.harvest(quantity=90 + number, unit="kg")
        for verb in VERBS:
            doer = other if verb == "receive" else farm
            getattr(house, verb)(doer, 1, 40)
        assert_balanced(house.farms)
        assert_lots_balance()


def test_many_at_once_never_take_more_than_there_is(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    with app.app_context(), atomic():
        farm, other = make_farm(), make_farm()
        lot = farm.harvest(quantity=100, unit="kg")
        lot_id, actor, holder, product = lot.id, farm.actor, farm.producer.id, farm.product.id
        receiver = other.producer.id
    ten = LotContent(lot_id, grams=10_000)
    made = LotOutput(product, "kg", weight_grams=9_000, grade="A")
    verbs: list[Callable[[], object]] = [
        lambda: sell_lot(actor=actor, holder_id=holder, content=ten),
        lambda: destroy_lot(actor=actor, holder_id=holder, content=ten, reason="Hỏng"),
        lambda: pack_crate(actor=actor, holder_id=holder, contents=[ten]),
        lambda: ship(actor=actor, sender_id=holder, receiver_id=receiver, contents=[ten]),
        lambda: grade_lot(actor=actor, holder_id=holder, content=ten, outputs=[made]),
    ]

    def take(number: int) -> bool:
        with app.app_context():
            try:
                with atomic():
                    verbs[number % len(verbs)]()
            except LotExhausted:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(take, range(20)))
    with app.app_context():
        assert outcomes.count(True) == 10
        assert loose_amounts([lot_id], holder)[lot_id] == NOTHING
        assert_lots_balance()
        db.session.remove()
        db.engine.dispose()


def test_two_connections_that_ask_nobody_are_held_by_the_database(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    """Movements by hand, without the locks of a use case: the second waits, sees what is left, and is refused."""
    app = create_app(make_settings(databases.clone()))
    with app.app_context(), atomic():
        farm = make_farm()
        lot = farm.harvest(quantity=100, unit="kg")
        values = {"lot": lot.id, "holder": farm.producer.id}
    movement = text(
        "INSERT INTO lot_movements (id, lot_id, grams, units, from_holder_id, from_status, from_sscc, "
        "to_holder_id, to_status, to_sscc, created_at) "
        "VALUES (gen_random_uuid(), :lot, 60000, 0, :holder, 'loose', '', :holder, 'sold', '', now())"
    )

    def take(_number: int) -> bool:
        with app.app_context():
            try:
                with db.engine.begin() as connection:
                    connection.execute(movement, values)
                    connection.execute(text("SELECT pg_sleep(0.2)"))
            except Exception as error:
                assert "never_more_out_than_in" in str(error)
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(take, range(2)))
    with app.app_context():
        assert outcomes == [False, True]
        assert loose_amounts([values["lot"]], values["holder"])[values["lot"]].grams == 40_000
        db.session.remove()
        db.engine.dispose()
