"""The diary's pages: few taps, nothing lost when something is refused, and nobody else's plot to be seen."""

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from PIL import Image

from core.accounts import RoleName
from core.db import db
from tests.factories import make_entry, make_plot, make_receipt, make_spray, make_user, make_worker, sign_in
from tests.traceability.diary.growing import Garden, make_garden
from tests.traceability.farm import days_ago, make_farm
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import entries_of


def garden_of(client: FlaskClient) -> Garden:
    garden = make_garden()
    garden.farm.signed_in(client)
    # A refused request rolls back to here.
    db.session.commit()
    return garden


def plot_page(garden: Garden) -> str:
    return f"/farm/diary/plots/{garden.farm.plot.id}"


def the_entry(garden: Garden) -> DiaryEntry:
    return db.session.scalars(entries_of(garden.farm.plot.id)).one()


def hidden(page: str) -> dict[str, str]:
    """What the form on a page sends by itself."""
    form = page[page.index("<main") :]
    values = {}
    for name, value in re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form):
        values[name] = value
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and 'type="checkbox"' not in tag:
            values[name[1]] = value[1]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        values[name] = chosen[1] if chosen else ""
    return values


def photo() -> tuple[io.BytesIO, str]:
    content = io.BytesIO()
    Image.new("RGB", (200, 150), "green").save(content, "JPEG")
    return io.BytesIO(content.getvalue()), "anh.jpg"


def test_the_home_offers_the_likeliest_work_of_each_plot(client: FlaskClient) -> None:
    garden = garden_of(client)
    page = client.get("/farm/diary")
    assert page.status_code == 200 and garden.farm.plot.name in page.text
    assert f"{plot_page(garden)}/new/" in page.text and "Bưởi Phúc Trạch" in page.text


def test_the_countdown_says_from_when_and_why(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.sprayed(days=2)
    for address in ("/farm/diary", plot_page(garden)):
        page = client.get(address).text
        assert f"{days_ago(-5):%d/%m/%Y}" in page and garden.spray.trade_name in page and "còn 5 ngày" in page


def test_an_entry_is_written_with_what_the_form_opens_with(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.record("top_dressing", days=20, operator_id=garden.worker.id)
    address = f"{plot_page(garden)}/new/top_dressing"
    values = hidden(client.get(address).text)
    assert values["operator_id"] == str(garden.worker.id) and values["done_on"] == days_ago(0).isoformat()
    answer = client.post(address, data=values)
    assert answer.status_code == 303 and answer.location == plot_page(garden)
    assert "Bón thúc" in client.get(answer.location).text
    # The same form once more: a weak signal, an impatient thumb.
    assert client.post(address, data=values).status_code == 303
    assert len(db.session.scalars(entries_of(garden.farm.plot.id)).all()) == 2


def test_a_spray_by_the_form(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/pesticide_spraying"
    given = {
        "input_1": str(garden.spray.id),
        "input_1_amount": "0,25",
        "input_1_unit": "l",
        "input_1_dose": "20 ml/16 lít",
        "target_pest": "nhện <b>đỏ</b>",
        "area_m2": "4000",
        "weather": "sunny",
        "photo": photo(),
    }
    answer = client.post(address, data=hidden(client.get(address).text) | given, content_type="multipart/form-data")
    assert answer.status_code == 303
    entry = the_entry(garden)
    assert (entry.inputs[0].amount, entry.inputs[0].dose, entry.area_m2) == (250, "20 ml/16 lít", 4000)
    assert len(entry.photo_keys) == 1
    page = client.get(plot_page(garden)).text
    assert "nhện &lt;b&gt;đỏ" in page and "<b>đỏ" not in page and f"{entry.photo_keys[0]}-400.webp" in page


@pytest.mark.parametrize(
    ("field", "typed", "shown_at"),
    [
        ("done_on", "hôm qua", "done_on"),
        ("done_on", "2099-01-01", "done_on"),
        ("input_1_amount", "nhiều", "input_1_amount"),
        ("input_1_amount", "-5", "input_1_amount"),
        ("input_1_amount", "1.200", "input_1_amount"),
        ("input_1_amount", "999999", "input_1"),
        ("input_1_unit", "kg", "input_1"),
        ("input_1", "", "input_1"),
        ("area_m2", "0", "area_m2"),
        ("target_pest", "x" * 161, "target_pest"),
        ("operator_id", "00000000-0000-0000-0000-000000000000", "operator_id"),
    ],
)
def test_a_refused_entry_names_the_field_and_loses_nothing(
    client: FlaskClient, field: str, typed: str, shown_at: str
) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/pesticide_spraying"
    given = {"input_1": str(garden.spray.id), "input_1_amount": "20", "input_1_unit": "ml", "note": "Sáng sớm"}
    values = hidden(client.get(address).text) | given | {field: typed, "photo": photo()}
    answer = client.post(address, data=values, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert f'id="{shown_at}-error"' in answer.text and "Sáng sớm" in answer.text
    if field not in ("input_1", "input_1_unit", "operator_id"):
        assert f'value="{typed}"' in answer.text
    stored = hidden(answer.text)["stored_photo"]
    assert stored.startswith("photos/"), "the photo is kept, the browser will not send it again"
    answer = client.post(
        address, data=hidden(answer.text) | given | {"done_on": days_ago(0).isoformat()} | fixed(field)
    )
    assert answer.status_code == 303 and the_entry(garden).photo_keys == [stored]


def test_an_amount_beside_an_empty_choice_is_not_lost_in_silence(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/top_dressing"
    values = hidden(client.get(address).text) | {"input_2": "", "input_2_amount": "5"}
    answer = client.post(address, data=values)
    assert answer.status_code == 422 and 'id="input_2-error"' in answer.text and 'value="5"' in answer.text
    assert client.post(address, data=values | {"input_2_amount": ""}).status_code == 303


def test_a_day_may_be_typed_as_people_write_it(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/top_dressing"
    values = hidden(client.get(address).text)
    assert client.post(address, data=values | {"done_on": "31/02/2026"}).status_code == 422
    assert client.post(address, data=values | {"done_on": f"{days_ago(2):%d/%m/%Y}"}).status_code == 303
    assert the_entry(garden).done_on == days_ago(2)


def test_what_is_used_up_stays_in_an_entry_that_is_corrected(client: FlaskClient) -> None:
    garden = garden_of(client)
    entry = garden.sprayed(days=9, amount=1000)
    db.session.commit()
    address = f"/farm/diary/entries/{entry.id}/correct"
    values = hidden(client.get(address).text)
    assert values["input_1"] == str(garden.spray.id)
    answer = client.post(address, data=values | {"note": "Chiều muộn", "reason": "Quên ghi chú"})
    assert answer.status_code == 303
    corrected = db.session.scalars(entries_of(garden.farm.plot.id)).all()
    assert [use.amount for one in corrected if one.note == "Chiều muộn" for use in one.inputs] == [1000]
    # The next entry begins without it: nothing is left to choose.
    again = hidden(client.get(f"{plot_page(garden)}/new/pesticide_spraying").text)
    assert (again["input_1"], again.get("input_1_amount", "")) == ("", "")


def fixed(field: str) -> dict[str, str]:
    return {field: ""} if field in ("area_m2", "target_pest", "operator_id") else {}


def test_a_file_that_is_no_photo_is_refused_and_the_rest_kept(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/weeding"
    values = hidden(client.get(address).text) | {"note": "Cỏ nhiều", "photo": (io.BytesIO(b"%PDF-1.4"), "anh.jpg")}
    answer = client.post(address, data=values, content_type="multipart/form-data")
    assert answer.status_code == 422 and 'id="photo-error"' in answer.text and "Cỏ nhiều" in answer.text


def test_a_photo_far_too_large_is_refused_and_the_rest_kept(client: FlaskClient) -> None:
    address = f"{plot_page(garden_of(client))}/new/weeding"
    photo = (io.BytesIO(bytes(20_000_000)), "anh.jpg")
    values = hidden(client.get(address).text) | {"note": "Cỏ nhiều", "photo": photo}
    answer = client.post(address, data=values, content_type="multipart/form-data")
    assert answer.status_code == 422 and 'id="photo-error"' in answer.text and "Cỏ nhiều" in answer.text


def test_a_harvest_inside_the_interval_says_from_when(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.sprayed(days=2)
    db.session.commit()
    address = f"{plot_page(garden)}/new/harvesting"
    answer = client.post(address, data=hidden(client.get(address).text) | {"amount": "200", "unit": "kg"})
    assert (
        answer.status_code == 422 and f"{days_ago(-5):%d/%m/%Y}" in answer.text and 'id="done_on-error"' in answer.text
    )
    lot = {
        "product_id": str(garden.farm.product.id),
        "plot_ids": [str(garden.farm.plot.id)],
        "unit": "piece",
        "weight": "5",
    }
    answer = client.post("/farm/lots/new", data=lot | {"harvested_on": days_ago(1).isoformat(), "quantity": "5"})
    assert answer.status_code == 422 and 'id="harvested_on-error"' in answer.text


def test_a_harvest_before_planting_is_refused_beside_the_day(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.farm.plot.planting_year, garden.farm.plot.planted_on = days_ago(5).year, days_ago(5)
    db.session.commit()
    address = f"{plot_page(garden)}/new/harvesting"
    given = {"amount": "10", "done_on": days_ago(9).isoformat()}
    answer = client.post(address, data=hidden(client.get(address).text) | given)
    assert answer.status_code == 422 and 'id="done_on-error"' in answer.text and 'value="10"' in answer.text


def test_what_is_unusual_is_asked_once(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/new/weeding"
    values = hidden(client.get(address).text) | {"area_m2": "9000"}
    answer = client.post(address, data=values)
    assert answer.status_code == 422 and 'name="confirmed" value="area"' in answer.text
    assert client.post(address, data=values | {"confirmed": "area"}).status_code == 303


def test_an_entry_is_corrected_and_the_old_one_shown(client: FlaskClient) -> None:
    garden = garden_of(client)
    entry = garden.sprayed(days=9, amount=400)
    db.session.commit()
    address = f"/farm/diary/entries/{entry.id}/correct"
    values = hidden(client.get(address).text)
    assert values["input_1_amount"] == "400" and values["input_1_unit"] == "ml"
    answer = client.post(address, data=values | {"input_1_amount": "40"})
    assert answer.status_code == 422 and 'id="reason-error"' in answer.text
    answer = client.post(address, data=values | {"input_1_amount": "40", "reason": "Gõ thừa số không"})
    assert answer.status_code == 303
    page = client.get(plot_page(garden)).text
    assert "Gõ thừa số không" in page and "400 ml" in page and "40 ml" in page
    assert client.get(address).status_code == 404


def test_an_entry_is_taken_back(client: FlaskClient) -> None:
    garden = garden_of(client)
    entry = garden.record("weeding")
    address = f"/farm/diary/entries/{entry.id}/withdraw"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "Ghi nhầm thửa"}).status_code == 303
    page = client.get(plot_page(garden)).text
    assert "Ghi nhầm thửa" in page and client.get(address).status_code == 404


def test_yesterday_is_copied_by_one_press(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.record("irrigation", days=1)
    assert f"{plot_page(garden)}/copy" in client.get(plot_page(garden)).text
    assert client.post(f"{plot_page(garden)}/copy").status_code == 303
    page = client.get(plot_page(garden)).text
    assert f"{plot_page(garden)}/copy" not in page
    assert client.post(f"{plot_page(garden)}/copy").status_code == 303
    assert len(db.session.scalars(entries_of(garden.farm.plot.id)).all()) == 2


def test_a_plot_is_changed_and_its_shape_warned_of(client: FlaskClient) -> None:
    garden = garden_of(client)
    shape = "18.0950, 105.7800\n18.0960, 105.7800\n18.0960, 105.7810\n18.0950, 105.7810"
    make_plot(garden.farm.producer, name="Vườn bên", shape=square(105.7805))
    address = f"{plot_page(garden)}/edit"
    values = hidden(client.get(address).text) | {"shape": shape, "planting_year": "2015", "tree_count": "200"}
    answer = client.post(address, data=values)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Vườn bên" in page and "11.7" in page and "<polygon" in page
    assert garden.farm.plot.tree_count == 200 and garden.farm.plot.shape is not None


def square(west: float) -> dict[str, Any]:
    ring = [[west, 18.095], [west + 0.001, 18.095], [west + 0.001, 18.096], [west, 18.096], [west, 18.095]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("crop", "banana"),
        ("planting_year", "1066"),
        ("planting_year", "2999"),
        ("planted_on", "2099-01-01"),
        ("tree_count", "0"),
        ("shape", "18.1, 105.1\nđây"),
        ("shape", '{"type": "Point"}'),
        ("shape", "48.1, 2.1\n48.2, 2.1\n48.2, 2.2"),
    ],
)
def test_nonsense_about_a_plot_is_refused_and_kept(client: FlaskClient, field: str, typed: str) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/edit"
    answer = client.post(address, data=hidden(client.get(address).text) | {field: typed})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    if field != "crop":
        assert typed.splitlines()[-1].replace('"', "&#34;") in answer.text


def test_codes_are_added_and_changed(client: FlaskClient) -> None:
    garden = garden_of(client)
    address = f"{plot_page(garden)}/codes/new"
    code = {"code": "VN-HTOR-0042", "market": "CN", "issuer": "Cơ quan mẫu", "valid_until": "2030-12-31"}
    assert client.get(address).status_code == 200
    assert client.post(address, data=code | {"code": ""}).status_code == 422
    assert client.post(address, data=code).status_code == 303
    assert client.post(address, data=code).status_code == 422
    page = client.get(plot_page(garden)).text
    assert "VN-HTOR-0042" in page and "Trung Quốc" in page
    change = re.search(r"/farm/diary/codes/[0-9a-f-]+", page)
    assert change is not None
    assert client.get(change[0]).status_code == 200
    assert client.post(change[0], data={"status": "suspended", "valid_until": "2030-12-31"}).status_code == 303
    assert "Tạm dừng" in client.get(plot_page(garden)).text


def test_the_store_by_its_pages(client: FlaskClient) -> None:
    garden = garden_of(client)
    form = client.get("/farm/store/new")
    assert "carbofuran (cấm)" in form.text
    given = {
        "kind": "plant_protection",
        "trade_name": "Thuốc mẫu A",
        "ingredient": "abamectin",
        "content": "18",
        "amount": "1,5",
        "unit": "l",
        "batch_number": "A1",
        "expires_on": days_ago(-300).isoformat(),
    }
    values = hidden(form.text) | given
    refused = client.post("/farm/store/new", data=values | {"ingredient": "carbofuran"})
    assert refused.status_code == 422 and 'id="ingredient-error"' in refused.text and "Thuốc mẫu A" in refused.text
    expired = client.post("/farm/store/new", data=values | {"expires_on": days_ago(3).isoformat()})
    assert expired.status_code == 422 and 'id="expires_on-error"' in expired.text
    assert client.post("/farm/store/new", data=values).status_code == 303
    page = client.get("/farm/store").text
    assert "Thuốc mẫu A" in page and "1,5 lít" in page
    take_back = re.search(r"/farm/store/[0-9a-f-]+/withdraw", page)
    assert take_back is not None and garden.farm.plot
    assert client.get(take_back[0]).status_code == 200
    assert client.post(take_back[0], data={"reason": "Ghi hai lần"}).status_code == 303
    assert "Thuốc mẫu A" not in client.get("/farm/store").text


def test_people_and_equipment_by_their_pages(client: FlaskClient) -> None:
    garden = garden_of(client)
    values = hidden(client.get("/farm/workers").text)
    assert client.post("/farm/workers", data=values | {"name": "Chị Mơ (mẫu)", "phone": "abc"}).status_code == 422
    assert (
        client.post("/farm/workers", data=values | {"name": "Chị Mơ (mẫu)", "phone": "0912 345 678"}).status_code == 303
    )
    assert client.post("/farm/workers", data=values | {"name": "Chị Mơ (mẫu)"}).status_code == 422
    page = client.get("/farm/workers").text
    assert "+84912345678" in page
    address = f"/farm/workers/{garden.worker.id}"
    changed = hidden(client.get(address).text) | {"name": "Anh Hai (mẫu)", "left_on": days_ago(1).isoformat()}
    assert client.post(address, data=changed).status_code == 303
    assert "Anh Hai (mẫu)" in client.get("/farm/workers").text
    values = hidden(client.get("/farm/equipment").text) | {"name": "Bình phun mẫu", "kind": "sprayer"}
    assert client.post("/farm/equipment", data=values).status_code == 303
    found = re.search(r"/farm/equipment/[0-9a-f-]+", client.get("/farm/equipment").text)
    assert found is not None
    changed = hidden(client.get(found[0]).text) | {"retired_on": days_ago(0).isoformat()}
    assert client.post(found[0], data=changed).status_code == 303


def test_an_officer_permits_a_harvest_by_the_page(client: FlaskClient) -> None:
    garden = make_garden()
    spray = garden.sprayed(days=2)
    officer = make_user(RoleName.PROVINCE_OFFICER, display_name="Cán bộ mẫu")
    sign_in(client, officer)
    db.session.commit()
    assert client.get("/officer/harvest-overrides?gln=123").status_code == 422
    assert client.get("/officer/harvest-overrides?gln=9521000000001").status_code == 422
    found = client.get(f"/officer/harvest-overrides?gln={garden.farm.plot.gln}")
    assert found.status_code == 303
    page = client.get(found.location)
    assert garden.spray.trade_name in page.text
    values = hidden(page.text) | {"reason": "Bão vào, thu sớm để tránh rụng.", "signed_name": "Người khác"}
    refused = client.post(found.location, data=values)
    assert refused.status_code == 422 and 'id="signed_name-error"' in refused.text and "Bão vào" in refused.text
    assert client.post(found.location, data=values | {"signed_name": "Cán bộ mẫu"}).status_code == 303
    assert "Bão vào" in client.get("/officer/harvest-overrides").text
    assert garden.harvested(days=0) and spray.harvest_from


@pytest.mark.parametrize("role", [None, *RoleName])
def test_nobody_sees_or_writes_the_diary_of_others(client: FlaskClient, role: RoleName | None) -> None:
    garden = make_garden()
    entry = garden.record("weeding")
    plot = plot_page(garden)
    if role is not None:
        sign_in(client, make_user(role))
    db.session.commit()
    allowed = (200, 303) if role == RoleName.ADMINISTRATOR else ()
    for address in (plot, f"{plot}/new", f"{plot}/new/weeding", f"{plot}/edit", f"{plot}/codes/new"):
        answer = client.get(address)
        assert refused(answer, role) or answer.status_code in allowed
    for address in (f"/farm/diary/entries/{entry.id}/correct", f"/farm/diary/entries/{entry.id}/withdraw"):
        assert refused(client.get(address), role) or role == RoleName.ADMINISTRATOR
    for address in (f"{plot}/new/weeding", f"{plot}/copy", f"/farm/store/{garden.spray.id}/withdraw"):
        assert refused(client.post(address, data={"done_on": days_ago(0).isoformat(), "reason": "x"}), role)
    for address in (f"/farm/workers/{garden.worker.id}", "/farm/equipment/00000000-0000-0000-0000-000000000001"):
        assert refused(client.get(address), role)
    if role != RoleName.PROVINCE_OFFICER:
        for address in ("/officer/harvest-overrides", f"/officer/harvest-overrides/{garden.farm.plot.gln}"):
            assert refused(client.get(address), role)
    assert the_entry(garden) is not None


def refused(answer: Any, role: RoleName | None) -> bool:
    if role is None:
        return answer.status_code == 303 and urlsplit(answer.location).path == "/sign-in"
    return bool(answer.status_code == 404)


def test_another_member_of_the_trade_finds_nothing(client: FlaskClient) -> None:
    garden = make_garden()
    make_farm().signed_in(client)
    assert client.get(plot_page(garden)).status_code == 404
    assert garden.farm.plot.name not in client.get("/farm/diary").text
    assert garden.spray.trade_name not in client.get("/farm/store").text
    assert garden.worker.name not in client.get("/farm/workers").text


def test_pages_run_as_many_queries_for_one_as_for_many(client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    garden = garden_of(client)
    garden.sprayed(days=2, amount=1, operator_id=garden.worker.id)
    garden.sprayed(days=1, amount=1, operator_id=garden.worker.id)
    addresses = ("/farm/diary", plot_page(garden), f"{plot_page(garden)}/new", f"{plot_page(garden)}/new/weeding")
    addresses += ("/farm/store", "/farm/workers", "/farm/equipment")

    def counted() -> list[int]:
        counts = []
        for address in addresses:
            client.get(address)
            with count_queries() as statements:
                assert client.get(address).status_code == 200
            counts.append(len(statements))
        return counts

    few = counted()
    for number in range(4):
        plot = make_plot(garden.farm.producer, crop="pomelo_phuc_trach")
        receipt = make_receipt(garden.farm.producer, "abamectin", version=garden.version)
        worker = make_worker(garden.farm.producer)
        make_spray(plot, receipt, done_on=days_ago(number), interval_days=9)
        make_spray(garden.farm.plot, receipt, done_on=days_ago(number), interval_days=9)
        make_entry(garden.farm.plot, done_on=days_ago(1), operator_id=worker.id)
        garden.sprayed(days=3, amount=1, operator_id=worker.id)
    assert counted() == few and max(few) < 25


def test_pages_are_complete_in_english(client: FlaskClient) -> None:
    garden = garden_of(client)
    garden.sprayed(days=2)
    for address in ("/farm/diary", plot_page(garden), f"{plot_page(garden)}/new/pesticide_spraying"):
        assert client.get(f"{address}?lang=en").status_code == 200
    assert "Harvest from" in client.get("/farm/diary?lang=en").text
