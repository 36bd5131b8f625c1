"""Every row of the table in docs/public-record.md, for every reader: what they may see, and nothing else.

Each field of a farm holds words that stand nowhere else. Each reader opens every page and interface where the fields
could stand, and what they got is searched for those words.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.producers.models import ProducerKind
from core.accounts import RoleName, User
from core.db import db, utc_now
from core.web.templating import local_date
from tests.factories import make_entry, make_plant_protection_list, make_receipt, make_user, make_worker, sign_in
from tests.traceability.farm import actor_of, days_ago, gln, make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.diary.entry_models import InputUse
from traceability.diary.models import HarvestOverride
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.journal.usecases import issue_sscc
from traceability.lots.usecases import LotContent, pack_lots
from traceability.problem_reports.usecases import report_problem
from traceability.sensors.usecases import attach_device
from traceability.tokens.usecases import issue_partner_token, issue_token

_DOCUMENT: Final = Path(__file__).resolve().parents[3] / "docs" / "public-record.md"
READERS: Final = ("public", "consumer", "member", "other producer", "partner", "officer", "administrator")
_PARTNER_GLN: Final = gln(999_001)
_ORDER: Final = "DH-BI-MAT-77"


def table() -> dict[str, dict[str, bool]]:
    """The table of the document: by field, what each reader sees."""
    lines = [line for line in _DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    header, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    assert tuple(header[1:]) == READERS
    assert all(set(row[1:]) <= {"yes", "no"} for row in rows)
    return {row[0]: {reader: cell == "yes" for reader, cell in zip(READERS, row[1:], strict=True)} for row in rows}


class Scene:
    """Farms whose every field holds words of its own: a household with everything, a cooperative for its address."""

    def __init__(self, client: FlaskClient) -> None:
        self.sensor = make_sending_sensor(client)
        self.farm, self.cooperative = self.sensor.farm, make_farm()
        self.cooperative.producer.address = "Khu công nghiệp Công Khai 12"
        self.administrator = make_user(RoleName.ADMINISTRATOR)
        self.set_up_household()
        self.lot = self.farm.harvest(harvested_on=days_ago(2), note="ghi chú của lô, chỉ cho nhà")
        self.write_diary()
        self.measure()
        self.hand_over(client)
        pack_lots(
            actor=self.farm.actor,
            sscc=issue_sscc(),
            contents=[LotContent(self.lot.id, 3)],
            packed_at_gln=self.farm.producer.gln,
            order_number=_ORDER,
        )
        self.report = report_problem(
            gtin=self.farm.product.gtin,
            lot_number=self.lot.lot_number,
            kind="quality",
            description="Người mua kể: quả bị dập (mẫu)",
            contact="0987 111 222",
        )
        db.session.commit()
        self.partner = issue_partner_token(
            actor=actor_of(self.administrator),
            partner_name="Nhà xe mẫu",
            name="Cổng",
            scopes=["read"],
            valid_days=30,
            gln=_PARTNER_GLN,
        ).secret
        db.session.commit()

    def set_up_household(self) -> None:
        producer, plot = self.farm.producer, self.farm.plot
        producer.kind, producer.name = ProducerKind.HOUSEHOLD, "Hộ Nhà Vườn Mẫu"
        producer.address, producer.phone = "Số nhà 17 ngõ Bí Mật", "+84912345678"
        plot.name, plot.latitude, plot.longitude = "Vườn sau nhà ông Sáu", 18.1234, 105.6543
        plot.shape = {
            "type": "Polygon",
            "coordinates": [[[105.6541, 18.1231], [105.6547, 18.1231], [105.6547, 18.1237], [105.6541, 18.1231]]],
        }

    def write_diary(self) -> None:
        plot = self.farm.plot
        version = make_plant_protection_list()
        receipt = make_receipt(
            self.farm.producer,
            "bacillus",
            version=version,
            trade_name="Thuốc Trừ Sâu Mẫu X",
            batch_number="LO-THUOC-55",
        )
        worker = make_worker(self.farm.producer, name="Anh Tư làm thuê", phone="+84903333444")
        done_on = self.lot.harvested_on - timedelta(days=37)
        make_entry(
            plot,
            activity="pesticide_spraying",
            done_on=done_on,
            recorded_at=datetime.combine(done_on, time(3), UTC),
            interval_days=14,
            harvest_from=done_on + timedelta(days=14),
            plant_protection_list_id=version.id,
            operator_id=worker.id,
            note="ghi chú nhật ký, chỉ cho nhà",
            inputs=[InputUse(receipt_id=receipt.id, amount=10, interval_days=14)],
        )
        spray = make_entry(plot, done_on=done_on)
        officer = make_user(RoleName.PROVINCE_OFFICER)
        db.session.add(
            HarvestOverride(
                plot_id=plot.id,
                valid_from=self.lot.harvested_on,
                valid_until=self.lot.harvested_on,
                reason="Bão số 9, cho hái sớm (mẫu)",
                spray_entry_ids=[spray.id],
                granted_by=officer.id,
                signed_name="Cán bộ ký tên",
            )
        )
        db.session.flush()

    def measure(self) -> None:
        self.sensor.device.name, self.sensor.device.serial = "Tủ lạnh trong bếp", "SERIAL-KIN-9"
        attach_device(
            actor=self.farm.actor,
            device_id=self.sensor.device.id,
            lot_id=self.lot.id,
            attached_from=minutes_ago(300),
        )
        db.session.commit()
        self.sensor.send(reading(100, 3.3), reading(50, 7.7))

    def hand_over(self, client: FlaskClient) -> None:
        """The farm's program writes a sale to the partner, with a price."""
        secret = issue_token(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            name="Cân",
            scopes=["capture", "read"],
            valid_days=30,
        ).secret
        db.session.commit()
        party = "https://id.gs1.org/417"
        event = {
            "@context": [EPCIS_CONTEXT, {"gia": "https://gia.example.vn/"}],
            "type": "ObjectEvent",
            "eventTime": (utc_now() - timedelta(hours=2)).isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": "+07:00",
            "action": "OBSERVE",
            "bizStep": "shipping",
            "quantityList": [
                {"epcClass": f"https://id.gs1.org/01/{self.farm.product.gtin}/10/{self.lot.lot_number}", "quantity": 5}
            ],
            "sourceList": [{"type": "owning_party", "source": f"{party}/{self.farm.producer.gln}"}],
            "destinationList": [{"type": "owning_party", "destination": f"{party}/{_PARTNER_GLN}"}],
            "gia:price": 27182818,
        }
        answer = client.post(
            "/epcis/v2/events",
            data=json.dumps(event),
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/ld+json"},
        )
        assert answer.status_code == 201, answer.text

    def words(self) -> dict[str, list[str]]:
        """By field of the table, the words that tell it; every one of them must be found where it may be seen."""
        lot = self.lot
        return {
            "product, producer's name, lot, day of harvest": [
                self.farm.product.name_vi, "Hộ Nhà Vườn Mẫu", lot.lot_number, local_date(lot.harvested_on),
            ],
            "location trace code (GLN) of the garden": [self.farm.plot.gln],
            "address of a cooperative or company": ["Khu công nghiệp Công Khai 12"],
            "exact address of a household": ["ngõ Bí Mật"],
            "phone number of the producer": ["912345678"],
            "exact place of a household's garden": ["18.1234"],
            "drawn shape of a garden": ["105.6547"],
            "name of a garden": ["Vườn sau nhà ông Sáu"],
            "sprays: product, days before harvest, days required": [
                "Thuốc Trừ Sâu Mẫu X", "37 ngày trước thu hoạch", "cần\u00a014\u00a0ngày",
            ],
            "batch of what was sprayed": ["LO-THUOC-55"],
            "who did the work, and their phone number": ["Anh Tư làm thuê", "903333444"],
            "notes of the diary and of the lot": ["ghi chú nhật ký, chỉ cho nhà", "ghi chú của lô, chỉ cho nhà"],
            "officer's permission: reason and signature": ["Bão số 9, cho hái sớm (mẫu)", "Cán bộ ký tên"],
            "temperatures beside the lot": ["3,3\u00a0°C", "7,7\u00a0°C"],
            "name and serial number of the sensor": ["Tủ lạnh trong bếp", "SERIAL-KIN-9"],
            "receiver of the goods": [_PARTNER_GLN],
            "price between the parties": ["27182818"],
            "order that a parcel belongs to": ["urn:epcglobal:cbv:bt:"],
            "who is signed in behind an event": [str(self.farm.user.id)],
            "what a consumer reported": ["Người mua kể: quả bị dập (mẫu)"],
            "how to reach who reported it": ["0987 111 222"],
        }  # fmt: skip

    def addresses(self) -> Iterator[str]:
        """Everywhere a field could stand."""
        gtin, number = self.farm.product.gtin, self.lot.lot_number
        record = f"/01/{gtin}/10/{number}"
        yield from (record, f"{record}?linkType=linkset", f"/problems/new/{gtin}/{number}")
        yield from (f"/api/v1/lots/{gtin}/{number}{tail}" for tail in ("", "/events", "/genealogy"))
        yield f"/epcis/v2/events?MATCH_anyEPCClass=https://id.gs1.org/01/{gtin}/10/{number}"
        yield "/epcis/v2/events?perPage=100"
        yield from (f"/products/{self.farm.product.slug}", f"/products/{self.cooperative.product.slug}")
        yield from (f"/producers/{self.farm.producer.slug}", f"/producers/{self.cooperative.producer.slug}")
        yield from ("/farm", "/farm/lots", f"/farm/lots/{self.lot.id}", f"/farm/lots/{self.lot.id}/genealogy")
        yield from ("/farm/sensors", f"/farm/sensors/{self.sensor.device.id}?days=1")
        yield from (
            "/farm/diary",
            f"/farm/diary/plots/{self.farm.plot.id}",
            f"/farm/diary/plots/{self.farm.plot.id}/edit",
        )
        yield from ("/farm/workers", "/farm/store", "/farm/equipment", "/farm/tokens", "/farm/links")
        yield from ("/officer/harvest-overrides", f"/officer/harvest-overrides/{self.farm.plot.gln}")
        yield from ("/problem-reports", f"/problem-reports/{self.report.id}")

    def reader(self, name: str) -> User | None:
        """The account of a reader; None for those without one."""
        made: dict[str, Callable[[], User | None]] = {
            "public": lambda: None,
            "partner": lambda: None,
            "consumer": lambda: make_user(RoleName.CONSUMER),
            "member": lambda: self.farm.user,
            "other producer": lambda: make_farm().user,
            "officer": lambda: make_user(RoleName.PROVINCE_OFFICER),
            "administrator": lambda: self.administrator,
        }
        return made[name]()

    def seen_by(self, client: FlaskClient, name: str) -> str:
        """All that a reader gets from everywhere."""
        user = self.reader(name)
        db.session.commit()
        if user is not None:
            sign_in(client, user)
        seen = []
        for address in self.addresses():
            headers = {"Accept": "application/json" if address.startswith(("/api", "/epcis")) else "text/html"}
            if name == "partner" and address.startswith("/epcis"):
                headers["Authorization"] = f"Bearer {self.partner}"
            answer = client.get(address, headers=headers)
            assert answer.status_code < 500, address
            if answer.status_code == 200:
                seen.append(_as_text(answer.get_data(as_text=True), answer.mimetype))
        return "\n".join(seen).replace("\u00a0", " ")


def _as_text(body: str, mimetype: str) -> str:
    if "json" in mimetype:
        return json.dumps(json.loads(body), ensure_ascii=False)
    return re.sub(r"[ \n]+", " ", re.sub(r"<(?:svg|use|path)[^>]*>", "", body))


def test_the_table_names_every_field_that_is_looked_for(client: FlaskClient) -> None:
    assert set(table()) == set(Scene(client).words())


@pytest.mark.parametrize("name", READERS)
def test_a_reader_sees_what_the_table_says_and_nothing_else(app: Flask, client: FlaskClient, name: str) -> None:
    scene = Scene(client)
    seen = scene.seen_by(app.test_client(), name)
    expected = {field: readers[name] for field, readers in table().items()}
    found: dict[str, Any] = {}
    for field, words in scene.words().items():
        present = [word.replace("\u00a0", " ") in seen for word in words]
        found[field] = present[0] if len(set(present)) == 1 else dict(zip(words, present, strict=True))
    assert found == expected
