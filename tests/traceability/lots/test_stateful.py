"""Any order of everything that can be done to lots: nothing vanishes, all is traced, what is recalled stays put.

A model beside (`ledger_model.py`) says beforehand whether a step is refused, and with what; afterwards the tables must
be as it reckons. A larger run: `HYPOTHESIS_PROFILE=nightly`.
"""

import os
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from core.db import db
from core.errors import Invalid, NotFound
from tests.traceability.lots.ledger_model import DESTROYED, LOOSE, PACKED, SOLD, UNPACKED, Errors, KnownUnit, Spot
from tests.traceability.lots.lot_history import Party, make_world
from tests.traceability.lots.recall_steps import RecallSteps
from traceability.journal.identifiers import parcel_identifier
from traceability.lots.amounts import NOTHING, Amount
from traceability.lots.errors import AlreadySettled, LotExhausted, NotHeld, UnitNotAtHand
from traceability.lots.models import LogisticUnit
from traceability.lots.shipment_models import Difference
from traceability.lots.usecases import (
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
from traceability.recalls.errors import LotOnRecall

LARGE = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

whose = st.integers(0, 1)
picks = st.integers(0, 99)
portions = st.sampled_from((0, 25, 60, 100, 130))
"""Percent of what is there; 0 is the least that can be taken, a gram or a piece."""


class LotMachine(RecallSteps):
    """Everything that can be done, and what must be refused."""

    # Lots that come into being

    @initialize(recalls=st.integers(0, 2), ships=st.integers(0, 2), processes=st.booleans())
    def begin(self, recalls: int, ships: int, processes: bool) -> None:
        """Some harvests, and often something to go on from: lots made of lots, goods on the way, a recall."""
        for which, unit in ((0, "kg"), (0, "piece"), (1, "kg")):
            self.harvest(which, unit, 50)
        if processes:
            self.process(0, pick=0, portion=60, share=80)
        for pick in range(ships):
            self.pack(0, pick=pick, portion=60)
            self.ship(0, pick=pick, portion=60, sent="both")
        for pick in range(recalls):
            self.propose_recall(pick, by=("owner", "administrator")[pick], whole_reach=True)
            self.decide_recall(0, by_proposer=True, approves=True)
            self.decide_recall(0, by_proposer=False, approves=True)

    @rule(which=whose, unit=st.sampled_from(("kg", "piece")), quantity=st.integers(1, 90))
    def harvest(self, which: int, unit: str, quantity: int) -> None:
        party = self.world.parties[which]
        tolerance = 20 * quantity if unit == "kg" else 0
        lot = self.attempt(set(), lambda: party.farm.harvest(quantity, unit=unit, tolerance_grams=tolerance))
        self.made(party, lot, Amount(quantity * 1000) if unit == "kg" else Amount(quantity * 1200, quantity), tolerance)

    @rule(which=whose, pick=picks, portion=portions, good=st.integers(1, 60), rest=st.integers(1, 50))
    def grade(self, which: int, pick: int, portion: int, good: int, rest: int) -> None:
        party = self.world.parties[which]
        lot = self.choose(party, pick)
        wanted, content = self.part(party, lot, portion)
        whole = self.asked(party, wanted)
        outputs = [
            Amount(max(1, whole.grams * share // 100), max(1, whole.units * share // 100) if whole.units else 0)
            for share in (good, rest)
        ]
        given = {"actor": party.actor, "holder_id": party.id, "content": content}
        made = [self.output(party, amount) for amount in outputs]
        self.transform(party, wanted, outputs, lambda: grade_lot(**given, outputs=made), counts=not lot.is_weighed)

    @rule(which=whose, first=picks, second=picks, portion=portions, other=portions, share=st.integers(1, 110))
    def mix(self, which: int, first: int, second: int, portion: int, other: int, share: int) -> None:
        party = self.world.parties[which]
        lots = [self.choose(party, first), self.choose(party, second)]
        parts = [self.part(party, lot, percent) for lot, percent in zip(lots, (portion, other), strict=True)]
        wanted = {**parts[0][0], **parts[1][0]}
        output = Amount(max(1, self.asked(party, wanted).grams * share // 100))
        given = {"actor": party.actor, "holder_id": party.id, "contents": [content for _wanted, content in parts]}
        if lots[0] is lots[1]:
            self.attempt({Invalid}, lambda: mix_lots(**given, output=self.output(party, output)))
            return
        self.transform(party, wanted, [output], lambda: mix_lots(**given, output=self.output(party, output)))

    @rule(which=whose, pick=picks, portion=portions, other=portions)
    def split(self, which: int, pick: int, portion: int, other: int) -> None:
        party = self.world.parties[which]
        lot = self.choose(party, pick)
        numbers = [*self.part(party, lot, portion)[0].values(), *self.part(party, lot, other)[0].values()]
        wanted = {lot.id: sum(numbers)}
        if lot.is_weighed:
            outputs = [Amount(number) for number in numbers]
        elif self.model.refusals(party.id, wanted):
            outputs = [Amount(number, number) for number in numbers]
        else:
            whole = self.taken(party, lot.id, sum(numbers)).grams
            first = whole * numbers[0] // sum(numbers)
            outputs = [Amount(first, numbers[0]), Amount(whole - first, numbers[1])]
        made = [self.output(party, amount) for amount in outputs]
        given = {"actor": party.actor, "holder_id": party.id, "lot_id": lot.id}
        self.transform(party, wanted, outputs, lambda: split_lot(**given, outputs=made))

    @rule(which=whose, pick=picks, portion=portions, share=st.integers(1, 110))
    def process(self, which: int, pick: int, portion: int, share: int) -> None:
        party = self.world.parties[which]
        wanted, content = self.part(party, self.choose(party, pick), portion)
        output = Amount(max(1, self.asked(party, wanted).grams * share // 100))
        given = {"actor": party.actor, "holder_id": party.id, "contents": [content]}
        self.transform(party, wanted, [output], lambda: process_lots(**given, outputs=[self.output(party, output)]))

    # Crates and pallets

    @rule(which=whose, pick=picks, portion=portions)
    def pack(self, which: int, pick: int, portion: int) -> None:
        party = self.world.parties[which]
        wanted, content = self.part(party, self.choose(party, pick), portion)
        refusals = self.model.refusals(party.id, wanted)
        given = {"actor": party.actor, "holder_id": party.id}
        unit = self.attempt(refusals, lambda: pack_crate(**given, contents=[content]))
        self.packed(party, unit, wanted, [])

    @rule(which=whose, pick=picks, portion=portions, loose=st.booleans(), crates=st.integers(0, 2))
    def pallet(self, which: int, pick: int, portion: int, loose: bool, crates: int) -> None:
        party = self.world.parties[which]
        wanted, content = self.part(party, self.choose(party, pick), portion)
        chosen = self.model.units_at_hand(party.id)[:crates]
        refusals = self.model.refusals(party.id, wanted) if loose else set()
        if not loose:
            wanted = {}
        if any(self.model.units[sscc].is_pallet for sscc in chosen):
            refusals = {UnitNotAtHand}
        elif not loose and not chosen:
            refusals = {Invalid}
        elif any(self.model.lots[lot_id].is_recalled for lot_id in self.model.lots_on(chosen)):
            refusals = {LotOnRecall}
        given = {"actor": party.actor, "holder_id": party.id, "crates": chosen}
        unit = self.attempt(refusals, lambda: pack_pallet(**given, contents=[content] if loose else []))
        self.packed(party, unit, wanted, chosen)

    def packed(self, party: Party, unit: LogisticUnit | None, wanted: Mapping[UUID, int], crates: list[str]) -> None:
        if unit is None:
            return
        self.model.leave(party.id, wanted, PACKED, unit.sscc)
        lots = set(wanted).union(*(self.model.units[sscc].lots for sscc in crates))
        self.model.units[unit.sscc] = KnownUnit(
            parcel_identifier(unit.sscc), unit.kind == "pallet", party.id, frozenset(lots)
        )
        for sscc in crates:
            self.model.units[sscc].parent = unit.sscc

    @precondition(lambda self: self.model.units)
    @rule(pick=picks, by_stranger=st.booleans())
    def unpack(self, pick: int, by_stranger: bool) -> None:
        sscc = list(self.model.units)[pick % len(self.model.units)]
        unit = self.model.units[sscc]
        party = next(one for one in self.world.parties if (one.id == unit.holder) is not by_stranger)
        refusals: Errors = {NotFound} if by_stranger else set() if unit.is_at_hand else {UnitNotAtHand}
        if self.attempt(refusals, lambda: unpack(actor=party.actor, sscc=sscc)) is None:
            return
        for (lot_id, spot), amount in self.model.contents(sscc, PACKED).items():
            self.model.take(lot_id, spot, amount)
            self.model.put(lot_id, Spot(party.id, LOOSE), amount)
        unit.status = UNPACKED
        for crate in self.model.units.values():
            crate.parent = None if crate.parent == sscc else crate.parent

    # Between the two

    @rule(which=whose, pick=picks, portion=portions, sent=st.sampled_from(("loose", "unit", "both")))
    def ship(self, which: int, pick: int, portion: int, sent: str) -> None:
        party, other = self.world.parties[which], self.world.parties[1 - which]
        units = list(self.model.units) if pick % 5 == 4 else self.model.units_at_hand(party.id)
        tops = [units[pick % len(units)]] if units and sent != "loose" else []
        wanted, content = self.part(party, self.choose(party, pick), portion)
        loose = sent != "unit"
        wanted = wanted if loose else {}
        refusals = self.model.refusals(party.id, wanted, goes_on=False)
        if not tops and not loose:
            refusals = {Invalid}
        elif any(self.model.units[sscc].holder != party.id or not self.model.units[sscc].is_at_hand for sscc in tops):
            refusals = {UnitNotAtHand}
        elif self.model.is_held_back({*self.model.lots_on(tops), *wanted}, party.id, other.id):
            refusals = {LotOnRecall}
        given = {"actor": party.actor, "sender_id": party.id, "receiver_id": other.id, "ssccs": tops}
        shipment = self.attempt(refusals, lambda: ship(**given, contents=[content] if loose else []))
        if shipment is not None:
            self.model.ship(shipment.id, party.id, other.id, tops, wanted)

    @precondition(lambda self: self.model.shipments)
    @rule(pick=picks, shares=st.tuples(*[st.sampled_from((0, 50, 100, 100))] * 3), is_returned=st.booleans())
    def receive(self, pick: int, shares: tuple[int, ...], is_returned: bool) -> None:
        """Whole, in part, or nothing of it; the sender cannot, and nobody twice."""
        shipment_id = list(self.model.shipments)[-1 - pick % len(self.model.shipments)]
        shipment = self.model.shipments[shipment_id]
        sender, receiver = sorted(self.world.parties, key=lambda party: party.id == shipment.receiver)
        lines = self.line_ids(shipment_id)
        assert set(lines) == set(shipment.lines)
        arrived, stated = {}, {}
        for number, (line, sent) in enumerate(shipment.lines.items()):
            share = shares[number % len(shares)]
            units = sent.units * share // 100
            grams = sent.grams * units // sent.units if sent.units else sent.grams * share // 100
            arrived[line] = Amount(grams, units) if share else NOTHING
            stated[lines[line]] = ReceivedAmount(quantity=units) if sent.units else ReceivedAmount(grams=grams)
        given: dict[str, Any] = {"shipment_id": shipment_id, "received": stated, "reason": "Thử"}
        given["difference"] = Difference.RETURNED if is_returned else Difference.LOST
        self.attempt({NotFound}, lambda: receive(actor=sender.actor, **given))
        refusals: Errors = {AlreadySettled} if shipment.is_settled else set()
        if self.attempt(refusals, lambda: receive(actor=receiver.actor, **given)) is not None:
            self.model.settle(shipment, arrived, is_returned=is_returned)

    def line_ids(self, shipment_id: UUID) -> dict[tuple[UUID, str], UUID]:
        statement = text("SELECT lot_id, sscc, id FROM shipment_lines WHERE shipment_id = :id")
        return {(lot, sscc): line for lot, sscc, line in db.session.execute(statement, {"id": shipment_id})}

    # Goods that end

    @rule(which=whose, pick=picks, portion=portions, is_named=st.booleans())
    def sell(self, which: int, pick: int, portion: int, is_named: bool) -> None:
        party = self.world.parties[which]
        lot = self.choose(party, pick)
        wanted, content = self.part(party, lot, portion)
        given = {"actor": party.actor, "holder_id": party.id, "content": content}
        refusals = self.model.refusals(party.id, wanted)
        if self.attempt(refusals, lambda: sell_lot(**given, counterpart="Chị Mẫu (mẫu)" if is_named else None)):
            taken = self.model.leave(party.id, wanted, SOLD)
            lot.named_sales += taken[lot.id].grams if is_named else 0

    @rule(which=whose, pick=picks, portion=portions)
    def destroy(self, which: int, pick: int, portion: int) -> None:
        """What is recalled, too."""
        party = self.world.parties[which]
        wanted, content = self.part(party, self.choose(party, pick), portion)
        given = {"actor": party.actor, "holder_id": party.id, "content": content}
        refusals = self.model.refusals(party.id, wanted, goes_on=False)
        if self.attempt(refusals, lambda: destroy_lot(**given, reason="Hỏng")):
            self.model.leave(party.id, wanted, DESTROYED)

    @rule(which=whose, pick=picks)
    def take_what_is_not_theirs(self, which: int, pick: int) -> None:
        """On behalf of the other farm; or of a lot of which nothing is, or ever was, loose there."""
        party, other = self.world.parties[which], self.world.parties[1 - which]
        lot = self.choose(other, pick)
        _wanted, content = self.part(other, lot, 60)
        self.attempt({NotFound}, lambda: sell_lot(actor=party.actor, holder_id=other.id, content=content))
        given = {"actor": party.actor, "holder_id": party.id}
        if not self.model.loose(lot.id, party.id):
            never = Spot(party.id, LOOSE) not in self.model.places[lot.id]
            error = NotHeld if never else LotExhausted
            self.attempt({error}, lambda: destroy_lot(**given, content=content, reason="Hỏng"))


@pytest.mark.usefixtures("session")
def test_whatever_is_done_in_whatever_order() -> None:
    world = make_world()
    run_state_machine_as_test(
        lambda: LotMachine(world),
        settings=settings(
            max_examples=200 if LARGE else 30,
            stateful_step_count=60 if LARGE else 25,
            suppress_health_check=list(HealthCheck),
        ),
    )
