"""What others vouch for in the demo world: how a cooperative came to its certificate, and a check that waits.

Written as the use cases would have written it on those days. It needs the accounts of the farmers and of the
inspector, so it comes after them, and only where there are demo accounts.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from sqlalchemy import exists, select

from catalog.producers.models import Producer, ProducerMember
from catalog.products.models import Product
from core.accounts import Actor, RoleName, User
from core.db import db
from seeds.accounts import FARMER, INSPECTOR, OTHER_FARMER
from seeds.identifiers import KeySource
from seeds.papers import sample_paper
from seeds.seasons import local_moment
from traceability.attestations.certificates.models import Certificate, CertificatePlot, CertificateProduct
from traceability.attestations.checklists.models import Checklist, ChecklistItem
from traceability.attestations.checklists.queries import checklists_in_force, items_of
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.files.usecases import Upload, store_file
from traceability.attestations.inspections.models import CorrectiveAction, Finding, Inspection, InspectionResult
from traceability.attestations.laboratory.rules import Measured
from traceability.attestations.laboratory.usecases import GivenAnalyte, ReportValues, enter_laboratory_result
from traceability.attestations.self_checks.models import (
    Answer,
    SelfCheck,
    SelfCheckAnswer,
    SelfCheckEvidence,
    SelfCheckPlot,
    SelfCheckStatus,
)
from traceability.attestations.self_checks.queries import entries_to_show
from traceability.diary.models import Plot
from traceability.lots.models import Lot

CERTIFIER: Final = "Tổ chức chứng nhận VietGAP (mẫu)"
FAULT: Final = "VG-WRK-03"
"""The item that did not conform at the first visit: first aid and what to do after poisoning."""
_ENTRIES_SHOWN: Final = 3
_PAPERS: Final = {
    "VG-TRN-03": ("xac-nhan-kien-thuc.pdf", "Xác nhận kiến thức an toàn thực phẩm"),
    "VG-SOL-01": ("phan-tich-dat.pdf", "Kết quả phân tích đất"),
    "VG-WAT-01": ("phan-tich-nuoc.pdf", "Kết quả phân tích nước tưới"),
}
_NOTES: Final = {
    "VG-SED-02": "Cây giống mua ở vườn ươm, không tự nhân giống.",
    "VG-SOL-03": "Trồng trên đất vườn, không dùng giá thể.",
    "VG-WAT-02": "Quả lau khô, không rửa.",
}
"""Items that do not apply, with the reason."""


@dataclass(frozen=True)
class Farm:
    """A farm with the member who acts for it and the plot that everything is about."""

    actor: Actor
    producer: Producer
    plot: Plot


def add_attestations(*, today: date) -> bool:
    """Add it once, where the accounts for it are there; returns whether anything was added."""
    accounts = {
        user.email: user
        for user in db.session.scalars(select(User).where(User.email.in_((FARMER, OTHER_FARMER, INSPECTOR))))
    }
    checklists = checklists_in_force(on=today)
    if len(accounts) < 3 or not checklists:
        return False
    farm, other = _farm(accounts[FARMER]), _farm(accounts[OTHER_FARMER])
    if db.session.scalar(select(exists().where(SelfCheck.producer_id == farm.producer.id))):
        return False
    maker = _Maker(checklists[0], accounts[INSPECTOR], KeySource(Random(f"attestations {today:%Y-%m-%d}")), today)
    maker.certified(farm)
    maker.waiting(other)
    _laboratory_result(farm, today)
    return True


def _farm(user: User) -> Farm:
    """The farm of the account, with the first of its orchards."""
    producer = db.session.scalars(
        select(Producer).join(ProducerMember).where(ProducerMember.user_id == user.id).order_by(Producer.id)
    ).first()
    assert producer is not None
    plot = db.session.scalars(
        select(Plot).where(Plot.producer_id == producer.id, Plot.tree_count.is_not(None)).order_by(Plot.name).limit(1)
    ).one()
    return Farm(Actor(user.id, frozenset({RoleName.PRODUCER_MEMBER}), user.display_name), producer, plot)


class _Maker:
    """Makes up self-checks against `checklist` and what `inspector` found of them."""

    def __init__(self, checklist: Checklist, inspector: User, keys: KeySource, today: date) -> None:
        self._checklist, self._inspector, self._keys, self._today = checklist, inspector, keys, today

    def certified(self, farm: Farm) -> None:
        """A self-check that passed once a fault was mended, and the certificate that followed."""
        self_check, items = self._handed_in(farm, days_ago=246)
        first = self._inspection(self_check, 1, days_ago=238)
        self._find(first, items, fault=FAULT, due_on=self._day(224))
        action = self._correction(first, items[FAULT], farm)
        self._close(first, InspectionResult.CORRECTIONS, "Vườn gọn, sổ sách đủ; còn một lỗi phải sửa.")
        db.session.add(action)
        self._show_file(self_check, items[FAULT], farm, "bang-chi-dan.pdf", "Bảng chỉ dẫn khi ngộ độc", 230, 1)
        second = self._inspection(self_check, 2, days_ago=222)
        self._find(second, items)
        self._close(second, InspectionResult.PASSED, "Đã treo bảng chỉ dẫn. Đạt yêu cầu.")
        self_check.status, self_check.inspection_count = SelfCheckStatus.PASSED, 2
        db.session.flush()
        self._certificate(farm, self_check)

    def waiting(self, farm: Farm) -> None:
        """A self-check that was handed in three days ago and waits for an inspector."""
        self._handed_in(farm, days_ago=3)

    def _day(self, days_ago: int) -> date:
        return self._today - timedelta(days=days_ago)

    def _key(self, moment: datetime) -> uuid.UUID:
        return uuid.UUID(self._keys.key(moment))

    def _handed_in(self, farm: Farm, *, days_ago: int) -> tuple[SelfCheck, dict[str, ChecklistItem]]:
        """A self-check with all its answers and evidence, and its items by code."""
        begun, handed_in = local_moment(self._day(days_ago + 4), 19), local_moment(self._day(days_ago), 20)
        self_check = SelfCheck(
            id=self._key(begun),
            producer_id=farm.producer.id,
            checklist_id=self._checklist.id,
            is_group=farm.producer.kind == "cooperative",
            started_by=farm.actor.user_id,
            started_at=begun,
        )
        db.session.add(self_check)
        db.session.flush()
        db.session.add(SelfCheckPlot(self_check_id=self_check.id, plot_id=farm.plot.id))
        db.session.flush()
        items = {item.code: item for item in items_of(self._checklist.id, with_groups=self_check.is_group)}
        for code, item in items.items():
            note = _NOTES.get(code)
            self._answer(self_check, item, Answer.NOT_APPLICABLE if note else Answer.YES, note, farm, begun)
            if not note:
                self._show_entries(self_check, item, days_ago)
            if code in _PAPERS:
                self._show_file(self_check, item, farm, *_PAPERS[code], days_ago + 2, 0)
        db.session.flush()
        self_check.status = SelfCheckStatus.SUBMITTED
        self_check.submitted_by, self_check.submitted_at = farm.actor.user_id, handed_in
        db.session.flush()
        return self_check, items

    def _answer(
        self, self_check: SelfCheck, item: ChecklistItem, answer: Answer, note: str | None, farm: Farm, at: datetime
    ) -> None:
        db.session.add(
            SelfCheckAnswer(
                self_check_id=self_check.id,
                item_id=item.id,
                answer=answer,
                note=note,
                answered_by=farm.actor.user_id,
                answered_at=at,
            )
        )

    def _show_entries(self, self_check: SelfCheck, item: ChecklistItem, days_ago: int) -> None:
        """The newest entries of that day's diary that fit the item."""
        if not item.diary_activities:
            return
        for entry in entries_to_show(self_check, item, today=self._day(days_ago), limit=_ENTRIES_SHOWN):
            db.session.add(SelfCheckEvidence(self_check_id=self_check.id, item_id=item.id, entry_id=entry.id))

    def _show_file(
        self, self_check: SelfCheck, item: ChecklistItem, farm: Farm, name: str, title: str, days_ago: int, number: int
    ) -> None:
        lines = [farm.producer.name, f"Ngày {self._day(days_ago):%d/%m/%Y}"]
        file = _stored(farm, name, title, lines)
        file.uploaded_at = local_moment(self._day(days_ago), 18)
        db.session.add(SelfCheckEvidence(self_check_id=self_check.id, item_id=item.id, file_id=file.id, round=number))

    def _inspection(self, self_check: SelfCheck, number: int, *, days_ago: int) -> Inspection:
        begun = local_moment(self._day(days_ago + 2), 9)
        inspection = Inspection(
            id=self._key(begun),
            self_check_id=self_check.id,
            number=number,
            inspector_id=self._inspector.id,
            started_at=begun,
            inspected_on=self._day(days_ago),
        )
        db.session.add(inspection)
        db.session.flush()
        return inspection

    def _find(
        self, inspection: Inspection, items: dict[str, ChecklistItem], *, fault: str = "", due_on: date | None = None
    ) -> None:
        for code, item in items.items():
            verdict = Answer.NO if code == fault else Answer.NOT_APPLICABLE if code in _NOTES else Answer.YES
            note = "Có tủ thuốc, nhưng chưa treo chỉ dẫn khi ngộ độc." if code == fault else None
            db.session.add(Finding(inspection_id=inspection.id, item_id=item.id, verdict=verdict, note=note))
        db.session.flush()

    def _correction(self, inspection: Inspection, item: ChecklistItem, farm: Farm) -> CorrectiveAction:
        assert inspection.inspected_on is not None
        reported_at = local_moment(inspection.inspected_on + timedelta(days=8), 18)
        return CorrectiveAction(
            id=self._key(reported_at),
            inspection_id=inspection.id,
            item_id=item.id,
            description="Treo bảng chỉ dẫn khi ngộ độc cạnh kho thuốc.",
            due_on=inspection.inspected_on + timedelta(days=14),
            response="Đã in và treo bảng chỉ dẫn cạnh cửa kho.",
            reported_by=farm.actor.user_id,
            reported_at=reported_at,
        )

    def _close(self, inspection: Inspection, result: InspectionResult, summary: str) -> None:
        assert inspection.inspected_on is not None
        inspection.result, inspection.summary = result, summary
        inspection.closed_at = local_moment(inspection.inspected_on, 17)
        db.session.flush()

    def _certificate(self, farm: Farm, self_check: SelfCheck) -> None:
        """For two years, entered and so confirmed by the inspector."""
        entered = local_moment(self._day(214), 10)
        certificate = Certificate(
            id=self._key(entered),
            producer_id=farm.producer.id,
            standard=self._checklist.standard,
            number="VG-MAU-42-0001",
            issuer=CERTIFIER,
            valid_from=self._day(215),
            valid_until=self._day(215) + timedelta(days=730),
            self_check_id=self_check.id,
            file_id=_stored(farm, "chung-nhan-vietgap.pdf", "Giấy chứng nhận VietGAP", [farm.producer.name]).id,
            entered_by=self._inspector.id,
            entered_at=entered,
            verified_by=self._inspector.id,
            verified_at=entered,
        )
        db.session.add(certificate)
        db.session.flush()
        db.session.add(CertificatePlot(certificate_id=certificate.id, plot_id=farm.plot.id))
        for lot in _lots_of(farm)[:1]:
            db.session.add(CertificateProduct(certificate_id=certificate.id, product_id=lot.product_id))
        db.session.flush()


def _stored(farm: Farm, name: str, title: str, lines: list[str]) -> PrivateFile:
    upload = Upload(name, sample_paper(f"{title} (mẫu)", lines))
    return store_file(actor=farm.actor, producer_id=farm.producer.id, upload=upload)


def _lots_of(farm: Farm) -> list[Lot]:
    """The lots harvested from the farm's plot, newest first."""
    statement = (
        select(Lot)
        .join(Product, Product.id == Lot.product_id)
        .where(Product.producer_id == farm.producer.id, Lot.plots.any(plot_id=farm.plot.id))
        .order_by(Lot.harvested_on.desc(), Lot.id)
        .limit(1)
    )
    return list(db.session.scalars(statement))


def _laboratory_result(farm: Farm, today: date) -> None:
    """What a laboratory found in the newest harvest of the plot."""
    for lot in _lots_of(farm):
        below = [("Carbendazim", "0.01", "mg/kg", "5"), ("Abamectin", "0.005", "mg/kg", "0.02")]
        analytes = [
            GivenAnalyte(name, Measured(Decimal(value), is_below=True), unit, Decimal(limit))
            for name, value, unit, limit in below
        ]
        analytes.append(GivenAnalyte("Chì (Pb)", Measured(Decimal("0.021")), "mg/kg", Decimal("0.1")))
        reported_on = min(today, lot.harvested_on + timedelta(days=6))
        enter_laboratory_result(
            actor=farm.actor,
            lot_id=lot.id,
            values=ReportValues("Phòng kiểm nghiệm nông sản (mẫu)", "KQ-MAU-0001", lot.harvested_on, reported_on),
            analytes=analytes,
            report=Upload(
                "ket-qua-kiem-nghiem.pdf", sample_paper("Kết quả kiểm nghiệm (mẫu)", [f"Lô {lot.lot_number}"])
            ),
        )
