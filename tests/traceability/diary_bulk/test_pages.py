"""The pages of entries in bulk, as a cooperative goes through them."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import RoleName
from core.db import db
from tests.factories import make_user, sign_in
from tests.factories.traceability import make_plot
from tests.traceability.diary_bulk.conftest import Cooperative, count_entries
from tests.traceability.farm import make_farm
from traceability.diary.entry_models import DiaryEntry, InputUse

PAGE = "/farm/diary/bulk"


def carried(html: str) -> dict[str, list[str]]:
    """The hidden fields of the page of results, as a browser would send them."""
    form = html[html.index('<form method="post" novalidate>') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        found.setdefault(name, []).append(value)
    return found


def test_forty_plots_in_two_steps(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    page = client.get(PAGE).text
    assert page.count('name="plot"') == 40 and "Phân NPK mẫu" in page
    checked = client.post(PAGE, data=cooperative.fields())
    assert checked.status_code == 200 and count_entries() == 0
    assert "Phân NPK mẫu 1 kg" in checked.text
    saved = client.post(PAGE, data={**carried(checked.text), "step": "save"})
    assert saved.status_code == 303
    assert count_entries() == 40
    client.post(PAGE, data={**carried(checked.text), "step": "save"})
    assert count_entries() == 40
    amounts = dict(
        db.session.execute(
            select(DiaryEntry.plot_id, InputUse.amount).join(InputUse, InputUse.entry_id == DiaryEntry.id)
        ).all()
    )
    assert amounts[cooperative.plots[0].id] == 1000 and amounts[cooperative.plots[20].id] == 1050


def test_an_own_amount_and_what_a_plot_gets_by_itself(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    first, second = cooperative.plots[:2]
    own = {f"own-{first.id}": "3,25", f"own-{second.id}": "1.500"}
    checked = client.post(PAGE, data=cooperative.fields(first, second, **own))
    assert checked.status_code == 422
    assert "Phân NPK mẫu 3,25 kg" in checked.text
    assert "có thể hiểu theo hai cách" in checked.text
    checked = client.post(PAGE, data={**carried(checked.text), "step": "drop"})
    assert checked.status_code == 200
    client.post(PAGE, data={**carried(checked.text), "step": "save"})
    assert db.session.scalars(select(InputUse.amount)).all() == [3250]


def test_refused_plots_are_named_and_can_be_left_out(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    fields = cooperative.fields(*cooperative.plots[:4], **{"inputs-0-amount": "15", "inputs-0-basis": "plot"})
    checked = client.post(PAGE, data=fields)
    assert checked.status_code == 422
    assert checked.text.count("Không ghi được") == 1
    assert client.post(PAGE, data={**carried(checked.text), "step": "save"}).status_code == 422
    assert count_entries() == 0
    without = client.post(PAGE, data={**carried(checked.text), "step": "drop"})
    assert without.status_code == 200
    client.post(PAGE, data={**carried(without.text), "step": "save"})
    assert count_entries() == 3


def test_what_is_unusual_is_confirmed_first(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    fields = cooperative.fields(
        cooperative.plots[0],
        activity="harvesting",
        amount="90",
        amount_unit="tonne",
        **{"inputs-0-receipt_id": "", "inputs-0-amount": ""},
    )
    checked = client.post(PAGE, data=fields)
    assert 'name="confirmed" value="yield"' in checked.text
    refused = client.post(PAGE, data={**carried(checked.text), "step": "save"})
    assert refused.status_code == 200 and count_entries() == 0 and 'role="alert"' in refused.text
    saved = client.post(PAGE, data={**carried(checked.text), "confirmed": "yield", "step": "save"})
    assert saved.status_code == 303 and count_entries() == 1


def test_the_filter_keeps_what_is_ticked_and_typed(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    ticked = cooperative.plots[0]
    fields = cooperative.fields(ticked, step="list", crop="orange_khe_may", note="Ghi chú dở")
    page = client.post(PAGE, data=fields).text
    assert set(re.findall(r'value="([^"]+)" id="plot-', page)) == {str(cooperative.plots[39].id), str(ticked.id)}
    assert "Ghi chú dở" in page
    assert page.count(" checked") == 1
    assert client.post(PAGE, data={**fields, "step": "all"}).text.count(" checked") == 2
    assert client.post(PAGE, data={**fields, "step": "none"}).text.count(" checked") == 0
    assert client.post(PAGE, data={**fields, "crop": "", "words": "DOI cam"}).text.count('name="plot"') == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"activity": ""},
        {"activity": "dancing"},
        {"done_on": "31/02/2026"},
        {"inputs-0-amount": "nhiều"},
        {"inputs-0-amount": ""},
        {"inputs-0-receipt_id": str(uuid.uuid4())},
        {"inputs-0-unit": "bao"},
        {"amount_basis": "world"},
        {"plot": []},
        {"plot": ["x", str(uuid.uuid4())]},
        {"weather": "snow"},
        {"note": "x" * 1001},
    ],
)
def test_bad_input_is_shown_again_with_all_that_was_typed(
    client: FlaskClient, cooperative: Cooperative, changed: dict[str, Any]
) -> None:
    cooperative.farm.signed_in(client)
    answer = client.post(PAGE, data=cooperative.fields(**{"note": "Ghi chú dở", **changed}))
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert "note" in changed or "Ghi chú dở" in answer.text
    assert count_entries() == 0


def test_a_day_in_the_future_is_refused_for_every_plot(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    answer = client.post(PAGE, data=cooperative.fields(*cooperative.plots[:2], done_on="2199-01-01"))
    assert answer.status_code == 422
    assert answer.text.count('tr class="refused"') == 2


def test_an_amount_without_what_it_was_taken_from_is_refused(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    answer = client.post(PAGE, data=cooperative.fields(**{"inputs-1-amount": "5"}))
    assert answer.status_code == 422 and "Hãy chọn thứ đã lấy từ kho" in answer.text and 'value="5"' in answer.text


def test_refused_plots_come_first_then_names_as_people_count(client: FlaskClient, cooperative: Cooperative) -> None:
    cooperative.farm.signed_in(client)
    cooperative.plots[12].name, cooperative.plots[15].name = "Thửa 2", "Thửa 10"
    db.session.commit()
    listed = client.get(PAGE).text
    assert listed.index("<strong>Thửa 2<") < listed.index("<strong>Thửa 10<")
    unclear = {f"own-{plot.id}": "1.500" for plot in (cooperative.plots[20], cooperative.plots[30])}
    page = client.post(PAGE, data=cooperative.fields(**unclear)).text
    names = re.findall(r'<td data-label="Thửa đất">([^<]+)<', page)
    assert len(names) == 40 and names[:2] == ["Vườn bưởi 20", "Vườn bưởi 30"]
    assert names.index("Thửa 2") + 1 == names.index("Thửa 10")


@pytest.mark.parametrize("role", [role for role in RoleName if role != RoleName.PRODUCER_MEMBER])
def test_others_do_not_get_there(client: FlaskClient, cooperative: Cooperative, role: RoleName) -> None:
    sign_in(client, make_user(role))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, data=cooperative.fields(step="save")).status_code == 404
    assert count_entries() == 0


def test_a_member_of_another_farm_writes_nothing_here(client: FlaskClient, cooperative: Cooperative) -> None:
    make_farm().signed_in(client)
    assert client.post(PAGE, data=cooperative.fields(step="save")).status_code == 422
    assert count_entries() == 0


def test_the_form_takes_a_constant_number_of_queries(
    client: FlaskClient, cooperative: Cooperative, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    cooperative.farm.signed_in(client)
    client.get(PAGE)
    with count_queries() as few:
        client.get(PAGE)
    for number in range(30):
        make_plot(cooperative.farm.producer, name=f"Thêm {number}")
    with count_queries() as many:
        client.get(PAGE)
    assert len(few) == len(many) <= 9
