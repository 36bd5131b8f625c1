"""Serial numbers of a lot: issued in blocks, commissioned in the journal, told to whoever scans one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import create_app
from core.accounts import ANONYMOUS, RoleName
from core.config import Settings
from core.db import atomic, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from tests.factories import make_user, sign_in
from tests.support.databases import TestDatabases
from tests.traceability.farm import Farm, actor_of, make_farm
from traceability.gs1.links import item_uri
from traceability.items import rules
from traceability.items.models import SerialBlock
from traceability.items.queries import STALLED_AFTER, issued_at, serials_of, stalled_blocks
from traceability.items.running import commission_batch
from traceability.items.tasks import commission
from traceability.items.usecases import issue_serials
from traceability.journal.models import EpcisEvent, EpcisEventIdentifier
from traceability.lots.models import Lot

pytestmark = pytest.mark.usefixtures("session")
OTHER_ROLES = [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER]


def issue(farm: Farm, lot: Lot, count: int = 20, prefix: str = "") -> SerialBlock:
    return issue_serials(actor=farm.actor, lot_id=lot.id, count=count, prefix=prefix)


def was_issued(lot: Lot, serial: str) -> bool:
    return issued_at(lot.product.gtin, lot.lot_number, serial) is not None


def progress(block: SerialBlock) -> int:
    """How many items of the block are commissioned; tasks work in a session of their own."""
    db.session.refresh(block)
    return block.commissioned


def commissioned_items() -> int:
    statement = select(func.count()).select_from(EpcisEventIdentifier).where(EpcisEventIdentifier.role == "epc")
    return db.session.scalar(statement) or 0


def test_every_number_of_every_block_was_issued_for_its_lot_alone() -> None:
    farm = make_farm()
    one, other = farm.harvest(), farm.harvest()
    blocks = [issue(farm, one, 30), issue(farm, other, 30), issue(farm, one, 30, "HK-")]
    serials = [list(serials_of(block)) for block in blocks]
    assert len({serial for each in serials for serial in each}) == 90
    assert all(was_issued(one, serial) for serial in (*serials[0], *serials[2]))
    assert not any(was_issued(other, serial) for serial in (*serials[0], *serials[2]))
    assert all(was_issued(other, serial) for serial in serials[1])


def test_numbers_that_follow_the_last_one_were_not_issued() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 5)
    key = block.sequence.key
    assert [was_issued(lot, rules.code_of(key, number)) for number in (4, 5, 6)] == [True, False, False]


def test_products_do_not_share_their_secret() -> None:
    one, other = make_farm(), make_farm()
    first, second = issue(one, one.harvest()), issue(other, other.harvest())
    assert first.sequence.key != second.sequence.key
    assert set(serials_of(first)).isdisjoint(serials_of(second))


def test_another_farmer_issues_nothing() -> None:
    lot = make_farm().harvest()
    for actor in (make_farm().actor, ANONYMOUS, actor_of(make_user(RoleName.CONSUMER))):
        with pytest.raises(NotFound):
            issue_serials(actor=actor, lot_id=lot.id, count=1)
    with pytest.raises(NotFound):
        issue_serials(actor=make_farm().actor, lot_id=new_id(), count=1)


def test_a_lot_has_so_many_numbers_and_blocks_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    farm = make_farm()
    lot = farm.harvest()
    monkeypatch.setattr(rules, "MOST_OF_LOT", 10)
    monkeypatch.setattr(rules, "MOST_BLOCKS", 2)
    issue(farm, lot, 8)
    with pytest.raises(Invalid) as refusal:
        issue(farm, lot, 3)
    assert refusal.value.field == "count"
    issue(farm, lot, 1)
    with pytest.raises(Conflict):
        issue(farm, lot, 1)


@pytest.mark.parametrize("first", [0, 10, 19, 25])
def test_the_database_keeps_blocks_behind_one_another(first: int) -> None:
    farm = make_farm()
    lot = farm.harvest()
    issue(farm, lot, 20)
    db.session.add(SerialBlock(product_id=lot.product_id, lot_id=lot.id, first=first, count=3))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_database_keeps_a_lot_to_its_products_numbers() -> None:
    farm, other = make_farm(), make_farm()
    block, foreign = issue(farm, farm.harvest()), other.harvest()
    db.session.add(SerialBlock(product_id=block.product_id, lot_id=foreign.id, first=block.ends, count=3))
    with pytest.raises(IntegrityError, match="fk_serial_blocks_lot"):
        db.session.flush()


def test_items_are_commissioned_a_thousand_an_event() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 2100)
    commission(str(block.id))
    events = db.session.scalars(select(EpcisEvent).order_by(EpcisEvent.record_time.desc()).limit(3)).all()
    assert [len(event.payload["epcList"]) for event in reversed(events)] == [1000, 1000, 100]
    assert {(event.action, event.biz_step, event.captured_by) for event in events} == {
        ("ADD", "commissioning", farm.user.id)
    }
    assert events[0].payload["ilmd"] == {"cbvmda:lotNumber": lot.lot_number}
    expected = [
        item_uri("http://localhost:8000", farm.product.gtin, serial, lot=lot.lot_number) for serial in serials_of(block)
    ]
    assert [epc for event in reversed(events) for epc in event.payload["epcList"]] == expected
    assert (progress(block), commissioned_items()) == (2100, 2100)


def test_commissioning_goes_on_where_it_was_and_twice_does_no_harm() -> None:
    farm = make_farm()
    block = issue(farm, farm.harvest(), 1500)
    assert commission_batch(block_id=block.id) is True
    assert (progress(block), commissioned_items()) == (1000, 1000)
    commission(str(block.id))
    commission(str(block.id))
    assert (progress(block), commissioned_items()) == (1500, 1500)
    assert commission_batch(block_id=block.id) is False
    assert commission_batch(block_id=new_id()) is False


def test_a_block_that_nobody_works_on_is_found_again() -> None:
    farm = make_farm()
    block = issue(farm, farm.harvest(), 5)
    assert stalled_blocks() == []
    db.session.execute(update(SerialBlock).values(progress_at=utc_now() - 2 * STALLED_AFTER))
    assert stalled_blocks() == [block.id]
    commission(str(block.id))
    assert stalled_blocks() == []


def test_two_at_once_get_different_numbers(databases: TestDatabases, make_settings: Callable[..., Settings]) -> None:
    """Two members press the button at the same moment, on connections of their own."""
    app = create_app(make_settings(databases.clone()))
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    with app.app_context():
        with atomic():
            farm = make_farm()
            actor, lot_id = farm.actor, farm.harvest().id

        def press(count: int) -> None:
            with app.app_context(), atomic():
                issue_serials(actor=actor, lot_id=lot_id, count=count)

        with ThreadPoolExecutor(4) as people:
            list(people.map(press, range(1, 9)))
        blocks = db.session.scalars(select(SerialBlock).order_by(SerialBlock.first)).all()
        assert sorted(block.count for block in blocks) == list(range(1, 9))
        assert [block.first for block in blocks] == [sum(b.count for b in blocks[:n]) for n in range(8)]
        db.session.remove()
        db.engine.dispose()


def test_nobody_reads_the_numbers_in_the_open_journal(client: FlaskClient) -> None:
    """What is public of the journal must not be the list that a counterfeiter needs."""
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 3)
    commission(str(block.id))
    serial = next(serials_of(block))
    ours = f"https://id.gs1.org/01/{farm.product.gtin}/21/{serial}"
    addresses = (
        "/epcis/v2/events",
        f"/epcis/v2/events?MATCH_epc={ours}",
        "/epcis/v2/epcs",
        "/epcis/v2/events?perPage=1000",
    )
    for address in addresses:
        assert serial not in client.get(address).text
    assert lot.lot_number in client.get("/epcis/v2/events").text
    assert serial not in client.get(f"/api/v1/lots/{farm.product.gtin}/{lot.lot_number}/events").text
    farm.signed_in(client)
    assert serial in client.get(addresses[1]).text
    make_farm().signed_in(client)
    assert serial not in client.get(addresses[1]).text


# The public page


def scan(client: FlaskClient, farm: Farm, lot: Lot, serial: str, language: str = "vi") -> Any:
    path = f"/01/{farm.product.gtin}/10/{lot.lot_number}/21/{serial}?lang={language}"
    return client.get(path, headers={"Accept": "text/html"})


def test_whoever_scans_an_issued_number_is_told_so(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    serial = next(serials_of(issue(farm, lot)))
    page = scan(client, farm, lot, serial, "en")
    assert page.status_code == 200
    assert "The maker issued this serial number" in page.text and serial in page.text
    assert "never issued" not in page.text


def test_whoever_scans_a_number_that_was_never_issued_is_warned(client: FlaskClient) -> None:
    farm = make_farm()
    lot, other = farm.harvest(), farm.harvest()
    foreign = next(serials_of(issue(farm, other)))
    for serial in ("0000000000", "x", foreign):
        page = scan(client, farm, lot, serial, "en")
        assert page.status_code == 200
        assert "This serial number was never issued" in page.text
    assert "Số sê-ri này chưa từng được cấp" in scan(client, farm, lot, "x").text


def test_a_scan_costs_one_look_more_however_many_blocks_there_are(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    farm = make_farm()
    lot = farm.harvest()
    serial = next(serials_of(issue(farm, lot)))
    scan(client, farm, lot, serial)
    with count_queries() as few:
        scan(client, farm, lot, serial)
    for _number in range(5):
        issue(farm, lot)
    with count_queries() as many:
        scan(client, farm, lot, serial)
    assert len(few) == len(many) == 2


# The producer's page


def test_a_farmer_issues_numbers_by_the_form_and_takes_them_to_a_printing_house(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    address = f"/farm/lots/{lot.id}/items"
    farm.signed_in(client)
    assert client.get(address).status_code == 200
    assert client.post(address, data={"count": "1200", "prefix": "HK-"}).status_code == 303
    page = client.get(address)
    assert "1.200" in page.text and "HK-" in page.text
    block = db.session.scalars(select(SerialBlock)).one()
    answer = client.get(f"/farm/items/{block.id}/serials.csv")
    lines = answer.text.splitlines()
    assert answer.mimetype == "text/csv" and lines[0] == "serial,link" and len(lines) == 1201
    assert [line.split(",")[0] for line in lines[1:]] == list(serials_of(block))


@pytest.mark.parametrize(
    ("field", "typed"),
    [("count", ""), ("count", "0"), ("count", "100001"), ("count", "nhiều"), ("prefix", "a b"), ("prefix", "x" * 11)],
)
def test_a_refused_form_names_the_field_and_keeps_what_was_typed(client: FlaskClient, field: str, typed: str) -> None:
    farm = make_farm()
    lot = farm.harvest()
    data = {"count": "77", "prefix": "HK-"} | {field: typed}
    answer = farm.signed_in(client).post(f"/farm/lots/{lot.id}/items", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert all(f'value="{value}"' in answer.text for value in data.values() if value)
    assert db.session.scalar(select(SerialBlock.id)) is None


def test_others_find_nothing(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot)
    pages = (f"/farm/lots/{lot.id}/items", f"/farm/items/{block.id}/serials.csv")
    assert [client.get(page).status_code for page in pages] == [303, 303]
    make_farm().signed_in(client)
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.post(pages[0], data={"count": "1"}).status_code == 404
    for role in OTHER_ROLES:
        sign_in(client, make_user(role))
        assert [client.get(page).status_code for page in pages] == [404, 404]


def test_the_page_costs_the_same_however_many_blocks_there_are(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    farm = make_farm()
    lot = farm.harvest()
    issue(farm, lot)
    farm.signed_in(client)
    address = f"/farm/lots/{lot.id}/items"
    client.get(address)
    with count_queries() as few:
        client.get(address)
    for _number in range(24):
        issue(farm, lot)
    with count_queries() as many:
        page = client.get(address)
    assert len(few) == len(many)
    assert "page=2" in page.text
