"""A recall that begins at a delivery into the store or at a certificate, from its page to the closing report."""

import re
from dataclasses import dataclass

import pypdfium2
import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName, User
from core.db import db
from tests.factories import make_user, sign_in
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.world import certificate_values
from tests.traceability.diary.growing import make_garden
from tests.traceability.farm import Farm, days_ago, make_farm
from tests.traceability.recalls.conftest import TEXTS
from traceability.attestations.certificates.usecases import enter_certificate
from traceability.attestations.files.usecases import Upload
from traceability.lots.ledger import LotContent
from traceability.lots.mass_balance import LotOutput
from traceability.lots.models import Lot
from traceability.lots.usecases.transforming import mix_lots

pytestmark = pytest.mark.usefixtures("session")


@dataclass
class Beginning:
    """Where a recall begins: the page with its link, how it is called, the lot it is about and one that it is not."""

    farm: Farm
    page: str
    kind: str
    reference: str
    label: str
    lot: Lot
    other: Lot

    @property
    def trace(self) -> str:
        return f"/farm/recalls/trace?from={self.kind}&id={self.reference}"


def of_input_batch() -> Beginning:
    garden = make_garden()
    other = garden.farm.harvest(100, unit="kg", harvested_on=days_ago(60))
    garden.sprayed(days=40)
    lot = garden.farm.harvest(100, unit="kg", harvested_on=days_ago(10))
    receipt = garden.spray
    return Beginning(
        garden.farm, "/farm/store", "input_batch", str(receipt.id), receipt.trade_name, lot=lot, other=other
    )


def of_certificate() -> Beginning:
    farm = make_farm()
    certificate = enter_certificate(
        actor=farm.actor,
        producer_id=farm.producer.id,
        values=certificate_values(farm, valid_from=days_ago(30)),
        scan=Upload("chung-nhan.pdf", pdf()),
    )
    lot, other = (farm.harvest(100, unit="kg", harvested_on=days_ago(days)) for days in (5, 40))
    page = f"/farm/attestations/certificates/{certificate.id}"
    return Beginning(farm, page, "certificate", str(certificate.id), certificate.number, lot=lot, other=other)


def mixed_of(beginning: Beginning) -> Lot:
    """A lot that was made of the one concerned and the one that is not."""
    farm = beginning.farm
    outcome = mix_lots(
        actor=farm.actor,
        holder_id=farm.producer.id,
        contents=[LotContent(lot.id, grams=30_000) for lot in (beginning.lot, beginning.other)],
        output=LotOutput(product_id=farm.product.id, unit="kg", weight_grams=60_000),
    )
    return outcome.lots[0]


@pytest.fixture
def officer() -> User:
    return make_user(RoleName.PROVINCE_OFFICER)


@pytest.mark.parametrize("begin", [of_input_batch, of_certificate])
def test_from_its_page_to_the_report(client: FlaskClient, officer: User, begin: type[Beginning]) -> None:
    beginning = begin()
    mixed = mixed_of(beginning)
    db.session.commit()
    beginning.farm.signed_in(client)

    assert beginning.trace.replace("&", "&amp;") in client.get(beginning.page).text
    traced = client.get(beginning.trace).text
    assert beginning.label in traced
    for lot in (beginning.lot, mixed):
        assert lot.lot_number in traced
    assert beginning.other.lot_number not in traced

    rehearsed = client.get(client.post(beginning.trace).location).text
    assert "100 %" in rehearsed
    assert beginning.label in rehearsed

    new = beginning.trace.replace("/trace", "/new")
    form = client.get(new).text
    ticked = re.findall(r'value="([0-9a-f-]{36})"[^>]*checked|checked[^>]*value="([0-9a-f-]{36})"', form)
    chosen = {one or two for one, two in ticked}
    assert chosen == {str(beginning.lot.id), str(mixed.id)}
    proposed = client.post(new, data={"lots": sorted(chosen), "recall_class": "2", **TEXTS})
    assert proposed.status_code == 303

    sign_in(client, officer)
    assert beginning.label in client.get(proposed.location).text
    assert client.post(f"{proposed.location}/decision", data={"decision": "approve"}).status_code == 303
    html = {"Accept": "text/html"}
    for lot, warned in ((beginning.lot, True), (mixed, True), (beginning.other, False)):
        record = client.get(f"/01/{lot.product.gtin}/10/{lot.lot_number}", headers=html).text
        assert ('class="trace-recall"' in record) is warned

    beginning.farm.signed_in(client)
    back = {"lot": str(mixed.id), "kind": "destroyed", "kilograms": "60"}
    assert client.post(f"{proposed.location}/returns", data=back).status_code == 303
    closed = client.post(f"{proposed.location}/closing", data={"closing-note": "Đã thu hồi và tiêu hủy toàn bộ."})
    assert closed.status_code == 303
    document = pypdfium2.PdfDocument(client.get(f"{proposed.location}/report.pdf").data)
    words = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    for said in (beginning.label, beginning.lot.lot_number, mixed.lot_number, "60", TEXTS["notice_vi"]):
        assert said in words


@pytest.mark.parametrize("begin", [of_input_batch, of_certificate])
def test_officers_look_and_members_propose(client: FlaskClient, officer: User, begin: type[Beginning]) -> None:
    beginning = begin()
    db.session.commit()
    sign_in(client, officer)
    page = client.get(beginning.trace)
    assert page.status_code == 200
    assert beginning.lot.lot_number in page.text
    assert "/farm/recalls/new" not in page.text
    assert "Diễn tập thu hồi</span></button>" not in page.text
    assert client.get(beginning.trace.replace("/trace", "/new")).status_code == 404
    make_farm().signed_in(client)
    assert client.get(beginning.trace).status_code == 404
