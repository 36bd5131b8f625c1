"""A table on its way: taken in, checked, confirmed, written once; by a worker when it is long."""

import io
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import load_workbook
from sqlalchemy import select

from core.accounts import RoleName
from core.db import db, separately, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import use_locale
from core.jobs.work import MOST_ATTEMPTS, STALLED_AFTER, stalled_work
from core.tables import Record, read_records, read_table
from core.tables.writing import Column, Sheet, write_xlsx
from tests.core.tables.workbooks import with_part
from tests.factories import make_user, sign_in
from tests.traceability.diary_imports.conftest import PAGE, Bringer, count, csv_of, xlsx_of
from tests.traceability.farm import make_farm
from traceability.diary.entry_models import DiaryEntry
from traceability.diary_imports import running, usecases
from traceability.diary_imports.columns import headings_of
from traceability.diary_imports.models import DiaryImport, ImportKind, ImportState
from traceability.diary_imports.row_reading import RowReader
from traceability.diary_imports.rows import writer_of
from traceability.diary_imports.running import KEPT_FOR, forget_old_files, run_import
from traceability.diary_imports.template_file import _names
from traceability.diary_imports.usecases import accept_table, confirm_import

WEEDING = ["Vườn đồi", "02/08/2026", "Làm cỏ, xới xáo"]


class Killed(BaseException):
    """The worker is gone."""


def only_import() -> DiaryImport:
    return db.session.scalars(select(DiaryImport)).one()


def test_from_the_form_to_the_diary(client: FlaskClient, bringer: Bringer) -> None:
    answer = bringer.post(csv_of([WEEDING] * 3), name="Nhật ký tháng 8.csv")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "Nhật ký tháng 8.csv" in page and "Cả 3 dòng đều ghi được" in page
    assert count(DiaryEntry) == 0
    assert client.post(answer.headers["Location"]).status_code == 303
    assert count(DiaryEntry) == 3
    page = client.get(answer.headers["Location"]).text
    assert "Đã ghi đủ 3 dòng" in page
    client.post(answer.headers["Location"])
    assert count(DiaryEntry) == 3
    assert "Nhật ký tháng 8.csv" in client.get(PAGE).text


def test_errors_are_shown_with_row_and_column_and_nothing_can_be_written(client: FlaskClient, bringer: Bringer) -> None:
    answer = bringer.post(csv_of([WEEDING, ["Đâu đó", "31/02/2026", "Làm cỏ, xới xáo"]]))
    page = client.get(answer.headers["Location"]).text
    assert "Có 2 chỗ cần sửa" in page and "Dòng 3" in page and "Không có ngày này" in page
    assert client.post(answer.headers["Location"]).status_code == 409
    assert count(DiaryEntry) == 0


def test_what_is_unusual_has_to_be_ticked(client: FlaskClient, bringer: Bringer) -> None:
    answer = bringer.post(csv_of([["Vườn đồi", "02/08/2026", "Thu hoạch", None, None, None, None, "90", "tấn"]]))
    refused = client.post(answer.headers["Location"])
    assert refused.status_code == 422 and 'role="alert"' in refused.text and count(DiaryEntry) == 0
    assert client.post(answer.headers["Location"], data={"doubts_confirmed": "y"}).status_code == 303
    assert count(DiaryEntry) == 1


def test_the_same_file_again_is_warned_of(client: FlaskClient, bringer: Bringer) -> None:
    bringer.write(bringer.accept(csv_of([WEEDING])))
    answer = bringer.post(csv_of([WEEDING]))
    assert "Chính tệp này đã được ghi trước đây" in client.get(answer.headers["Location"]).text


def test_unknown_columns_are_named(client: FlaskClient, bringer: Bringer) -> None:
    answer = bringer.post(csv_of([[*WEEDING, "x"]], ["Thửa", "Ngày", "Việc làm", "Tâm trạng"]))
    assert "Tâm trạng" in client.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "chọn tệp"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "macro"),
        (with_part(xlsx_of([WEEDING]), "xl/vbaProject.bin", b"x"), "macro"),
        (b"%PDF-1.7", "không phải là bảng"),
        (csv_of([["a"]], ["b"]), "tên cột"),
        (csv_of([]), "Không có dòng nào"),
        (csv_of([["Vườn đồi"]], ["Thửa", "Ngày"]), "Việc làm"),
        (b"Thua,Ngay,Viec lam\n" + b"A,1/8/2026,x\n" * 6000, "5.000"),
        (b"Thua,Ngay,Viec lam\n" + b"A,1/8/2026,x\n" * 400_000, "5 MB"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_beside_its_field(bringer: Bringer, content: bytes, words: str) -> None:
    answer = bringer.post(content)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert words.casefold() in answer.text.casefold()
    assert count(DiaryImport) == 0


def test_a_table_of_a_million_rows_is_refused_on_the_page_itself(client: FlaskClient, bringer: Bringer) -> None:
    answer = bringer.post(b"Th\xe1\xbb\xada,Ng\xc3\xa0y\n" + b"a,01/01/2026\n" * 1_000_000)
    assert answer.status_code == 413
    assert "5.000" in answer.text and 'name="file"' in answer.text
    assert count(DiaryImport) == 0


def test_no_file_and_bad_choices_are_refused(client: FlaskClient, bringer: Bringer) -> None:
    for fields in ({}, {"kind": "orders"}, {"producer_id": str(uuid.uuid4())}):
        data = {"producer_id": str(bringer.farm.producer.id), "kind": "entries", **fields}
        assert client.post(PAGE, data=data).status_code == 422
    too_large = client.post(PAGE, data={"file": (io.BytesIO(b"x" * 12_000_000), "x.csv")})
    assert too_large.status_code == 413


def test_a_long_table_is_left_to_a_worker_and_shows_progress(
    client: FlaskClient, bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "AT_ONCE", 2)
    told: list[int] = []
    monkeypatch.setattr(running, "tell_progress", lambda _model, _id, done: told.append(done))
    answer = bringer.post(csv_of([WEEDING] * 60))
    page = client.get(answer.headers["Location"]).text
    assert "<progress" in page and 'http-equiv="refresh"' in page
    work = only_import()
    assert work.state == ImportState.CHECKING
    run_import(work.id)
    client.post(answer.headers["Location"])
    assert work.state == ImportState.WRITING and count(DiaryEntry) == 0
    run_import(work.id)
    run_import(work.id)
    assert work.state == ImportState.WRITTEN and count(DiaryEntry) == 60
    assert told == [25, 50, 25, 50]


def test_a_worker_that_was_killed_leaves_nothing_and_another_begins_again(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = bringer.accept(csv_of([WEEDING] * 30))
    confirm_import(actor=bringer.farm.actor, import_id=work.id, doubts_confirmed=False)
    db.session.commit()
    import_id = work.id

    def die(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(running, "tell_progress", die)
    with pytest.raises(Killed):
        run_import(import_id)
    assert count(DiaryEntry) == 0
    monkeypatch.undo()
    work = only_import()
    assert work.state == ImportState.WRITING
    work.progress_at = utc_now() - STALLED_AFTER - timedelta(seconds=1)
    db.session.commit()
    assert stalled_work(DiaryImport) == [import_id]
    run_import(import_id)
    assert only_import().state == ImportState.WRITTEN and count(DiaryEntry) == 30


def test_an_import_that_never_succeeds_is_given_up(bringer: Bringer) -> None:
    work = bringer.accept(csv_of([WEEDING]))
    confirm_import(actor=bringer.farm.actor, import_id=work.id, doubts_confirmed=False)
    work.attempts = MOST_ATTEMPTS
    db.session.commit()
    run_import(work.id)
    assert only_import().state == ImportState.FAILED and count(DiaryEntry) == 0


def test_rows_of_an_import_that_was_given_up_meanwhile_are_not_written(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = bringer.accept(csv_of([WEEDING] * 30))
    confirm_import(actor=bringer.farm.actor, import_id=work.id, doubts_confirmed=False)
    db.session.commit()

    def give_up(model: type[DiaryImport], import_id: uuid.UUID, _done: int) -> None:
        with separately() as session:
            row = session.get_one(model, import_id)
            row.state, row.finished_at, row.content = ImportState.FAILED, utc_now(), None

    monkeypatch.setattr(running, "tell_progress", give_up)
    run_import(work.id)
    # Here both share a connection, so that giving up was undone as well.
    assert only_import().state != ImportState.WRITTEN and count(DiaryEntry) == 0


def test_what_changed_between_check_and_writing_refuses_the_whole_table(bringer: Bringer) -> None:
    rows = [WEEDING, ["Vườn đồi", "02/08/2026", "Bón thúc", "Phân NPK (mẫu)", None, "40", "kg"]]
    work = bringer.accept(csv_of(rows))
    assert work.state == ImportState.CHECKED
    bringer.fertiliser.used_amount = 20_000
    db.session.commit()
    bringer.write(work)
    assert work.state == ImportState.REFUSED
    assert [error["row"] for error in work.errors] == [3]
    assert count(DiaryEntry) == 0


def test_a_member_who_left_writes_nothing_any_more(bringer: Bringer) -> None:
    work = bringer.accept(csv_of([WEEDING]))
    confirm_import(actor=bringer.farm.actor, import_id=work.id, doubts_confirmed=False)
    bringer.farm.user.roles.clear()
    db.session.commit()
    run_import(work.id)
    assert only_import().state == ImportState.REFUSED and count(DiaryEntry) == 0


def test_files_are_forgotten_after_their_time(bringer: Bringer) -> None:
    work = bringer.accept(csv_of([WEEDING]))
    assert forget_old_files() == 0
    work.created_at = utc_now() - KEPT_FOR - timedelta(minutes=1)
    db.session.commit()
    assert forget_old_files() == 1
    with pytest.raises(Conflict):
        confirm_import(actor=bringer.farm.actor, import_id=work.id, doubts_confirmed=False)


def test_another_s_import_does_not_exist(client: FlaskClient, bringer: Bringer) -> None:
    work = bringer.accept(csv_of([WEEDING]))
    stranger = make_farm()
    with pytest.raises(NotFound):
        accept_table(
            actor=stranger.actor,
            producer_id=bringer.farm.producer.id,
            kind=ImportKind.ENTRIES,
            file=io.BytesIO(csv_of([WEEDING])),
            file_name="x",
        )
    with pytest.raises(NotFound):
        confirm_import(actor=stranger.actor, import_id=work.id, doubts_confirmed=True)
    accounts = [*(make_user(role) for role in RoleName), stranger.user]
    db.session.commit()
    for account in accounts:
        sign_in(client, account)
        assert client.get(f"{PAGE}/{work.id}").status_code == 404
        assert client.post(f"{PAGE}/{work.id}").status_code == 404
    for role in set(RoleName) - {RoleName.PRODUCER_MEMBER}:
        sign_in(client, make_user(role))
        assert client.get(PAGE).status_code == 404
        assert client.get(f"{PAGE}/template/entries.xlsx").status_code == 404
    assert count(DiaryEntry) == 0


@pytest.mark.parametrize("kind", ImportKind)
def test_the_template_is_read_back_with_all_its_columns(
    client: FlaskClient, bringer: Bringer, kind: ImportKind
) -> None:
    answer = client.get(f"{PAGE}/template/{kind}.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mau-")
    headings = headings_of(kind)
    with pytest.raises(Invalid):  # it is empty
        bringer.accept(answer.data, kind)
    titles = read_table(io.BytesIO(answer.data))[0].cells
    out = io.BytesIO()
    write_xlsx(out, [Sheet("x", [Column(str(title)) for title in titles], [["x"] * len(titles)])])
    (record,) = read_records(read_table(io.BytesIO(out.getvalue())), headings).records
    assert set(record.cells) == {heading.key for heading in headings}
    book: Any = load_workbook(io.BytesIO(answer.data))
    assert len(book.get_sheet_by_index(1).to_python()) == len(headings) + 1
    unknown = [row for row in book.get_sheet_by_index(2).to_python()[1:] if row[0] not in titles]
    assert unknown == []
    if kind == ImportKind.ENTRIES:
        names = {row[1] for row in book.get_sheet_by_index(2).to_python()}
        assert {"Vườn đồi", "Phân NPK (mẫu)", "Nguyễn Thị Mẫu", "Thu hoạch"} <= names


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_name_that_a_template_offers_is_understood(bringer: Bringer, locale: str) -> None:
    with use_locale(locale):
        for kind in ImportKind:
            for key, offered in _names(kind, bringer.farm.producer.id).items():
                for name in offered:
                    assert name_is_known(bringer, kind, key, name), (kind, key, name)


def name_is_known(bringer: Bringer, kind: ImportKind, key: str, name: str) -> bool:
    """Whether a row with this name alone has no fault in its column."""
    writer, row = writer_of(kind, bringer.farm.producer.id, []), RowReader(Record(2, {key: name}))
    writer.write(row, actor=bringer.farm.actor, submission_id=uuid.uuid4(), confirmed=())
    return not any(problem.column == key and name in problem.message for problem in row.problems)


def test_the_template_of_an_unknown_kind_does_not_exist(client: FlaskClient, bringer: Bringer) -> None:
    assert client.get(f"{PAGE}/template/orders.xlsx").status_code == 404


def test_the_pages_take_a_constant_number_of_queries(
    client: FlaskClient, bringer: Bringer, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    short = f"{PAGE}/{bringer.accept(csv_of([WEEDING] * 2)).id}"
    client.get(PAGE)
    with count_queries() as few:
        client.get(PAGE)
        client.get(short)
    longer = f"{PAGE}/{bringer.accept(csv_of([['x'] * 3] * 40)).id}"
    with count_queries() as many:
        client.get(PAGE)
        client.get(longer)
    assert len(few) - 1 <= len(many) <= len(few) <= 14
