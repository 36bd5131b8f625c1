"""A farm whose every field holds words of its own, and all the places where a reader could find them."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.producers.models import ProducerKind
from core.accounts import RoleName, User
from core.db import db, utc_now
from core.web.templating import local_date
from tests.factories import make_entry, make_plant_protection_list, make_receipt, make_user, make_worker, sign_in
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.world import certificate_values
from tests.traceability.farm import actor_of, days_ago, gln, make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.attestations.certificates.usecases import enter_certificate
from traceability.attestations.files.usecases import Upload
from traceability.attestations.laboratory.rules import Measured
from traceability.attestations.laboratory.usecases import GivenAnalyte, ReportValues, enter_laboratory_result
from traceability.diary.entry_models import InputUse
from traceability.diary.models import HarvestOverride
from traceability.dossiers.models import DossierStatus
from traceability.dossiers.usecases import DossierValues, add_line, start_dossier, withdraw_dossier
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.journal.usecases import issue_sscc
from traceability.lots.usecases import LotContent, pack_lots
from traceability.lots.usecases.leaving import sell_lot
from traceability.problem_reports.usecases import answer_problem, report_problem
from traceability.recalls.sources import find_origin
from traceability.recalls.usecases import approve_recall, propose_recall
from traceability.sensors.usecases import attach_device
from traceability.tokens.usecases import issue_partner_token, issue_token

READERS: Final = ("public", "consumer", "member", "other producer", "partner", "officer", "administrator")
_PARTNER_GLN: Final = gln(999_001)
_ORDER: Final = "DH-BI-MAT-77"


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
        self.attest()
        self.recall()
        self.write_dossier()
        self.report = report_problem(
            gtin=self.farm.product.gtin,
            lot_number=self.lot.lot_number,
            kind="quality",
            description="Người mua kể: quả bị dập (mẫu)",
            contact="0987 111 222",
        )
        answer_problem(
            actor=actor_of(self.administrator), report_id=self.report.id, body="Đã lấy mẫu đi kiểm nghiệm (mẫu)."
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

    def attest(self) -> None:
        self.scan, self.laboratory_report = pdf("scan of the certificate"), pdf("report of the laboratory")
        self.certificate = enter_certificate(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            values=certificate_values(self.farm, standard="Chuẩn Sạch Mẫu", number="CN-4711", issuer="Nơi Cấp Mẫu"),
            scan=Upload("giay.pdf", self.scan),
        )
        self.result = enter_laboratory_result(
            actor=self.farm.actor,
            lot_id=self.lot.id,
            values=ReportValues("Phòng Thử Mẫu", "KN-808", days_ago(1), days_ago(0)),
            analytes=[GivenAnalyte("Abamectin", Measured(Decimal("0.0037")), "mg/kg", Decimal("0.01"))],
            report=Upload("phieu.pdf", self.laboratory_report),
        )

    def recall(self) -> None:
        """One recall that only was proposed, and one that holds, of which somebody has bought."""
        officer = make_user(RoleName.PROVINCE_OFFICER, display_name="Cán bộ duyệt thu hồi")
        self.recalls, self.recalled_lots = [], []
        for words in ("đợt mới đề nghị", "đợt đã duyệt"):
            lot = self.farm.harvest(harvested_on=days_ago(2))
            if self.recalls:
                content = LotContent(lot.id, 5)
                sell_lot(
                    actor=self.farm.actor,
                    holder_id=self.farm.producer.id,
                    content=content,
                    counterpart="Chị Tám mua sỉ",
                )
            recall = propose_recall(
                actor=self.farm.actor,
                origin=find_origin(self.farm.actor, "lot", str(lot.id)),
                lot_ids=[lot.id],
                recall_class=2,
                reason=f"Lý do gửi cơ quan, {words}",
                notice_vi=f"Lời nhắn người ăn, {words}",
                notice_en=f"Words for consumers, {words}",
            )
            self.recalls.append(recall)
            self.recalled_lots.append(lot)
        approve_recall(actor=actor_of(officer), recall_id=self.recalls[1].id)

    def write_dossier(self) -> None:
        """A dossier as it is once it was built, and that it was withdrawn; building has tests of its own."""
        self.dossier = start_dossier(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            values=DossierValues("Nanning Fruit Secret Co.", "CN", days_ago(0), "en"),
        )
        add_line(actor=self.farm.actor, dossier_id=self.dossier.id, lot_id=self.lot.id, weight_grams=7_654_321)
        digest, kept = "d" * 64, "dossiers/x"
        self.dossier.pdf_key = self.dossier.zip_key = kept
        self.dossier.pdf_sha256 = self.dossier.zip_sha256 = digest
        self.dossier.issued_at, self.dossier.statement = utc_now(), {}
        self.dossier.status = DossierStatus.ISSUED
        db.session.flush()
        withdraw_dossier(actor=self.farm.actor, dossier_id=self.dossier.id, reason="Vì ghi nhầm thùng số bốn")

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
            "phone number of the producer, to call in a recall": ["912345678"],
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
            "answer to a consumer's report": ["Đã lấy mẫu đi kiểm nghiệm (mẫu)."],
            "certificate: standard, number, issuer, last day": [
                "Chuẩn Sạch Mẫu", "CN-4711", "Nơi Cấp Mẫu", local_date(self.certificate.valid_until),
            ],
            "scan of a certificate": [sha256(self.scan).hexdigest()],
            "what a laboratory found, and its limit": [
                "Phòng Thử Mẫu", "KN-808", "0,0037\u00a0mg/kg", "0,01\u00a0mg/kg",
            ],
            "report of a laboratory": [sha256(self.laboratory_report).hexdigest()],
            "proposed recall: reason, words for consumers": [
                "Lý do gửi cơ quan, đợt mới đề nghị", "Lời nhắn người ăn, đợt mới đề nghị",
            ],
            "recall that holds: number, words for consumers": [
                self.recalls[1].number, "Lời nhắn người ăn, đợt đã duyệt",
            ],
            "recall that holds: reason, who decided, who bought": [
                "Lý do gửi cơ quan, đợt đã duyệt", "Cán bộ duyệt thu hồi", "Chị Tám mua sỉ",
            ],
            "export dossier: number, whether it stands": [self.dossier.number, "Hồ sơ này đã rút lại"],
            "export dossier: buyer, weights, why it was withdrawn": [
                "Nanning Fruit Secret Co.", "7.654,321\u00a0kg", "Vì ghi nhầm thùng số bốn",
            ],
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
        yield from (
            f"/farm/attestations/certificates/{self.certificate.id}",
            f"/inspections/certificates/{self.certificate.id}",
        )
        yield f"/farm/attestations/laboratory-results/{self.result.id}"
        yield from (
            f"/farm/attestations/files/{file_id}" for file_id in (self.certificate.file_id, self.result.file_id)
        )
        yield from (f"/01/{gtin}/10/{lot.lot_number}" for lot in self.recalled_lots)
        yield from ("/farm/recalls", *(f"/farm/recalls/{recall.id}" for recall in self.recalls))
        yield from ("/recalls", *(f"/recalls/{recall.number}" for recall in self.recalls))
        yield from (f"/farm/recalls/trace?from=lot&id={lot.id}" for lot in self.recalled_lots)
        yield from ("/farm/dossiers", f"/farm/dossiers/{self.dossier.id}", f"/dossiers/{self.dossier.number}")

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
                seen.append(_as_text(answer))
        return "\n".join(seen).replace("\u00a0", " ")


def _as_text(answer: TestResponse) -> str:
    """What can be read in an answer; of a file its digest."""
    if answer.mimetype == "application/pdf":
        return sha256(answer.data).hexdigest()
    body = answer.get_data(as_text=True)
    if "json" in answer.mimetype:
        return json.dumps(json.loads(body), ensure_ascii=False)
    return re.sub(r"[ \n]+", " ", re.sub(r"<(?:svg|use|path)[^>]*>", "", body))
