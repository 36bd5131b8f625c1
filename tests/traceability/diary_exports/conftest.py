"""A farm with a season in its diary."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from tests.factories import make_user
from tests.factories.traceability import (
    make_entry,
    make_plant_protection_list,
    make_plot,
    make_receipt,
    make_spray,
    make_worker,
)
from tests.traceability.farm import Farm, make_farm
from traceability.diary.entry_models import InputUse
from traceability.diary.models import HarvestOverride, PlantingAreaCode, Plot

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 20)


@dataclass
class Season:
    """A farm, its two plots, and what was written down."""

    farm: Farm
    plot: Plot
    other: Plot


@pytest.fixture
def fonts(app: Flask) -> Path:
    return Path(app.static_folder or "") / "fonts"


@pytest.fixture
def season(session: scoped_session[Session]) -> Season:
    """Two plots: fertilised, sprayed, harvested, one entry corrected, one withdrawn, one permission of an officer."""
    farm = make_farm()
    producer = farm.producer
    plot, other = farm.plot, make_plot(producer, name="Thửa bãi bồi ven sông Ngàn Sâu", crop="orange_khe_may")
    plot.name, plot.crop, plot.planting_year, plot.tree_count = "Vườn đồi", "pomelo_phuc_trach", 2015, 120
    db.session.add(PlantingAreaCode(plot_id=plot.id, code="VN-HTOR-0001", market="CN", valid_until=date(2027, 1, 1)))
    version = make_plant_protection_list(abamectin={"citrus": 14})
    worker = make_worker(producer, name="Nguyễn Thị Mẫu")
    spray_product = make_receipt(
        producer, "abamectin", version=version, trade_name="Thuốc mẫu 1.8EC", batch_number="L-77", supplier="Đại lý mẫu"
    )
    fertiliser = make_receipt(producer, trade_name="Phân NPK mẫu 16-16-8", received_amount=50_000)
    make_entry(
        plot,
        activity="base_fertilizing",
        done_on=date(2026, 2, 3),
        operator_id=worker.id,
        note="=1+1",
        inputs=[InputUse(receipt_id=fertiliser.id, amount=12_500)],
    )
    spray = make_spray(plot, spray_product, done_on=date(2026, 8, 1), interval_days=14, amount=250)
    make_entry(plot, activity="harvesting", done_on=date(2026, 9, 1), amount=480_000, unit="g", operator_id=worker.id)
    wrong = make_entry(plot, activity="irrigation", done_on=date(2026, 5, 1), amount=2_000_000, unit="ml")
    make_entry(
        plot,
        activity="irrigation",
        done_on=date(2026, 5, 2),
        amount=3_000_000,
        unit="ml",
        supersedes_id=wrong.id,
        correction_reason="Ghi nhầm ngày",
    )
    mistake = make_entry(other, activity="pruning", done_on=date(2026, 6, 1))
    make_entry(
        other,
        activity="pruning",
        done_on=date(2026, 6, 1),
        supersedes_id=mistake.id,
        correction_reason="Chưa làm",
        is_withdrawal=True,
    )
    make_entry(other, activity="pruning", done_on=date(2025, 6, 1), note="năm trước")
    officer = make_user()
    db.session.add(
        HarvestOverride(
            plot_id=plot.id,
            valid_from=date(2026, 8, 10),
            valid_until=date(2026, 8, 11),
            reason="Bão số 5 sắp vào, cho thu sớm",
            spray_entry_ids=[spray.id],
            granted_by=officer.id,
            signed_name=officer.display_name,
            granted_at=utc_now(),
        )
    )
    db.session.flush()
    return Season(farm, plot, other)
