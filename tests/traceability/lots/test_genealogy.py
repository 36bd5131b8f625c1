"""Genealogy: what was made from what and put into what, both ways, as of the right time."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.products.models import ProductStatus
from core.accounts import ANONYMOUS, RoleName
from core.db import db, new_id
from tests.factories import make_lot, make_user
from tests.traceability.farm import actor_of, make_farm
from tests.traceability.histories import (
    STEM,
    crate,
    day,
    declared_wrong,
    lot,
    make_event,
    packed,
    transformed,
    unpacked,
)
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import PUBLIC, Party, party_of
from traceability.journal.policies import visible_to
from traceability.lots.errors import CircularGenealogy
from traceability.lots.genealogy import (
    EdgeKind,
    Genealogy,
    NodeKind,
    check_acyclic,
    trace,
    trace_both_ways,
)

pytestmark = pytest.mark.usefixtures("session")
A, B, C, D, E = (lot(name) for name in "ABCDE")


def names(genealogy: Genealogy) -> set[str]:
    """What was found beside the start."""
    return {node.identifier for node in genealogy.nodes if node.depth}


def back(identifier: str) -> set[str]:
    return names(trace([identifier], "back"))


def forward(identifier: str) -> set[str]:
    return names(trace([identifier], "forward"))


def test_something_unknown_has_no_genealogy_but_itself() -> None:
    found = trace([A], "back")
    assert [(node.identifier, node.depth) for node in found.nodes] == [(A, 0)]
    assert found.edges == ()
    assert not found.truncated


def test_mixing_and_grading_are_traced_both_ways() -> None:
    transformed([A, B], [C], 1)
    transformed([C], [D, E], 2)
    assert back(D) == {A, B, C}
    assert forward(A) == {C, D, E}
    assert forward(D) == set()
    assert {node.identifier: node.depth for node in trace([D], "back").nodes} == {D: 0, C: 1, A: 2, B: 2}


def test_an_edge_says_which_event_when_and_how_much() -> None:
    event = transformed([(A, 120.5), (B, 30)], [(C, 150)], 1)
    edges = {edge.source: edge for edge in trace([C], "back").edges}
    assert set(edges) == {A, B}
    assert edges[A].target == C
    assert edges[A].kind is EdgeKind.TRANSFORMATION
    assert (edges[A].event_uri, edges[A].event_time, edges[A].biz_step) == (event.event_id, day(1), "commissioning")
    assert (edges[A].quantity, edges[A].unit_of_measure) == (120.5, "KGM")
    assert set(trace([A], "forward").edges) == {edges[A]}


def test_containers_in_containers_are_traced_both_ways() -> None:
    packed(crate(1), [(A, 5), (B, 5)], 1)
    packed(crate(2), [crate(1)], 2)
    assert back(crate(2)) == {crate(1), A, B}
    assert forward(A) == {crate(1), crate(2)}
    assert forward(crate(2)) == set()
    assert back(A) == set()
    assert {node.kind for node in trace([crate(2)], "back").nodes} == {NodeKind.LOGISTIC_UNIT, NodeKind.LOT}


def test_a_transformation_that_names_a_crate_uses_what_is_in_it_then() -> None:
    packed(crate(1), [A], 1)
    unpacked(crate(1), [A], 2)
    packed(crate(1), [B], 3)
    transformed([crate(1)], [C], 4)
    assert back(C) == {crate(1), B}
    assert C not in forward(A)
    assert C in forward(B)


@pytest.mark.parametrize("named", [True, False])
def test_a_number_that_is_used_again_later_joins_no_two_histories(named: bool) -> None:
    packed(crate(1), [A], 1)
    packed(crate(2), [crate(1)], 2)
    unpacked(crate(2), [crate(1)] if named else [], 3)
    unpacked(crate(1), [A] if named else [], 4)
    packed(crate(1), [B], 5)
    packed(crate(3), [crate(1)], 6)
    assert forward(A) == {crate(1), crate(2)}
    assert forward(B) == {crate(1), crate(3)}
    assert back(crate(3)) == {crate(1), B}
    assert back(crate(2)) == {crate(1), A}


def test_what_was_packed_into_a_crate_on_a_pallet_was_on_the_pallet() -> None:
    packed(crate(2), [crate(1)], 1)
    packed(crate(1), [A], 2)
    unpacked(crate(1), [A], 3)
    unpacked(crate(2), [crate(1)], 4)
    assert forward(A) == {crate(1), crate(2)}
    assert back(crate(2)) == {crate(1), A}


def test_what_is_taken_out_in_part_is_in_there_still() -> None:
    packed(crate(1), [(A, 10)], 1)
    unpacked(crate(1), [(A, 4)], 2)
    packed(crate(2), [crate(1)], 3)
    unpacked(crate(2), [], 4)
    unpacked(crate(1), [(A, 6)], 5)
    packed(crate(3), [crate(1)], 6)
    assert forward(A) == {crate(1), crate(2)}


def test_a_lot_that_was_filled_up_later_hands_nothing_on_to_what_was_made_before() -> None:
    transformed([A], [C], 1)
    transformed([C], [D], 2)
    transformed([B], [C], 3)
    transformed([C], [E], 4)
    assert back(D) == {A, C}
    assert back(E) == {A, B, C}
    assert forward(B) == {C, E}


def test_events_with_one_transformation_id_are_one_transformation() -> None:
    transformed([A], [], 1, run="urn:uuid:run-1")
    transformed([B], [], 2, run="urn:uuid:run-1")
    transformed([], [C], 3, run="urn:uuid:run-1")
    transformed([D], [E], 3, run="urn:uuid:run-2")
    assert back(C) == {A, B}
    assert forward(A) == {C}
    assert forward(D) == {E}
    (edge,) = trace([A], "forward").edges
    assert edge.event_time == day(1)


def test_what_was_declared_wrong_is_left_out() -> None:
    declared_wrong(transformed([A], [C], 1))
    transformed([B], [C], 1)
    declared_wrong(packed(crate(1), [C], 2))
    packed(crate(2), [C], 2)
    declared_wrong(unpacked(crate(2), [C], 3))
    packed(crate(3), [crate(2)], 4)
    assert back(C) == {B}
    assert forward(B) == {C, crate(2), crate(3)}


def test_partners_who_capture_a_circle_keep_nobody_waiting() -> None:
    transformed([A], [B], 1)
    transformed([B], [C], 1)
    transformed([C], [A], 1)
    packed(crate(1), [crate(2)], 2)
    packed(crate(2), [crate(1), A], 2)
    assert back(A) == {B, C}
    assert forward(A) == {B, C, crate(1), crate(2)}
    assert back(crate(1)) == {crate(2), A, B, C}


def test_an_item_belongs_to_its_lot() -> None:
    item, other = (f"{STEM}/01/09521999000015/21/{serial}" for serial in ("S1", "S2"))
    transformed([B], [A], 0)
    make_event([("epc", item, None, None, A), ("epc", other, None, None, A)], action="ADD", event_time=day(1))
    packed(crate(1), [item], 2)
    assert back(crate(1)) == {item, A, B}
    assert forward(A) == {item, crate(1)}  # the other item went nowhere
    assert {edge.kind for edge in trace([item], "back").edges} == {EdgeKind.ITEM_OF_LOT, EdgeKind.TRANSFORMATION}


def test_a_product_without_lot_is_shown_but_not_traced_through() -> None:
    cardboard = f"{STEM}/01/09521999000022"
    make_event(
        [("input_quantity", cardboard), ("input_quantity", A), ("output_quantity", C)],
        event_type="TransformationEvent",
        action=None,
        event_time=day(1),
    )
    make_event(
        [("input_quantity", B), ("output_quantity", cardboard)],
        event_type="TransformationEvent",
        action=None,
        event_time=day(0),
    )
    assert back(C) == {A, cardboard}
    assert forward(cardboard) == set()


def test_ten_levels_are_one_statement(count_queries: Callable[[], Any]) -> None:
    def statements(levels: int) -> int:
        for level in range(levels):
            transformed([lot(f"L{levels}-{level}")], [lot(f"L{levels}-{level + 1}")], level)
        with count_queries() as counted:
            found = trace([lot(f"L{levels}-0")], "forward")
        assert len(found.nodes) == levels + 1
        return len(counted)

    assert statements(1) == statements(10) == 1


def test_a_limit_is_kept_and_said() -> None:
    for number in range(30):
        transformed([A], [lot(f"N{number}")], number)
    found = trace([A], "forward", limit=10)
    assert found.truncated
    assert 10 <= len(names(found)) <= 11
    assert not trace([A], "forward", limit=30).truncated


def test_the_site_says_what_it_knows() -> None:
    farm = make_farm()
    made = farm.harvest()
    own = lot_identifier(farm.product.gtin, made.lot_number)
    transformed([A], [own], 1)
    nodes = {node.identifier: node for node in trace([own], "back").nodes}
    assert nodes[own].lot_id == made.id
    assert nodes[own].product_name("vi") == "Bưởi Phúc Trạch"
    assert nodes[own].product_name("en") == "Phuc Trach pomelo"
    assert nodes[own].producer_name == farm.producer.name
    assert nodes[own].lot_number == made.lot_number
    assert nodes[A].lot_id is nodes[A].producer_name is None


def test_lot_numbers_with_signs_are_recognised() -> None:
    farm = make_farm()
    made = make_lot(farm.product, lot_number="A/B%1")
    (node,) = trace([lot_identifier(farm.product.gtin, "A/B%1")], "back").nodes
    assert node.lot_id == made.id


class TestWhoSees:
    """The journal's policies decide; a trace ends where the reader may not read on."""

    def test_the_public_reads_of_published_lots_only(self) -> None:
        farm, hidden = make_farm(), make_farm(status=ProductStatus.DRAFT)
        shown = lot_identifier(farm.product.gtin, "L1")
        draft = lot_identifier(hidden.product.gtin, "L2")
        transformed([A], [draft], 1)
        transformed([draft], [shown], 2)
        found = trace([shown], "back", party=PUBLIC)
        assert names(found) == {draft}
        (node,) = (node for node in found.nodes if node.depth)
        assert node.product_name_vi is None
        assert names(trace([shown], "back", party=party_of(hidden.actor))) == {draft, A}

    @pytest.mark.parametrize("role", [RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR])
    def test_officers_read_everything(self, role: RoleName) -> None:
        transformed([A], [B], 1)
        party = party_of(actor_of(make_user(role)))
        assert names(trace([B], "back", party=party)) == {A}

    @pytest.mark.parametrize("role", [RoleName.CONSUMER, RoleName.STALL_HOLDER, RoleName.MARKET_MANAGER])
    def test_others_read_what_the_public_reads(self, role: RoleName) -> None:
        transformed([A], [B], 1)
        assert names(trace([B], "back", party=party_of(actor_of(make_user(role))))) == set()

    def test_a_partner_reads_what_was_captured_on_its_behalf(self) -> None:
        farm = make_farm()
        transformed([A], [B], 1, producer_id=farm.producer.id)
        assert names(trace([B], "back", party=party_of(farm.actor))) == {A}
        assert names(trace([B], "back", party=party_of(make_farm().actor))) == set()

    def test_an_edge_is_seen_exactly_when_the_policies_show_both_its_events(self) -> None:
        farm, hidden = make_farm(), make_farm(status=ProductStatus.DRAFT)
        shown, draft = lot_identifier(farm.product.gtin, "L1"), lot_identifier(hidden.product.gtin, "L2")
        product_alone, item = f"{STEM}/01/{farm.product.gtin}", f"{STEM}/01/{farm.product.gtin}/21/S1"
        transformed([A, product_alone], [B], 1)
        transformed([B], [draft], 2)
        transformed([draft], [C], 3, run="in two events")
        came_out = transformed([], [shown], 3, run="in two events")
        packed(crate(1), [shown], 4)
        packed(crate(2), [crate(1)], 5)
        packed(crate(3), [crate(2)], 6)
        packed(crate(4), [draft, item], 7)
        transformed([crate(4)], [D], 8)
        transformed([D], [E], 9, producer_id=hidden.producer.id)
        partner = Party(ANONYMOUS, capture_prefixes=(E,))
        everything = {edge for end in (E, crate(3), C) for edge in trace([end], "back").edges}
        assert len(everything) == 12
        for party in (PUBLIC, party_of(farm.actor), party_of(hidden.actor), partner):
            readable = set(db.session.scalars(select(EpcisEvent.event_id).where(visible_to(party))))
            for edge in everything:
                told_in = {edge.event_uri, came_out.event_id} if edge.target == shown else {edge.event_uri}
                seen = edge in trace([edge.target], "back", party=party).edges
                assert seen == (told_in <= readable), (party, edge)


class TestNoCircles:
    """What our own use cases refuse before they write."""

    def test_nothing_is_made_of_what_was_made_of_it(self) -> None:
        transformed([A], [B], 1)
        transformed([B], [C], 2)
        check_acyclic(sources=[A, B], targets=[C])
        with pytest.raises(CircularGenealogy) as refused:
            check_acyclic(sources=[C], targets=[A])
        assert (refused.value.source, refused.value.target) == (C, A)

    def test_nothing_goes_into_itself(self) -> None:
        with pytest.raises(CircularGenealogy):
            check_acyclic(sources=[crate(1)], targets=[crate(1)])

    def test_a_pallet_does_not_go_into_a_crate_that_stands_on_it(self) -> None:
        packed(crate(2), [crate(1)], 1)
        with pytest.raises(CircularGenealogy):
            check_acyclic(sources=[crate(2)], targets=[crate(1)])

    def test_but_it_may_when_the_crate_was_taken_off(self) -> None:
        packed(crate(2), [crate(1)], 1)
        unpacked(crate(2), [crate(1)], 2)
        check_acyclic(sources=[crate(2)], targets=[crate(1)])


def test_both_ways_at_once_counts_backwards_below_zero(session: scoped_session[Session]) -> None:
    transformed([A], [B], 1)
    packed(crate(1), [B], 2)
    found = trace_both_ways(B)
    assert [(node.identifier, node.depth) for node in found.nodes] == [(A, -1), (B, 0), (crate(1), 1)]
    assert len(found.edges) == 2
    assert trace_both_ways(lot(new_id().hex[:20])).edges == ()
