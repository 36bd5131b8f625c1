"""Absurd amounts in every form of lots: refused in words, what was typed kept, nothing written."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select

from core.db import db
from tests.traceability.farm import Farm, make_farm
from tests.traceability.lots.packinghouse import weighing_farm
from traceability.lots.ledger import LotContent
from traceability.lots.models import Lot, LotMovement
from traceability.lots.shipment_models import ShipmentLine
from traceability.lots.usecases import ship

ABSURD = ("-5", "0", "1e9", "9" * 40, "12,5,5", "năm", "١٢", "5 tạ", "NaN", "0,0001")
Fields = Callable[[Farm, Lot, str], dict[str, str]]


def taken(farm: Farm, lot: Lot, amount: str) -> dict[str, str]:
    return {f"take_{lot.id}": "y", f"amount_{lot.id}": amount, "reason": "Hỏng", "amount": amount}


def made(farm: Farm, lot: Lot, amount: str) -> dict[str, str]:
    row = {"product_id": str(farm.product.id), "unit": "kg", "amount": amount}
    return {f"take_{lot.id}": "y", **{f"outputs-0-{name}": value for name, value in row.items()}}


def harvested(farm: Farm, lot: Lot, amount: str) -> dict[str, str]:
    return {
        "product_id": str(farm.product.id),
        "plot_ids": str(farm.plot.id),
        "harvested_on": lot.harvested_on.isoformat(),
        "unit": "kg",
        "weight": amount,
    }


FORMS: dict[str, Fields] = {
    "/farm/lots/new": harvested,
    "/farm/lots/grade?lot={lot}": made,
    "/farm/lots/split?lot={lot}": made,
    "/farm/lots/process?lot={lot}": made,
    "/farm/lots/sell?lot={lot}": taken,
    "/farm/lots/destroy?lot={lot}": taken,
    "/farm/crates/new?lot={lot}": taken,
    "/farm/pallets/new?lot={lot}": taken,
    "/farm/shipments/new?lot={lot}&to={receiver}": taken,
}


def count_rows() -> tuple[int, int]:
    found = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Lot, LotMovement)]
    return found[0], found[1]


@pytest.mark.parametrize("form", FORMS)
def test_absurd_amounts(client: FlaskClient, form: str) -> None:
    farm, lot = weighing_farm()
    receiver = make_farm()
    db.session.commit()
    farm.signed_in(client)
    before = count_rows()
    address = form.format(lot=lot.id, receiver=receiver.producer.gln)
    for amount in ABSURD:
        answer = client.post(address, data={**FORMS[form](farm, lot, amount), "receiver_id": str(receiver.producer.id)})
        assert answer.status_code == 422, (amount, answer.headers.get("Location"))
        assert "error-summary" in answer.text, amount
        assert f'value="{escape(amount)}"' in answer.text, amount
    assert count_rows() == before


def test_absurd_arrivals(client: FlaskClient) -> None:
    farm, lot = weighing_farm()
    receiver = make_farm()
    shipment = ship(
        actor=farm.actor,
        sender_id=farm.producer.id,
        receiver_id=receiver.producer.id,
        contents=[LotContent(lot.id, grams=5_000)],
    )
    line_id = db.session.scalars(select(ShipmentLine.id).where(ShipmentLine.shipment_id == shipment.id)).one()
    db.session.commit()
    receiver.signed_in(client)
    before = count_rows()
    for amount in (*ABSURD[2:], "-5", "5,001"):
        data = {f"line_{line_id}": amount, "difference": "lost", "reason": "Rơi"}
        answer = client.post(f"/farm/shipments/{shipment.id}", data=data)
        assert answer.status_code == 422, (amount, answer.headers.get("Location"))
        assert f'value="{escape(amount)}"' in answer.text, amount
    assert count_rows()[0] == before[0]
