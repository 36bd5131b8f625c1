"""A farm whose member brings tables."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from core.db import Model, db
from core.tables import Column, Sheet, write_csv, write_xlsx
from tests.factories.traceability import make_plant_protection_list, make_receipt, make_worker
from tests.traceability.farm import Farm, make_farm
from traceability.diary.store_models import InputReceipt
from traceability.diary_imports.models import DiaryImport, ImportKind
from traceability.diary_imports.running import run_import
from traceability.diary_imports.usecases import accept_table, confirm_import

PAGE = "/farm/diary/import"
HEADER = [
    "Thửa",
    "Ngày",
    "Việc làm",
    "Vật tư",
    "Số lô vật tư",
    "Lượng dùng",
    "Đơn vị dùng",
    "Số lượng",
    "Đơn vị",
    "Người làm",
]


def csv_of(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """A CSV file of these rows."""
    return b"".join(write_csv(Sheet("x", [Column(title) for title in header], rows)))


def xlsx_of(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """A workbook of these rows."""
    out = io.BytesIO()
    write_xlsx(out, [Sheet("Nhập", [Column(title) for title in header], rows)])
    return out.getvalue()


def count(model: type[Model]) -> int:
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@dataclass
class Bringer:
    """A member of a farm with a citrus plot, fertiliser (50 kg) and a product to spray (1 l, 14 days on citrus)."""

    farm: Farm
    client: FlaskClient
    fertiliser: InputReceipt
    product: InputReceipt

    def accept(self, content: bytes, kind: ImportKind = ImportKind.ENTRIES) -> DiaryImport:
        """Take the table in, and check it."""
        work = accept_table(
            actor=self.farm.actor,
            producer_id=self.farm.producer.id,
            kind=kind,
            file=io.BytesIO(content),
            file_name="bang.xlsx",
        )
        db.session.commit()
        run_import(work.id)
        return work

    def write(self, work: DiaryImport) -> DiaryImport:
        """Confirm it, and write it."""
        confirm_import(actor=self.farm.actor, import_id=work.id, doubts_confirmed=True)
        db.session.commit()
        run_import(work.id)
        return work

    def post(self, content: bytes, kind: str = "entries", name: str = "bang.csv", **fields: str) -> TestResponse:
        """Send the file by the form."""
        return self.client.post(
            PAGE,
            data={
                "producer_id": str(self.farm.producer.id),
                "kind": kind,
                "file": (io.BytesIO(content), name),
                **fields,
            },
        )


@pytest.fixture
def bringer(client: FlaskClient, session: scoped_session[Session]) -> Bringer:
    farm = make_farm()
    farm.plot.name, farm.plot.crop, farm.plot.planting_year = "Vườn đồi", "pomelo_phuc_trach", 2015
    version = make_plant_protection_list(abamectin={"citrus": 14}, carbofuran="banned")
    make_worker(farm.producer, name="Nguyễn Thị Mẫu")
    fertiliser = make_receipt(
        farm.producer, trade_name="Phân NPK (mẫu)", received_amount=50_000, received_on=date(2025, 1, 1)
    )
    product = make_receipt(
        farm.producer,
        "abamectin",
        version=version,
        trade_name="Thuốc mẫu 1.8EC",
        batch_number="L-1",
        received_on=date(2025, 1, 1),
    )
    db.session.commit()
    farm.signed_in(client)
    return Bringer(farm, client, fertiliser, product)
