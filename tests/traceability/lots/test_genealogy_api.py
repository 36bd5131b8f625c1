"""The genealogy of a lot for programs, and its page."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from catalog.products.models import ProductStatus
from core.accounts import RoleName
from core.db import new_id
from tests.factories import make_user, sign_in
from tests.traceability.farm import Farm, make_farm
from tests.traceability.histories import crate, lot, packed, transformed
from traceability.journal.identifiers import lot_identifier
from traceability.journal.usecases import issue_sscc
from traceability.lots.genealogy_drawing import LINE_LETTERS, MOST_IN_COLUMN, broken_lines, drawn
from traceability.lots.genealogy_rules import Edge, EdgeKind, Genealogy, Node, NodeKind
from traceability.lots.models import Lot
from traceability.lots.schemas import GenealogyEdgeSchema, GenealogyNodeSchema, GenealogySchema
from traceability.lots.usecases import LotContent, pack_lots


def address(farm: Farm, made: Lot, query: str = "") -> str:
    return f"/api/v1/lots/{farm.product.gtin}/{made.lot_number}/genealogy{query}"


def uri(farm: Farm, made: Lot) -> str:
    return lot_identifier(farm.product.gtin, made.lot_number)


def packed_by_use_case(farm: Farm, made: Lot) -> str:
    sscc = issue_sscc()
    pack_lots(
        actor=farm.actor,
        sscc=sscc,
        contents=[LotContent(made.id, 4)],
        packed_at_gln=farm.producer.gln,
        order_number="N1",
    )
    return sscc


class TestInterface:
    def test_what_our_own_use_cases_write_is_traced(self, client: FlaskClient) -> None:
        farm = make_farm()
        made = farm.harvest()
        sscc = packed_by_use_case(farm, made)
        transformed([lot("PARTNER")], [uri(farm, made)], 1)
        answer = client.get(address(farm, made))
        assert answer.status_code == 200
        assert [(node["kind"], node["depth"]) for node in answer.json["nodes"]] == [
            ("lot", -1),
            ("lot", 0),
            ("logistic_unit", 1),
        ]
        assert answer.json["nodes"][1]["product_name_vi"] == "Bưởi Phúc Trạch"
        (edge,) = (edge for edge in answer.json["edges"] if edge["kind"] == "aggregation")
        assert edge["target"].endswith(f"/00/{sscc}")
        assert (edge["quantity"], edge["biz_step"]) == (4, "packing")
        assert edge["event_id"].startswith("ni:///sha-256;")

    def test_one_direction_is_enough_for_who_asks_for_it(self, client: FlaskClient) -> None:
        farm = make_farm()
        made = farm.harvest()
        packed_by_use_case(farm, made)
        assert client.get(address(farm, made, "?direction=back")).json["edges"] == []
        assert len(client.get(address(farm, made, "?direction=forward")).json["edges"]) == 1

    @pytest.mark.parametrize("query", ["?direction=up", "?limit=0", "?limit=9999999", "?limit=x"])
    def test_nonsense_is_named(self, client: FlaskClient, query: str) -> None:
        farm = make_farm()
        answer = client.get(address(farm, farm.harvest(), query))
        assert answer.status_code == 422
        assert query[1:].partition("=")[0] in answer.text

    def test_there_is_nothing_about_lots_that_the_site_never_made(self, client: FlaskClient) -> None:
        farm = make_farm()
        assert client.get(f"/api/v1/lots/{farm.product.gtin}/NONE/genealogy").status_code == 404
        assert client.get("/api/v1/lots/123/NONE/genealogy").status_code == 422

    def test_the_public_reads_nothing_of_drafts(self, client: FlaskClient) -> None:
        farm = make_farm(status=ProductStatus.DRAFT)
        made = farm.harvest()
        packed_by_use_case(farm, made)
        assert client.get(address(farm, made)).status_code == 404
        farm.signed_in(client)
        assert len(client.get(address(farm, made)).json["edges"]) == 1

    def test_the_answer_has_the_shape_that_the_document_promises(self, client: FlaskClient) -> None:
        farm = make_farm()
        made = farm.harvest()
        packed_by_use_case(farm, made)
        answer = client.get(address(farm, made)).json
        assert GenealogySchema().validate(answer) == {}
        for part, schema in (("nodes", GenealogyNodeSchema()), ("edges", GenealogyEdgeSchema())):
            promised = {field.data_key or name for name, field in schema.fields.items()}
            assert {frozenset(row) for row in answer[part]} == {frozenset(promised)}


class TestPage:
    def test_it_draws_and_tables_both_ways(self, client: FlaskClient) -> None:
        farm = make_farm()
        made = farm.harvest()
        source = farm.harvest()
        transformed([(uri(farm, source), 12.5)], [uri(farm, made)], 1)
        sscc = packed_by_use_case(farm, made)
        page = farm.signed_in(client).get(f"/farm/lots/{made.id}/genealogy").text
        assert page.count('class="genealogy-box') == 3
        assert page.count('<path class="genealogy-line') == 2
        assert f'href="/farm/lots/{source.id}"' in page
        assert f'href="/00/{sscc}"' in page
        assert "12,5 kg" in page
        assert f"/farm/lots/{made.id}/genealogy" in client.get(f"/farm/lots/{made.id}").text

    def test_a_new_lot_says_that_nothing_happened_yet(self, client: FlaskClient) -> None:
        farm = make_farm()
        page = farm.signed_in(client).get(f"/farm/lots/{farm.harvest().id}/genealogy?lang=en")
        assert page.status_code == 200
        assert '<svg class="genealogy' not in page.text

    def test_it_costs_the_same_however_large(self, client: FlaskClient, count_queries: Callable[[], Any]) -> None:
        farm = make_farm()
        made = farm.harvest()
        farm.signed_in(client)
        transformed([lot("X")], [uri(farm, made)], 1)
        with count_queries() as few:
            client.get(f"/farm/lots/{made.id}/genealogy")
        for number in range(12):
            packed(crate(number), [uri(farm, made)], number)
            transformed([uri(farm, farm.harvest())], [uri(farm, made)], number)
        with count_queries() as many:
            page = client.get(f"/farm/lots/{made.id}/genealogy").text
        assert len(few) == len(many)
        assert page.count('class="genealogy-box') == 2 * MOST_IN_COLUMN + 1

    def test_others_find_nothing(self, client: FlaskClient) -> None:
        made = make_farm().harvest()
        make_farm().signed_in(client)
        there = client.get(f"/farm/lots/{made.id}/genealogy")
        assert there.status_code == client.get(f"/farm/lots/{new_id()}/genealogy").status_code == 404

    @pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER])
    def test_other_roles_have_no_such_page(self, client: FlaskClient, role: RoleName) -> None:
        made = make_farm().harvest()
        sign_in(client, make_user(role))
        assert client.get(f"/farm/lots/{made.id}/genealogy").status_code == 404


class TestDrawing:
    def node(self, name: str, depth: int) -> Node:
        return Node(name, NodeKind.LOT, depth)

    def test_what_came_first_stands_on_the_left(self) -> None:
        nodes = tuple(self.node(name, depth) for name, depth in (("a", -1), ("b", 0), ("c", 1)))
        edges = tuple(Edge(source, target, EdgeKind.TRANSFORMATION) for source, target in ("ab", "bc"))
        drawing = drawn(Genealogy(nodes, edges))
        places = {box.node.identifier: box.x for box in drawing.boxes if box.node}
        assert places["a"] < places["b"] < places["c"]
        assert len(drawing.lines) == 2

    def test_a_tall_column_is_shortened_and_nothing_is_lost(self) -> None:
        nodes = (self.node("start", 0), *(self.node(f"n{number}", 1) for number in range(40)))
        edges = tuple(Edge("start", f"n{number}", EdgeKind.AGGREGATION) for number in range(40))
        drawing = drawn(Genealogy(nodes, edges))
        assert len(drawing.boxes) == 1 + MOST_IN_COLUMN
        assert drawing.hidden_count == 40 - (MOST_IN_COLUMN - 1)
        assert len(drawing.lines) == MOST_IN_COLUMN

    def test_boxes_do_not_overlap_and_fit(self) -> None:
        nodes = tuple(self.node(f"n{depth}-{row}", depth) for depth in range(4) for row in range(depth + 1))
        drawing = drawn(Genealogy(nodes, ()))
        corners = {(box.x, box.y) for box in drawing.boxes}
        assert len(corners) == len(nodes)
        assert all(0 <= box.x < drawing.width and 0 <= box.y < drawing.height for box in drawing.boxes)

    def test_neighbours_stand_beside_each_other(self) -> None:
        nodes = tuple(self.node(name, depth) for name, depth in (("a", 0), ("b", 0), ("x", 1), ("y", 1)))
        edges = (Edge("a", "y", EdgeKind.TRANSFORMATION), Edge("b", "x", EdgeKind.TRANSFORMATION))
        places = {box.node.identifier: box.y for box in drawn(Genealogy(nodes, edges)).boxes if box.node}
        assert (places["a"] < places["b"]) == (places["y"] < places["x"])

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("Bưởi", ["Bưởi"]),
            ("Hợp tác xã Nông nghiệp Phúc Trạch", ["Hợp tác xã Nông nghiệp", "Phúc Trạch"]),
            ("", [""]),
        ],
    )
    def test_long_names_break_between_words(self, text: str, lines: list[str]) -> None:
        assert broken_lines(text) == lines

    def test_what_does_not_fit_ends_in_an_ellipsis(self) -> None:
        lines = broken_lines("x" * 80 + " " + "từ " * 40)
        assert len(lines) == 2
        assert all(len(line) <= LINE_LETTERS and line.endswith("…") for line in lines)
