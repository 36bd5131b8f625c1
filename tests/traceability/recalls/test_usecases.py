"""Proposing, deciding, taking back, closing; and the rehearsal."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.accounts import RoleName
from core.db import db, new_id, utc_now
from core.errors import AppError, Invalid, NotFound, Refused
from core.outbox.models import OutboxMessage
from tests.factories import make_user
from tests.traceability.farm import Farm, actor_of, make_farm
from tests.traceability.histories import transformed
from tests.traceability.recalls.conftest import Scene
from traceability.journal.identifiers import lot_identifier
from traceability.journal.queries import events_of
from traceability.journal.usecases import issue_sscc
from traceability.lots.ledger import LotContent
from traceability.lots.models import Lot
from traceability.lots.shipment_models import Shipment
from traceability.lots.usecases.leaving import destroy_lot, sell_lot
from traceability.lots.usecases.packing import pack_crate, pack_lots, pack_pallet, ship_parcel, unpack
from traceability.lots.usecases.receiving import receive
from traceability.lots.usecases.shipping import ship
from traceability.recalls.errors import AlreadyDecided, DecidedByProposer, LotOnRecall
from traceability.recalls.models import RecallStatus, ReturnKind
from traceability.recalls.queries import lock_against_recall, recalled_lots
from traceability.recalls.sources import Origin, Source, find_origin, register_source
from traceability.recalls.tracing import picture_of
from traceability.recalls.usecases import (
    approve_recall,
    close_recall,
    propose_recall,
    record_return,
    reject_recall,
    release_sale,
    run_mock_recall,
)

UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


def uri(lot: Lot) -> str:
    return lot_identifier(lot.product.gtin, lot.lot_number)


class TestProposing:
    def test_a_proposal_changes_nothing_yet(self, scene: Scene) -> None:
        recall = scene.propose()
        assert recall.status == RecallStatus.PROPOSED
        assert recall.number.startswith("TH-")
        assert [row.grams for row in recall.lots] == [240_000]
        assert recalled_lots([scene.lot.id]) == {}
        assert lock_against_recall([scene.farm.product.id]) == set()

    def test_what_was_made_of_the_lot_may_be_recalled_with_it(self, scene: Scene) -> None:
        made = scene.farm.harvest(50)
        transformed([(uri(scene.lot), 40)], [(uri(made), 40)], 1)
        recall = scene.propose(lot_ids=[scene.lot.id, made.id])
        assert {(row.lot_id, row.is_origin) for row in recall.lots} == {(scene.lot.id, True), (made.id, False)}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("recall_class", 4),
            ("reason", "ngắn"),
            ("notice_vi", ""),
            ("notice_en", "x" * 1001),
            ("lot_ids", []),
            ("lot_ids", [new_id()]),
        ],
    )
    def test_nonsense_is_named(self, scene: Scene, field: str, value: Any) -> None:
        with pytest.raises(Invalid) as refused:
            scene.propose(**{field: value})
        assert refused.value.field == {"lot_ids": "lots"}.get(field, field)

    def test_others_cannot_propose(self, scene: Scene) -> None:
        stranger = make_farm().actor
        with pytest.raises(NotFound):
            find_origin(stranger, "lot", str(scene.lot.id))
        origin = find_origin(scene.farm.actor, "lot", str(scene.lot.id))
        for actor in (stranger, scene.officer):
            with pytest.raises(NotFound):
                run_mock_recall(actor=actor, origin=origin)


class TestBeginnings:
    def test_a_plot_leads_to_its_lots(self, scene: Scene) -> None:
        other = scene.farm.harvest(10)
        origin = find_origin(scene.farm.actor, "plot", str(scene.farm.plot.id))
        assert set(origin.lot_ids) == {scene.lot.id, other.id}
        assert origin.label == scene.farm.plot.name

    @pytest.mark.parametrize(("kind", "reference"), [("moon", "1"), ("lot", "x"), ("lot", UNKNOWN_ID), ("plot", "")])
    def test_nonsense_is_not_found(self, scene: Scene, kind: str, reference: str) -> None:
        with pytest.raises(NotFound):
            find_origin(scene.farm.actor, kind, reference)

    def test_other_features_plug_theirs_in(self, scene: Scene, app: Any) -> None:
        producer_id = scene.farm.producer.id
        source = Source("Lô phân", lambda actor, reference: Origin("batch", reference, producer_id, [scene.lot.id]))
        register_source(app, "batch", source)
        origin = find_origin(scene.farm.actor, "batch", "NPK-7")
        assert run_mock_recall(actor=scene.farm.actor, origin=origin).origin_label == "NPK-7"
        del app.extensions["recalls_sources"]["batch"]

    def test_no_lots_nothing_to_recall(self, scene: Scene) -> None:
        with pytest.raises(Invalid):
            run_mock_recall(actor=scene.farm.actor, origin=Origin("lot", "–", scene.farm.producer.id, []))


class TestRehearsal:
    def test_it_says_how_long_and_how_much(self, scene: Scene) -> None:
        made = scene.farm.harvest(30)
        transformed([(uri(scene.lot), 40)], [(uri(made), 30)], 1)
        mock = run_mock_recall(actor=scene.farm.actor, origin=find_origin(scene.farm.actor, "lot", str(scene.lot.id)))
        assert mock.total_grams == 276_000
        assert mock.accounted_grams == 276_000
        assert mock.milliseconds >= 0
        assert {lot["lot_number"] for lot in mock.report["lots"]} == {scene.lot.lot_number, made.lot_number}
        assert recalled_lots([scene.lot.id]) == {}

    @pytest.mark.parametrize(("counterpart", "grams"), [(None, 180_000), ("Chị Mẫu ở chợ Vinh (mẫu)", 240_000)])
    def test_goods_sold_to_nobody_knows_whom_are_missing(
        self, scene: Scene, counterpart: str | None, grams: int
    ) -> None:
        sold = LotContent(scene.lot.id, quantity=50)
        farm = scene.farm
        sell_lot(actor=farm.actor, holder_id=farm.producer.id, content=sold, counterpart=counterpart)
        mock = run_mock_recall(actor=farm.actor, origin=find_origin(farm.actor, "lot", str(scene.lot.id)))
        assert mock.accounted_grams == grams

    def test_reports_are_never_changed(self, scene: Scene) -> None:
        mock = run_mock_recall(actor=scene.farm.actor, origin=find_origin(scene.farm.actor, "lot", str(scene.lot.id)))
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(text("UPDATE mock_recalls SET milliseconds = 1 WHERE id = :id"), {"id": mock.id})


class TestDeciding:
    def test_approval_tells_the_journal_the_market_and_the_lots(self, scene: Scene) -> None:
        recall = scene.approve()
        assert recall.status == RecallStatus.ACTIVE
        assert recalled_lots([scene.lot.id]) == {scene.lot.id: scene.lot.lot_number}
        assert lock_against_recall([scene.farm.product.id]) == {scene.farm.product.id}
        event = events_of(uri(scene.lot))[-1]
        assert event.disposition == "recalled"
        assert event.payload["persistentDisposition"] == {"set": ["recalled"]}
        assert "persistentDisposition_set=recalled" in event.terms
        assert event.captured_by == scene.officer_user.id
        assert db.session.scalar(select(OutboxMessage).where(OutboxMessage.name == "LotRecalled")).payload == {
            "recall_id": str(recall.id)
        }

    def test_the_proposer_does_not_decide(self, scene: Scene) -> None:
        administrator = make_user(RoleName.ADMINISTRATOR)
        origin = find_origin(scene.farm.actor, "lot", str(scene.lot.id))
        from tests.traceability.recalls.conftest import TEXTS

        recall = propose_recall(
            actor=actor_of(administrator), origin=origin, lot_ids=[scene.lot.id], recall_class=2, **TEXTS
        )
        for verb in (approve_recall, reject_recall):
            with pytest.raises(DecidedByProposer):
                verb(actor=actor_of(administrator), recall_id=recall.id, note="Không được đâu nhé.")
        approve_recall(actor=actor_of(make_user(RoleName.ADMINISTRATOR)), recall_id=recall.id)

    def test_nor_in_the_database(self, scene: Scene) -> None:
        recall = scene.propose()
        with pytest.raises(IntegrityError, match="decided_by_another"), db.session.begin_nested():
            recall.status, recall.decided_by, recall.decided_at = "active", recall.proposed_by, utc_now()
            db.session.flush()

    def test_members_may_not_decide_and_strangers_find_nothing(self, scene: Scene) -> None:
        recall = scene.propose()
        with pytest.raises(Refused):
            approve_recall(actor=scene.farm.actor, recall_id=recall.id)
        with pytest.raises(NotFound):
            approve_recall(actor=make_farm().actor, recall_id=recall.id)

    @pytest.mark.parametrize("role", [RoleName.CONSUMER, RoleName.STALL_HOLDER, RoleName.MARKET_MANAGER])
    def test_other_roles_find_nothing(self, scene: Scene, role: RoleName) -> None:
        with pytest.raises(NotFound):
            approve_recall(actor=actor_of(make_user(role)), recall_id=scene.propose().id)

    def test_it_is_decided_once(self, scene: Scene) -> None:
        recall = scene.approve()
        with pytest.raises(AlreadyDecided):
            approve_recall(actor=scene.officer, recall_id=recall.id)
        with pytest.raises(AlreadyDecided):
            reject_recall(actor=scene.officer, recall_id=recall.id, note="Không đủ căn cứ để thu hồi.")

    def test_a_rejection_says_why_and_touches_nothing(self, scene: Scene) -> None:
        recall = scene.propose()
        with pytest.raises(Invalid):
            reject_recall(actor=scene.officer, recall_id=recall.id, note=None)
        reject_recall(actor=scene.officer, recall_id=recall.id, note="Không đủ căn cứ để thu hồi.")
        assert recall.status == RecallStatus.REJECTED
        assert recalled_lots([scene.lot.id]) == {}


def _send(sender: Farm, receiver: Farm, **goods: Any) -> Shipment:
    return ship(actor=sender.actor, sender_id=sender.producer.id, receiver_id=receiver.producer.id, **goods)


def _hand_over(sender: Farm, receiver: Farm, **goods: Any) -> None:
    receive(actor=receiver.actor, shipment_id=_send(sender, receiver, **goods).id)


class TestGoingOn:
    """What is recalled is neither packed, nor sold, nor made into something; it is destroyed, or sent back."""

    def test_recalled_goods_do_not_go_on(self, scene: Scene) -> None:
        scene.approve()
        farm, content = scene.farm, LotContent(scene.lot.id, quantity=5)
        given = {"actor": farm.actor, "holder_id": farm.producer.id}
        with pytest.raises(LotOnRecall):
            sell_lot(**given, content=content)
        with pytest.raises(LotOnRecall):
            pack_crate(**given, contents=[content])
        destroy_lot(**given, content=content, reason="Thu hồi")

    def test_a_crate_packed_before_the_recall_goes_onto_no_pallet_and_nowhere(self, scene: Scene) -> None:
        farm, other = scene.farm, make_farm()
        given = {"actor": farm.actor, "holder_id": farm.producer.id}
        crate = pack_crate(**given, contents=[LotContent(scene.lot.id, quantity=5)])
        good = pack_crate(**given, contents=[LotContent(farm.harvest(50).id, quantity=5)])
        scene.approve()
        with pytest.raises(LotOnRecall) as refused:
            pack_pallet(**given, crates=[good.sscc, crate.sscc])
        assert scene.lot.lot_number in str(refused.value)
        with pytest.raises(LotOnRecall):
            pack_pallet(**given, crates=[good.sscc], contents=[LotContent(scene.lot.id, quantity=5)])
        given = {"actor": farm.actor, "sender_id": farm.producer.id, "receiver_id": other.producer.id}
        with pytest.raises(LotOnRecall):
            ship(**given, ssccs=[crate.sscc])
        with pytest.raises(LotOnRecall):
            ship(**given, contents=[LotContent(scene.lot.id, quantity=5)])
        ship(**given, ssccs=[good.sscc])
        unpack(actor=farm.actor, sscc=crate.sscc)
        content = LotContent(scene.lot.id, quantity=200)
        destroy_lot(actor=farm.actor, holder_id=farm.producer.id, content=content, reason="Thu hồi")

    def test_a_pallet_with_a_recalled_lot_in_one_crate_goes_nowhere(self, scene: Scene) -> None:
        farm, other = scene.farm, make_farm()
        given = {"actor": farm.actor, "holder_id": farm.producer.id}
        crate = pack_crate(**given, contents=[LotContent(scene.lot.id, quantity=5)])
        pallet = pack_pallet(**given, crates=[crate.sscc], contents=[LotContent(farm.harvest(50).id, quantity=5)])
        scene.approve()
        given = {"actor": farm.actor, "sender_id": farm.producer.id, "receiver_id": other.producer.id}
        with pytest.raises(LotOnRecall):
            ship(**given, ssccs=[pallet.sscc])
        unpack(actor=farm.actor, sscc=pallet.sscc)

    def test_they_go_back_to_who_made_or_sent_them_and_to_nobody_else(self, scene: Scene) -> None:
        farm, trader, shop, stranger = scene.farm, make_farm(), make_farm(), make_farm()
        crate = pack_crate(
            actor=farm.actor, holder_id=farm.producer.id, contents=[LotContent(scene.lot.id, quantity=5)]
        )
        _hand_over(farm, trader, ssccs=[crate.sscc], contents=[LotContent(scene.lot.id, quantity=9)])
        _hand_over(trader, shop, contents=[LotContent(scene.lot.id, quantity=4)])
        on_the_way = _send(farm, shop, contents=[LotContent(scene.lot.id, quantity=2)])
        scene.approve()
        receive(actor=shop.actor, shipment_id=on_the_way.id)
        for receiver in (shop, stranger):
            with pytest.raises(LotOnRecall):
                _send(trader, receiver, ssccs=[crate.sscc])
        with pytest.raises(LotOnRecall):
            _send(shop, stranger, contents=[LotContent(scene.lot.id, quantity=1)])
        _hand_over(trader, farm, ssccs=[crate.sscc])
        _hand_over(shop, trader, contents=[LotContent(scene.lot.id, quantity=4)])
        _hand_over(shop, farm, contents=[LotContent(scene.lot.id, quantity=2)])
        _hand_over(trader, farm, contents=[LotContent(scene.lot.id, quantity=9)])

    def test_a_parcel_packed_before_the_recall_is_not_sent_to_the_buyer(self, scene: Scene) -> None:
        sscc, gln = issue_sscc(), scene.farm.producer.gln
        content = LotContent(scene.lot.id, 5)
        pack_lots(actor=scene.farm.actor, sscc=sscc, contents=[content], packed_at_gln=gln, order_number="ORDER-7")
        scene.approve()
        with pytest.raises(LotOnRecall):
            ship_parcel(actor=scene.farm.actor, sscc=sscc, shipped_from_gln=gln)


class TestTakingBack:
    def test_amounts_add_up_to_the_lot_and_no_further(self, scene: Scene) -> None:
        recall = scene.approve()

        def note(kind: ReturnKind, grams: int) -> None:
            record_return(actor=scene.farm.actor, recall_id=recall.id, lot_id=scene.lot.id, kind=kind, grams=grams)

        note(ReturnKind.RETURNED, 190_000)
        note(ReturnKind.DESTROYED, 240_000)
        with pytest.raises(Invalid) as refused:
            note(ReturnKind.RETURNED, 50_001)
        assert "50" in str(refused.value)
        note(ReturnKind.RETURNED, 50_000)

    def test_only_while_it_holds_and_only_by_those_concerned(self, scene: Scene) -> None:
        recall = scene.propose()
        values = {"recall_id": recall.id, "lot_id": scene.lot.id, "kind": ReturnKind.RETURNED, "grams": 5}
        with pytest.raises(AlreadyDecided):
            record_return(actor=scene.farm.actor, **values)
        scene.approve(recall)
        with pytest.raises(NotFound):
            record_return(actor=make_farm().actor, **values)
        with pytest.raises(Invalid):
            record_return(actor=scene.farm.actor, **{**values, "lot_id": new_id()})

    def test_selling_again_from_other_lots(self, scene: Scene) -> None:
        recall = scene.approve()
        values = {"recall_id": recall.id, "product_id": scene.farm.product.id}
        with pytest.raises(NotFound):
            release_sale(actor=make_farm().actor, **values)
        release_sale(actor=scene.farm.actor, **values)
        assert lock_against_recall([scene.farm.product.id]) == set()
        assert recalled_lots([scene.lot.id])
        with pytest.raises(AlreadyDecided):
            release_sale(actor=scene.farm.actor, **values)

    def test_closing_reports(self, scene: Scene) -> None:
        recall = scene.approve()
        with pytest.raises(Invalid):
            close_recall(actor=scene.farm.actor, recall_id=recall.id, note="xong")
        close_recall(actor=scene.farm.actor, recall_id=recall.id, note="Đã thu hồi và tiêu hủy toàn bộ.")
        assert recall.status == RecallStatus.CLOSED
        assert recall.reported_at is not None
        assert recalled_lots([scene.lot.id])  # closed, but still not fit to eat
        with pytest.raises(AppError):
            close_recall(actor=scene.farm.actor, recall_id=recall.id, note="Đã thu hồi và tiêu hủy toàn bộ.")


def test_tracing_costs_the_same_however_many_lots(scene: Scene, count_queries: Callable[[], Any]) -> None:
    def cost() -> int:
        with count_queries() as counted:
            picture_of(scene.farm.actor, [scene.lot.id])
        return len(counted)

    few = cost()
    for _number in range(6):
        transformed([(uri(scene.lot), 1)], [(uri(scene.farm.harvest(10)), 1)], 1)
    assert cost() == few
