"""Entries that are wrong stay, are marked, and what is right stands behind them: in the journal and on the pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from core.errors import AppError, Invalid, NotFound
from tests.factories import make_user
from tests.traceability.farm import Farm, actor_of, days_ago, make_farm
from tests.traceability.passport.test_page import address_of, pack
from traceability.corrections.usecases import correct_harvest, declare_entry_wrong
from traceability.journal.corrections import AlreadyDeclaredWrong, brought_together, declare_error
from traceability.journal.errors import DuplicateEvent
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEvent
from traceability.journal.queries import events_of
from traceability.lots.errors import AlreadyShipped
from traceability.lots.models import Lot
from traceability.lots.usecases import ship_parcel

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser, which says that it takes HTML."""
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


def rows_of(farm: Farm, lot: Lot) -> list[EpcisEvent]:
    return events_of(lot_identifier(farm.product.gtin, lot.lot_number))


def harvest_of(farm: Farm, lot: Lot) -> EpcisEvent:
    return next(event for event in rows_of(farm, lot) if event.biz_step == "commissioning")


def test_a_declaration_repeats_the_event_and_changes_nothing() -> None:
    farm = make_farm()
    lot = farm.harvest()
    original = harvest_of(farm, lot)
    before = dict(original.payload)
    row = declare_error(actor=farm.actor, event_id=original.event_id, reason="did_not_occur", note="Ghi nhầm vườn.")
    assert row.event_id == original.event_id and row.event_hash == original.event_hash
    assert row.error_reason == "did_not_occur" and row.error_declared_at is not None
    assert row.event_time == original.event_time
    assert row.payload["errorDeclaration"]["chonguon:note"] == "Ghi nhầm vườn."
    without = {name: value for name, value in row.payload.items() if name not in ("errorDeclaration", "@context")}
    assert without == before == dict(original.payload)
    assert original.error_declared_at is None


def test_an_event_is_declared_wrong_once() -> None:
    farm = make_farm()
    original = harvest_of(farm, farm.harvest())
    declare_error(actor=farm.actor, event_id=original.event_id, reason="did_not_occur")
    with pytest.raises(AlreadyDeclaredWrong):
        declare_error(actor=farm.actor, event_id=original.event_id, reason="incorrect_data")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"note": "x" * 501}, "note"),
        ({"corrective_event_ids": ["ni:///sha-256;00?ver=CBV2.0"]}, "corrective_event_ids"),
    ],
)
def test_a_declaration_must_make_sense(changed: dict[str, Any], field: str) -> None:
    farm = make_farm()
    original = harvest_of(farm, farm.harvest())
    values = {"actor": farm.actor, "event_id": original.event_id, "reason": "did_not_occur"}
    with pytest.raises(Invalid) as refused:
        declare_error(**(values | changed))
    assert refused.value.field == field


def test_an_event_does_not_correct_itself() -> None:
    farm = make_farm()
    original = harvest_of(farm, farm.harvest())
    with pytest.raises(Invalid):
        declare_error(
            actor=farm.actor,
            event_id=original.event_id,
            reason="incorrect_data",
            corrective_event_ids=[original.event_id],
        )


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
def test_somebody_else_s_event_cannot_be_declared_wrong(role: RoleName) -> None:
    farm = make_farm()
    original = harvest_of(farm, farm.harvest())
    for event_id in (original.event_id, "ni:///sha-256;00?ver=CBV2.0"):
        with pytest.raises(NotFound):
            declare_error(actor=actor_of(make_user(role)), event_id=event_id, reason="did_not_occur")


def test_the_database_refuses_to_change_a_declaration(session: scoped_session[Session]) -> None:
    farm = make_farm()
    original = harvest_of(farm, farm.harvest())
    declare_error(actor=farm.actor, event_id=original.event_id, reason="did_not_occur")
    with pytest.raises(IntegrityError):
        session.execute(text("DELETE FROM epcis_events WHERE error_declared_at IS NOT NULL"))


def test_a_corrected_harvest_is_a_new_event_named_by_the_declaration() -> None:
    farm = make_farm()
    lot = farm.harvest(500)
    original = harvest_of(farm, lot)
    new = correct_harvest(
        actor=farm.actor, lot_id=lot.id, event_id=original.event_id, quantity=480, harvested_on=days_ago(4)
    )
    assert (lot.quantity, lot.harvested_on) == (480, days_ago(4))
    assert lot.best_before == days_ago(4) + timedelta(days=60)
    assert new.payload["quantityList"][0]["quantity"] == 480
    first, second, third = brought_together(rows_of(farm, lot))
    assert (first.id, third.id) == (original.id, new.id)
    assert second.payload["errorDeclaration"]["correctiveEventIDs"] == [new.event_id]
    assert second.error_reason == "incorrect_data"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 3}, "quantity"),
        ({"quantity": 500}, "quantity"),
        ({"harvested_on": days_ago(-1)}, "harvested_on"),
    ],
)
def test_a_corrected_harvest_must_make_sense(changed: dict[str, Any], field: str) -> None:
    farm = make_farm()
    lot = farm.harvest(500)
    pack(farm, lot, 4)
    original = harvest_of(farm, lot)
    values = {"actor": farm.actor, "lot_id": lot.id, "event_id": original.event_id}
    with pytest.raises(Invalid) as refused:
        correct_harvest(**({**values, "quantity": 500, "harvested_on": lot.harvested_on} | changed))
    assert refused.value.field == field
    assert [event.error_declared_at for event in rows_of(farm, lot)] == [None, None]


def test_a_harvest_can_be_corrected_twice_but_not_back_to_what_was_wrong() -> None:
    farm = make_farm()
    lot = farm.harvest(500)

    def correct(event: EpcisEvent, quantity: int) -> EpcisEvent:
        return correct_harvest(
            actor=farm.actor,
            lot_id=lot.id,
            event_id=event.event_id,
            quantity=quantity,
            harvested_on=lot.harvested_on,
        )

    first = harvest_of(farm, lot)
    second = correct(first, 480)
    third = correct(second, 470)
    with pytest.raises(DuplicateEvent):
        correct(third, 500)
    assert [event.id for event in brought_together(rows_of(farm, lot)) if event.error_declared_at is None] == [
        first.id,
        second.id,
        third.id,
    ]


@pytest.mark.parametrize("what", ["lot", "event"])
def test_only_one_s_own_harvest_is_corrected(what: str) -> None:
    farm, other = make_farm(), make_farm()
    lot, strange = farm.harvest(), other.harvest()
    event = harvest_of(other, strange) if what == "event" else harvest_of(farm, lot)
    lot_id = strange.id if what == "lot" else lot.id
    with pytest.raises(NotFound):
        correct_harvest(actor=farm.actor, lot_id=lot_id, event_id=event.event_id, quantity=1, harvested_on=days_ago(5))


def test_a_parcel_that_was_not_sent_after_all_can_be_sent() -> None:
    farm = make_farm()
    lot = farm.harvest()
    sscc = pack(farm, lot, 4, ship=True)
    shipping = next(event for event in rows_of(farm, lot) if event.biz_step == "shipping")
    with pytest.raises(AlreadyShipped):
        ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)
    declare_entry_wrong(actor=farm.actor, event_id=shipping.event_id, reason="did_not_occur")
    ship_parcel(actor=farm.actor, sscc=sscc, shipped_from_gln=farm.producer.gln)


class TestPages:
    """What consumers and producers see."""

    def corrected(self) -> tuple[Farm, Lot]:
        """A lot whose harvest was 500 and is 480."""
        farm = make_farm()
        lot = farm.harvest(500)
        correct_harvest(
            actor=farm.actor,
            lot_id=lot.id,
            event_id=harvest_of(farm, lot).event_id,
            quantity=480,
            harvested_on=lot.harvested_on,
            note="Đếm <sót> một sọt.",
        )
        return farm, lot

    def test_the_public_page_shows_original_declaration_and_correction(self, client: FlaskClient) -> None:
        farm, lot = self.corrected()
        page = client.get(address_of(farm, lot) + "?lang=en").text
        entries = re.findall(r'<li class="event.*?</li>', page, re.DOTALL)
        assert len(entries) == 2
        wrong, right = entries
        assert "<s>500 fruits</s>" in wrong and "Declared wrong on" in wrong
        assert "something in it was wrong" in wrong
        assert "Đếm &lt;sót&gt; một sọt." in wrong
        anchor = re.search(r'href="#(event-[0-9a-f]+)"', wrong)
        assert anchor is not None and f'id="{anchor[1]}"' in right
        back = re.search(r'href="#(event-[0-9a-f]+)"', right)
        assert back is not None and f'id="{back[1]}"' in wrong
        assert "480 fruits" in right

    def test_the_page_is_still_one_query(self, client: FlaskClient, count_queries: Callable[[], Any]) -> None:
        farm, lot = self.corrected()
        client.get(address_of(farm, lot))
        with count_queries() as statements:
            assert "<s>" in client.get(address_of(farm, lot)).text
        assert len(statements) == 1

    def test_the_api_gives_the_three_together(self, client: FlaskClient) -> None:
        farm, lot = self.corrected()
        pack(farm, lot, 4)
        answer = client.get(f"/api/v1/lots/{farm.product.gtin}/{lot.lot_number}/events")
        events = answer.get_json()["epcisBody"]["eventList"]
        assert len(events) == 4
        original, declaration, correction, packing = events
        assert original["eventID"] == declaration["eventID"] != correction["eventID"]
        assert declaration["errorDeclaration"]["correctiveEventIDs"] == [correction["eventID"]]
        assert declaration["errorDeclaration"]["chonguon:note"] == "Đếm <sót> một sọt."
        assert "errorDeclaration" not in original
        assert packing["bizStep"] == "packing" and "bizTransactionList" not in packing

    def test_a_producer_corrects_a_harvest_by_form(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest(500)
        farm.signed_in(client)
        page = client.get(f"/farm/lots/{lot.id}").text
        address = re.search(r'href="(/farm/lots/[^"]+/wrong)"', page)
        assert address is not None
        form = client.get(address[1])
        assert form.status_code == 200 and 'value="500"' in form.text
        event_id = harvest_of(farm, lot).event_id
        data = {"event_id": event_id, "reason": "incorrect_data", "note": "Đếm lại.", "quantity": "490"}
        assert client.post(address[1], data=data).status_code == 303
        after = client.get(f"/farm/lots/{lot.id}").text
        assert "490" in after and "Đếm lại." in after
        assert client.get(address[1]).status_code == 404

    def test_one_of_several_parcels_of_a_day_is_chosen(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest()
        pack(farm, lot, 4)
        pack(farm, lot, 6)
        farm.signed_in(client)
        first, second = [event for event in rows_of(farm, lot) if event.biz_step == "packing"]
        address = f"/farm/lots/{lot.id}/entries/{first.id}/wrong"
        assert client.get(address).text.count('name="event_id"') == 2
        assert client.post(address, data={"reason": "did_not_occur"}).status_code == 422
        strange = {"event_id": harvest_of(farm, lot).event_id, "reason": "did_not_occur"}
        assert client.post(address, data=strange).status_code == 422
        chosen = {"event_id": second.event_id, "reason": "did_not_occur"}
        assert client.post(address, data=chosen).status_code == 303
        page = client.get(address_of(farm, lot) + "?lang=en").text
        assert "<s>6 fruits · 1 parcel</s>" in page and "4 fruits · 1 parcel" in page

    def test_refusals_keep_what_was_typed(self, client: FlaskClient) -> None:
        farm = make_farm()
        lot = farm.harvest(500)
        event = harvest_of(farm, lot)
        db.session.commit()
        data = {"event_id": event.event_id, "reason": "incorrect_data", "quantity": "500", "note": "Giữ lại"}
        answer = farm.signed_in(client).post(f"/farm/lots/{lot.id}/entries/{event.id}/wrong", data=data)
        assert answer.status_code == 422 and "Giữ lại" in answer.text
        assert [row.error_declared_at for row in rows_of(farm, lot)] == [None]

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_somebody_else_s_lot_does_not_exist(self, client: FlaskClient, method: str) -> None:
        farm, other = make_farm(), make_farm()
        lot = other.harvest()
        event = harvest_of(other, lot)
        own = farm.harvest()
        farm.signed_in(client)
        for lot_id in (lot.id, own.id):
            address = f"/farm/lots/{lot_id}/entries/{event.id}/wrong"
            assert getattr(client, method)(address).status_code == 404


def test_nothing_is_left_of_a_correction_that_failed(session: scoped_session[Session], client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(500)
    event = harvest_of(farm, lot)
    session.commit()
    declare_error(actor=farm.actor, event_id=event.event_id, reason="did_not_occur")
    session.commit()
    with pytest.raises(AppError):
        correct_harvest(
            actor=farm.actor, lot_id=lot.id, event_id=event.event_id, quantity=480, harvested_on=days_ago(3)
        )
    session.rollback()
    assert session.scalar(select(Lot.quantity).where(Lot.id == lot.id)) == 500
    assert len(rows_of(farm, lot)) == 2
