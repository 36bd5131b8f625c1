"""Lists of plant protection: read row by row, taken in once, and the right one for every day."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import db
from core.errors import NotFound, Unavailable
from tests.factories import make_plant_protection_list, make_user
from tests.traceability.farm import actor_of
from traceability.plant_protection.errors import UnreadableList
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
from traceability.plant_protection.queries import find_list_on, get_list_on, ingredients_by_code
from traceability.plant_protection.rules import may_be_used_on, read_list
from traceability.plant_protection.usecases import ImportedList, import_list

pytestmark = pytest.mark.usefixtures("session")

SAMPLE = Path(__file__).resolve().parents[3] / "traceability" / "plant_protection" / "sample_list.json"
OPERATOR = Actor(None, frozenset({RoleName.ADMINISTRATOR}), "")
ROW: dict[str, Any] = {
    "id": "abamectin",
    "active_ingredient": "abamectin",
    "type": "insecticide",
    "status_vn": "allowed",
    "phi_days": {"citrus": 7},
    "typical_dose": {"text": "9-27 g", "min": 9, "max": 27, "unit": "g_ai/ha"},
    "reentry_hours": 12,
    "pests_vi": ["nhện đỏ"],
}


def as_file(*rows: object, **meta: object) -> bytes:
    return json.dumps({"_meta": meta, "items": list(rows)}).encode()


def imported(*rows: object, **meta: object) -> ImportedList:
    given = {"source": "Thông tư mẫu", "in_force_from": "2026-02-10", **meta}
    return import_list(actor=OPERATOR, content=as_file(*rows, **given))


def test_the_sample_list_is_taken_in_once() -> None:
    content = SAMPLE.read_bytes()
    first = import_list(actor=OPERATOR, content=content)
    again = import_list(actor=OPERATOR, content=content)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.version is again.version and first.version.is_sample
    count = select(func.count()).where(PlantProtectionIngredient.list_id == first.version.id)
    assert db.session.scalar(count) == first.ingredient_count == 60
    assert ingredients_by_code(first.version.id, ["abamectin"])["abamectin"].interval_days["citrus"] == 7


def test_the_same_rows_in_force_from_another_day_are_another_version() -> None:
    assert imported(ROW).version is not imported(ROW, in_force_from="2026-03-01").version


def test_what_a_row_says_is_kept() -> None:
    version = imported({**ROW, "status_vn": "banned", "last_use_date": "2021-06-30"}).version
    kept = ingredients_by_code(version.id, ["abamectin"])["abamectin"]
    assert (kept.status, kept.last_use_on) == ("banned", date(2021, 6, 30))
    assert (kept.dose_min, kept.dose_max, kept.dose_unit, kept.reentry_hours) == (9, 27, "g_ai/ha", 12)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "A B"}, "id"),
        ({"id": None}, "id"),
        ({"active_ingredient": ""}, "active_ingredient"),
        ({"active_ingredient": "x" * 121}, "active_ingredient"),
        ({"status_vn": "fine"}, "status_vn"),
        ({"phi_days": None}, "phi_days"),
        ({"phi_days": {"citrus": -1}}, "phi_days.citrus"),
        ({"phi_days": {"citrus": 2.5}}, "phi_days.citrus"),
        ({"phi_days": {"citrus": None}}, "phi_days.citrus"),
        ({"phi_days": {"citrus": True}}, "phi_days.citrus"),
        ({"phi_days": {"citrus": 10**9}}, "phi_days.citrus"),
        ({"typical_dose": {"min": 9, "max": 3, "unit": "g_ai/ha"}}, "typical_dose"),
        ({"typical_dose": "much"}, "typical_dose"),
        ({"typical_dose": {"min": 1, "max": 10**400, "unit": "g_ai/ha"}}, "typical_dose"),
        ({"phi_days": {"cit\u0000rus": 7}}, "phi_days"),
        ({"last_use_date": "30/06/2021"}, "last_use_date"),
        ({"reentry_hours": -1}, "reentry_hours"),
        ({"pests_vi": "nhện đỏ"}, "pests_vi"),
    ],
)
def test_every_bad_row_is_named_with_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(UnreadableList) as refusal:
        imported(ROW, {**ROW, "id": "other", "active_ingredient": "other", **change}, {"id": "x"})
    problems = {(problem.row, problem.field) for problem in refusal.value.problems}
    assert problems == {(2, field), (3, "active_ingredient")}
    assert all(problem.message for problem in refusal.value.problems)
    assert find_list_on(date(2026, 3, 1)) is None


def test_an_ingredient_stands_once() -> None:
    with pytest.raises(UnreadableList) as refusal:
        imported(ROW, {**ROW, "active_ingredient": "ABAMECTIN", "id": "abamectin_2"})
    assert [problem.row for problem in refusal.value.problems] == [2]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"items": {}}', b"\xff\xfe", b"[" * 100_000, b'{"items": []}']
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableList):
        import_list(actor=OPERATOR, content=content, source="Thử", in_force_from=date(2026, 1, 1))


def test_source_and_day_are_needed_and_may_be_given_beside_the_file() -> None:
    with pytest.raises(UnreadableList) as refusal:
        import_list(actor=OPERATOR, content=as_file(ROW))
    assert {problem.field for problem in refusal.value.problems} == {"source", "in_force_from"}
    given = import_list(actor=OPERATOR, content=as_file(ROW), source="Thông tư mẫu", in_force_from=date(2026, 1, 5))
    assert given.version.published_on == date(2026, 1, 5)
    with pytest.raises(UnreadableList):
        imported(ROW, published_on="2026-02-11")


@pytest.mark.parametrize("role", [None, *RoleName])
def test_only_administrators_load_lists(role: RoleName | None) -> None:
    actor = ANONYMOUS if role is None else actor_of(make_user(role))
    content = as_file(ROW, source="Thông tư mẫu", in_force_from="2026-01-01")
    if role == RoleName.ADMINISTRATOR:
        assert import_list(actor=actor, content=content).version.imported_by == actor.user_id
    else:
        with pytest.raises(NotFound):
            import_list(actor=actor, content=content)


def test_the_list_in_force_on_the_day_applies_and_before_all_the_oldest() -> None:
    with pytest.raises(Unavailable):
        get_list_on(date(2026, 1, 1))
    newer = make_plant_protection_list(date(2026, 2, 10))
    older = make_plant_protection_list(date(2024, 1, 1))
    assert find_list_on(date(2020, 1, 1)) == older
    assert find_list_on(date(2026, 2, 9)) == older
    assert find_list_on(date(2026, 2, 10)) == newer
    corrected = make_plant_protection_list(date(2026, 2, 10))
    assert find_list_on(date(2026, 2, 10)) == corrected


def test_a_banned_ingredient_may_be_used_up_to_its_last_day() -> None:
    assert may_be_used_on("allowed", None, date(2026, 1, 1))
    assert not may_be_used_on("banned", None, date(2026, 1, 1))
    assert may_be_used_on("banned", date(2026, 1, 1), date(2026, 1, 1))
    assert not may_be_used_on("banned", date(2026, 1, 1), date(2026, 1, 2))


def test_the_database_holds_what_a_list_is() -> None:
    version = imported(ROW).version
    db.session.add(
        PlantProtectionIngredient(
            list_id=version.id, code="x", name="x", types=[], status="maybe", interval_days={}, pests_vi=[], pests_en=[]
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_published_sample_has_no_problem() -> None:
    assert read_list(json.loads(SAMPLE.read_text())).problems == []


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["diary", "import-plant-protection", *arguments])


def test_the_command_loads_a_list_and_says_so_once(app: Flask) -> None:
    first, again = run(app, str(SAMPLE)), run(app, str(SAMPLE))
    assert first.exit_code == again.exit_code == 0
    assert first.output.startswith("60 ingredients, in force from 2026-02-10")
    assert again.output.startswith("already there")


def test_the_command_tells_every_problem_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(as_file(ROW, {**ROW, "id": "b", "active_ingredient": "b", "phi_days": {"tea": -1}}))
    result = run(app, str(file), "--source", "Thử", "--in-force-from", "2026-01-01")
    assert result.exit_code == 1 and "row 2, phi_days.tea" in result.output
    assert db.session.scalar(select(func.count()).select_from(PlantProtectionList)) == 0


def test_a_dry_run_writes_nothing(app: Flask) -> None:
    result = run(app, str(SAMPLE), "--dry-run")
    assert result.exit_code == 0 and "nothing written" in result.output
    assert db.session.scalar(select(func.count()).select_from(PlantProtectionList)) == 0
