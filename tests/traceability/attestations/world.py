"""A farm with a small checklist and an inspector, for tests of attestations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from core.accounts import Actor, RoleName, User
from core.db import db
from tests.factories import make_user
from tests.traceability.attestations.papers import pdf
from tests.traceability.farm import Farm, actor_of, days_ago, make_farm
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.certificates.usecases import CertificateValues, enter_certificate
from traceability.attestations.checklists.models import Checklist, ChecklistItem
from traceability.attestations.checklists.queries import items_of
from traceability.attestations.checklists.rules import read_checklist
from traceability.attestations.checklists.usecases import import_checklist
from traceability.attestations.files.usecases import Upload
from traceability.attestations.inspections.usecases import (
    GivenFinding,
    close_inspection,
    record_findings,
    start_inspection,
)
from traceability.attestations.self_checks.models import Answer, SelfCheck
from traceability.attestations.self_checks.usecases import (
    GivenAnswer,
    answer_items,
    start_self_check,
    submit_self_check,
)

_numbers = count(1)


def checklist_text(*, version: str = "1", mandatory: int = 2, recommended: int = 10, group_items: int = 1) -> str:
    """A checklist file with so many items of each kind, in two chapters."""
    import json

    def item(code: str, group: str, level: str, scope: str = "all") -> dict[str, object]:
        return {
            "code": code,
            "group": group,
            "level": level,
            "scope": scope,
            "vi": f"Mục {code} (mẫu)",
            "en": f"Item {code} (sample)",
            "evidence": ["record", "photo"],
            "diary_activities": ["training"],
            "frequency": {"vi": "mỗi vụ", "en": "each season"},
        }

    items = [item(f"A-{number}", "ONE", "A") for number in range(1, mandatory + 1)]
    items += [item(f"B-{number}", "TWO", "B") for number in range(1, recommended + 1)]
    items += [item(f"G-{number}", "TWO", "A", "group") for number in range(1, group_items + 1)]
    return json.dumps(
        {
            "standard": "VietGAP (mẫu)",
            "version": version,
            "title_vi": "Bảng kiểm mẫu",
            "title_en": "Sample checklist",
            "source": "sample",
            "is_sample": True,
            "in_force_from": "2020-01-01",
            "required_percent": {"A": 100, "B": 90},
            "groups": [{"code": "ONE", "vi": "Một", "en": "One"}, {"code": "TWO", "vi": "Hai", "en": "Two"}],
            "items": items,
        }
    )


def make_checklist(**values: int) -> Checklist:
    """A checklist of a version of its own."""
    return import_checklist(read_checklist(checklist_text(version=f"t{next(_numbers)}", **values))).checklist


@dataclass
class World:
    """A farm, a checklist and somebody who inspects."""

    farm: Farm
    checklist: Checklist
    inspector_user: User

    @property
    def inspector(self) -> Actor:
        """The inspector as an actor."""
        return actor_of(self.inspector_user)

    def items(self) -> Mapping[str, ChecklistItem]:
        """The items for everybody by code."""
        return {item.code: item for item in items_of(self.checklist.id, with_groups=False)}

    def draft(self, **values: object) -> SelfCheck:
        """A self-check that was begun."""
        given = {
            "producer_id": self.farm.producer.id,
            "checklist_id": self.checklist.id,
            "plot_ids": [self.farm.plot.id],
            "is_group": False,
            **values,
        }
        return start_self_check(actor=self.farm.actor, **given)

    def answer(self, self_check: SelfCheck, **different: Answer) -> None:
        """Answer every item with yes, but those named (A_1 for A-1)."""
        answers = {
            item.id: GivenAnswer(different.get(code.replace("-", "_"), Answer.YES), "vì không trồng")
            for code, item in self.items().items()
        }
        answer_items(actor=self.farm.actor, self_check_id=self_check.id, answers=answers)

    def submitted(self) -> SelfCheck:
        """A self-check that waits for an inspector."""
        self_check = self.draft()
        self.answer(self_check)
        return submit_self_check(actor=self.farm.actor, self_check_id=self_check.id)

    def find(self, self_check: SelfCheck, *faults: str, due_on: date | None = None) -> None:
        """Findings on every item: conforming, but for `faults`, which get a correction when there is a day for it."""
        findings = {
            item.id: GivenFinding(Answer.NO, "Thiếu biển báo", "Treo biển báo" if due_on else None, due_on)
            if code in faults
            else GivenFinding(Answer.YES)
            for code, item in self.items().items()
        }
        record_findings(actor=self.inspector, self_check_id=self_check.id, findings=findings)

    def inspected(self, *faults: str, may_correct: bool = True, due_in: int = 14) -> SelfCheck:
        """A self-check after its first inspection."""
        self_check = self.submitted()
        start_inspection(actor=self.inspector, self_check_id=self_check.id)
        self.find(self_check, *faults, due_on=days_ago(-due_in))
        close_inspection(
            actor=self.inspector,
            self_check_id=self_check.id,
            inspected_on=days_ago(0),
            summary="Đã kiểm tra (mẫu)",
            may_correct=may_correct,
        )
        return self_check

    def certificate(self, **values: object) -> Certificate:
        """A certificate that the farm entered with its scan."""
        return enter_certificate(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            values=certificate_values(self.farm, **values),
            scan=Upload("chung-nhan.pdf", pdf()),
        )


def certificate_values(farm: Farm, **values: object) -> CertificateValues:
    """What stands on a certificate of the farm's plot, in force for a year around today."""
    given: dict[str, object] = {
        "standard": "VietGAP (mẫu)",
        "number": f"VG-{next(_numbers):05d}",
        "issuer": "Trung tâm chứng nhận (mẫu)",
        "valid_from": days_ago(100),
        "valid_until": days_ago(0) + timedelta(days=265),
        "plot_ids": [farm.plot.id],
        "product_ids": [farm.product.id],
    }
    return CertificateValues(**(given | values))


def make_world(**checklist: int) -> World:
    """A world with a checklist of 2 mandatory and 10 recommended items, unless told otherwise."""
    world = World(make_farm(), make_checklist(**checklist), make_user(RoleName.INSPECTOR))
    db.session.flush()
    return world
