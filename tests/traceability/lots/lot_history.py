"""Under the stateful test of lots: who acts, how a step is tried, and what must hold after each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import text

from core.accounts import Actor, RoleName
from core.db import db
from core.errors import AppError, Invalid
from tests.factories import make_user
from tests.seeds.invariants import assert_lots_balance
from tests.traceability.farm import Farm, actor_of, make_farm
from tests.traceability.lots.ledger_model import GONE, Errors, KnownLot, LedgerModel, Spot
from traceability.journal.identifiers import lot_identifier
from traceability.lots.amounts import Amount, total_of
from traceability.lots.errors import Unbalanced
from traceability.lots.genealogy import Genealogy, NodeKind, trace
from traceability.lots.ledger import LotContent
from traceability.lots.models import Lot
from traceability.lots.usecases import LotOutput, Transformation
from traceability.recalls.models import RecallStatus


@dataclass(frozen=True)
class Party:
    """A farm, as values that no rollback touches."""

    farm: Farm
    actor: Actor
    id: UUID
    product_id: UUID
    gtin: str


@dataclass
class World:
    """Two farms, an administrator (who may propose and decide), and an officer."""

    parties: tuple[Party, Party]
    administrator: Actor
    officer: Actor


def make_world() -> World:
    farms = (make_farm(), make_farm())
    parties = [Party(farm, farm.actor, farm.producer.id, farm.product.id, farm.product.gtin) for farm in farms]
    users = make_user(RoleName.ADMINISTRATOR), make_user(RoleName.PROVINCE_OFFICER)
    return World((parties[0], parties[1]), actor_of(users[0]), actor_of(users[1]))


_FINGERPRINT = text(
    """
    SELECT (SELECT count(*) FROM epcis_events), (SELECT count(*) FROM lot_operations),
           (SELECT count(*) FROM lot_movements), (SELECT count(*) FROM lots), (SELECT count(*) FROM recall_lots),
           (SELECT string_agg(concat_ws(' ', sscc, holder_id, status, parent_sscc), ',' ORDER BY sscc)
            FROM logistic_units),
           (SELECT string_agg(concat_ws(' ', id, status), ',' ORDER BY id) FROM shipments),
           (SELECT string_agg(concat_ws(' ', id, status, decided_by), ',' ORDER BY id) FROM recalls),
           (SELECT string_agg(concat_ws(' ', lot_id, holder_id, status, sscc, grams, units), ','
                              ORDER BY lot_id, holder_id, status, sscc) FROM lot_holdings)
    """
)
_HOLDINGS = text(
    """
    SELECT lot_id, holder_id, CASE WHEN status IN ('used', 'lost') THEN 'gone' ELSE status END AS place,
           CASE WHEN status = 'lost' THEN '' ELSE sscc END AS sscc, sum(grams)::bigint, sum(units)::bigint
    FROM lot_holdings WHERE grams + units > 0 GROUP BY 1, 2, 3, 4
    """
)
_PARENTS = text(
    """
    SELECT DISTINCT l.id, m.lot_id FROM lots l JOIN lot_movements m ON m.operation_id = l.made_by_id
    WHERE m.from_status = 'loose' AND m.to_status IN ('used', 'lost')
    """
)


class LotHistory(RuleBasedStateMachine):
    """One history. Each example is a savepoint that is rolled back, so nothing of it stays."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.model = LedgerModel()
        self.recalls: dict[UUID, tuple[Actor, set[UUID], RecallStatus]] = {}
        self.savepoint = db.session.begin_nested()

    def teardown(self) -> None:
        try:
            self.everything_is_traced_both_ways()
            assert_lots_balance()
            db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        finally:
            self.savepoint.rollback()

    def attempt(self, refusals: Errors, act: Callable[[], Any]) -> Any:
        """Do it: it is refused with one of `refusals` and has written nothing, or there are none and it is done."""
        before = db.session.execute(_FINGERPRINT).one() if refusals else None
        savepoint = db.session.begin_nested()
        try:
            result = act()
        except AppError as error:
            assert type(error) in refusals, repr(error)
            assert db.session.execute(_FINGERPRINT).one() == before
            savepoint.rollback()
            return None
        assert not refusals, f"should have been refused with {refusals}"
        savepoint.commit()
        return result

    def part(self, party: Party, lot: KnownLot, portion: int) -> tuple[dict[UUID, int], LotContent]:
        """So much of a lot: as the model takes it, and as it is asked for."""
        held = self.model.loose(lot.id, party.id)
        number = max(1, (held.grams if lot.is_weighed else held.units) * portion // 100)
        asked = LotContent(lot.id, grams=number) if lot.is_weighed else LotContent(lot.id, number)
        return {lot.id: number}, asked

    def choose(self, party: Party, pick: int) -> KnownLot:
        """A lot that is at hand, now and then any other."""
        at_hand = self.model.lots_at_hand(party.id)
        lots = at_hand if at_hand and pick % 7 != 6 else list(self.model.lots.values())
        return lots[pick % len(lots)]

    def made(
        self, party: Party, lot: Lot, amount: Amount, tolerance: int = 0, parents: frozenset[UUID] = frozenset()
    ) -> None:
        identifier = lot_identifier(party.gtin, lot.lot_number)
        self.model.make(KnownLot(lot.id, identifier, party.id, lot.unit, amount.grams, tolerance, parents), amount)

    def transform(
        self, party: Party, wanted: Mapping[UUID, int], outputs: list[Amount], act: Callable[[], Transformation],
        *, counts: bool = False,
    ) -> None:  # fmt: skip
        """Make lots of lots: refused when one is not there, or when more comes out than goes in."""
        refusals = self.model.refusals(party.id, wanted)
        made, trial = total_of(outputs), {}
        if not refusals:
            trial = {lot_id: self.taken(party, lot_id, number) for lot_id, number in wanted.items()}
            taken = total_of(trial.values())
            if counts and made.units > taken.units:
                refusals = {Invalid}
            elif made.grams > taken.grams:
                refusals = {Unbalanced}
        outcome = self.attempt(refusals, act)
        if outcome is None:
            return
        for lot_id, amount in self.model.withdraw(party.id, wanted).items():
            self.model.put(lot_id, Spot(party.id, GONE), amount)
        for lot, amount in zip(outcome.lots, outputs, strict=True):
            self.made(party, lot, amount, parents=frozenset(wanted))

    def taken(self, party: Party, lot_id: UUID, number: int) -> Amount:
        held = self.model.loose(lot_id, party.id)
        weighed = self.model.lots[lot_id].is_weighed
        return Amount(number) if weighed else Amount(held.grams * number // held.units, number)

    def output(self, party: Party, amount: Amount) -> LotOutput:
        if amount.units:
            return LotOutput(party.product_id, "piece", amount.units, amount.grams, grade="A")
        return LotOutput(party.product_id, "kg", weight_grams=amount.grams, grade="A")

    def asked(self, party: Party, wanted: Mapping[UUID, int]) -> Amount:
        """Roughly what is taken: to make something of it that may, or may not, be too much."""
        return total_of(
            Amount(number) if self.model.lots[lot_id].is_weighed else Amount(number * 1200, number)
            for lot_id, number in wanted.items()
        )

    # What always holds

    @invariant()
    def the_tables_are_as_the_model_reckons(self) -> None:
        db.session.flush()
        found = {(row[0], Spot(*row[1:4])): Amount(row[4], row[5]) for row in db.session.execute(_HOLDINGS)}
        places = self.model.places.items()
        assert found == {(lot, spot): amount for lot, spots in places for spot, amount in spots.items() if amount}
        units = db.session.execute(text("SELECT sscc, holder_id, status, parent_sscc FROM logistic_units"))
        reckoned = {(sscc, unit.holder, unit.status, unit.parent) for sscc, unit in self.model.units.items()}
        assert {tuple(row) for row in units} == reckoned

    @invariant()
    def nothing_vanishes_and_nothing_comes_of_nothing(self) -> None:
        lots = self.model.lots.values()
        for lot in lots:
            assert lot.weight <= self.model.known(lot.id) <= lot.weight + lot.tolerance
        weights = {row[0]: row[1] for row in db.session.execute(text("SELECT id, weight_grams FROM lots"))}
        assert weights == {lot.id: lot.weight for lot in lots}
        harvested = sum(self.model.known(lot.id) for lot in lots if not lot.parents)
        made = sum(lot.weight for lot in lots if lot.parents)
        spots = [(spot, amount) for places in self.model.places.values() for spot, amount in places.items()]
        gone = total_of(amount for spot, amount in spots if spot.status == GONE).grams
        there = total_of(amount for spot, amount in spots if spot.status != GONE).grams
        assert there + gone == harvested + made
        assert made <= gone

    @invariant()
    def nothing_is_made_of_itself(self) -> None:
        parents = set(map(tuple, db.session.execute(_PARENTS)))
        assert parents == {(lot.id, parent) for lot in self.model.lots.values() for parent in lot.parents}
        graph: dict[UUID, set[UUID]] = {}
        for made, parent in parents:
            graph.setdefault(made, set()).add(parent)
        TopologicalSorter(graph).prepare()

    def everything_is_traced_both_ways(self) -> None:
        """In the journal: back to exactly what it was made of, forward to exactly what was made of it, and crates."""
        db.session.flush()
        for lot in self.model.lots.values():
            ancestors = self.model.ancestors(lot.id)
            back, forward = (trace([lot.identifier], way) for way in ("back", "forward"))
            assert lots_of(back) == {lot.id} | ancestors
            assert self.model.harvests(lots_of(back)) == self.model.harvests({lot.id} | ancestors)
            assert lots_of(forward) == {lot.id} | self.model.descendants(lot.id)
            crates = {unit.identifier for unit in self.model.units.values() if unit.lots & lots_of(forward)}
            assert {node.identifier for node in forward.nodes if node.kind is NodeKind.LOGISTIC_UNIT} == crates
            graph: dict[str, set[str]] = {}
            for edge in (*back.edges, *forward.edges):
                graph.setdefault(edge.target, set()).add(edge.source)
            TopologicalSorter(graph).prepare()
        for unit in self.model.units.values():
            inside = set(unit.lots).union(*(self.model.ancestors(lot_id) for lot_id in unit.lots))
            assert lots_of(trace([unit.identifier], "back")) == inside


def lots_of(genealogy: Genealogy) -> set[UUID]:
    """The site's lots in a trace."""
    assert not genealogy.truncated
    return {node.lot_id for node in genealogy.nodes if node.kind is NodeKind.LOT and node.lot_id is not None}
