"""Asking for a diary as a file: on the spot or by a worker, for those who may, once and for a week."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.jobs.files import KEPT_FOR, remove_old_work_files
from core.jobs.work import MOST_ATTEMPTS, STALLED_AFTER, stalled_work
from core.storage.backends import FolderStorage
from tests.factories import make_user, sign_in
from tests.factories.traceability import make_entry
from tests.traceability.diary_exports.conftest import FIRST, LAST, Season
from tests.traceability.farm import make_farm
from traceability.diary_exports import running, usecases
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.running import make_file
from traceability.diary_exports.usecases import request_export

PAGE = "/farm/diary/export"


class Killed(BaseException):
    """The worker is gone."""


def fields(season: Season, **changed: object) -> dict[str, object]:
    return {
        "producer_id": str(season.farm.producer.id),
        "plot_id": "",
        "first_day": FIRST.isoformat(),
        "last_day": LAST.isoformat(),
        "file_format": "pdf",
        **changed,
    }


def asked_for(season: Season, **changed: Any) -> DiaryExport:
    given = {"first_day": FIRST, "last_day": LAST, "file_format": FileFormat.XLSX, "plot_id": None, **changed}
    return request_export(actor=season.farm.actor, producer_id=season.farm.producer.id, **given)


@pytest.mark.parametrize(("file_format", "begins"), [("pdf", b"%PDF-"), ("xlsx", b"PK")])
def test_a_short_diary_is_there_at_once(client: FlaskClient, season: Season, file_format: str, begins: bytes) -> None:
    season.farm.signed_in(client)
    answer = client.post(PAGE, data=fields(season, file_format=file_format, plot_id=str(season.plot.id)))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert f"{answer.headers['Location']}/file" in page.text
    file = client.get(answer.headers["Location"] + "/file")
    assert file.data.startswith(begins)
    assert file.headers["Content-Disposition"] == (
        f"attachment; filename=nhat-ky-san-xuat-vuon-doi-20260101-20261120.{file_format}"
    )
    assert "no-store" in file.headers["Cache-Control"]
    assert answer.headers["Location"] in client.get(PAGE).text


def test_a_long_diary_is_left_to_a_worker_and_shows_progress(
    client: FlaskClient, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usecases, "AT_ONCE", 2)
    season.farm.signed_in(client)
    answer = client.post(PAGE, data=fields(season))
    page = client.get(answer.headers["Location"])
    assert 'http-equiv="refresh"' in page.text and "<progress" in page.text
    assert client.get(answer.headers["Location"] + "/file").status_code == 404


def test_asking_again_while_a_file_is_being_made_makes_no_second_one(
    season: Season, tmp_path: Path, fonts: Path
) -> None:
    export = asked_for(season)
    assert asked_for(season) is export
    assert asked_for(season, plot_id=season.plot.id) is not export
    db.session.commit()
    make_file(export_id=export.id, storage=FolderStorage(tmp_path), fonts=fonts)
    assert asked_for(season) is not export


@pytest.mark.parametrize(
    "changed",
    [
        {"last_day": "2025-01-01"},
        {"first_day": "hôm qua"},
        {"first_day": "2001-01-01"},
        {"file_format": "docx"},
        {"plot_id": str(uuid.uuid4())},
        {"producer_id": str(uuid.uuid4())},
    ],
)
def test_what_makes_no_sense_is_shown_again(client: FlaskClient, season: Season, changed: dict[str, object]) -> None:
    season.farm.signed_in(client)
    answer = client.post(PAGE, data=fields(season, **changed))
    assert answer.status_code == 422
    assert db.session.scalar(select(DiaryExport)) is None


def test_too_many_entries_are_refused(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "MOST_ENTRIES", 2)
    with pytest.raises(Invalid) as refusal:
        asked_for(season)
    assert refusal.value.field == "first_day"


def test_nobody_gets_another_s_diary(client: FlaskClient, season: Season, tmp_path: Path, fonts: Path) -> None:
    export = asked_for(season)
    db.session.commit()
    make_file(export_id=export.id, storage=FolderStorage(tmp_path), fonts=fonts)
    stranger = make_farm()
    with pytest.raises(NotFound):
        request_export(
            actor=stranger.actor,
            producer_id=season.farm.producer.id,
            plot_id=None,
            first_day=FIRST,
            last_day=LAST,
            file_format=FileFormat.PDF,
        )
    with pytest.raises(NotFound):
        asked_for(season, plot_id=stranger.plot.id)
    addresses = (f"{PAGE}/{export.id}", f"{PAGE}/{export.id}/file")
    for address in (PAGE, *addresses):
        assert client.get(address).status_code == 303
    for role in RoleName:
        sign_in(client, make_user(role))
        for address in addresses:
            assert client.get(address).status_code == 404
    stranger.signed_in(client)
    for address in addresses:
        assert client.get(address).status_code == 404
    assert str(export.id) not in client.get(PAGE).text


def test_making_a_file_twice_makes_it_once(season: Season, tmp_path: Path, fonts: Path) -> None:
    export = asked_for(season)
    db.session.commit()
    storage = FolderStorage(tmp_path)
    make_file(export_id=export.id, storage=storage, fonts=fonts)
    key = export.storage_key
    make_file(export_id=export.id, storage=storage, fonts=fonts)
    assert export.storage_key == key and export.is_ready
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    make_file(export_id=uuid.uuid4(), storage=storage, fonts=fonts)


def test_a_worker_that_was_killed_is_replaced_and_one_that_never_succeeds_gives_up(
    season: Season, tmp_path: Path, fonts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*arguments: object, **named: object) -> None:
        raise Killed

    export = asked_for(season)
    db.session.commit()
    export_id, storage = export.id, FolderStorage(tmp_path)
    monkeypatch.setattr(running, "write_workbook", die)
    with pytest.raises(Killed):
        make_file(export_id=export_id, storage=storage, fonts=fonts)
    assert stalled_work(DiaryExport) == []
    db.session.get_one(DiaryExport, export_id).progress_at = utc_now() - STALLED_AFTER - timedelta(seconds=1)
    db.session.commit()
    assert stalled_work(DiaryExport) == [export_id]
    monkeypatch.undo()
    make_file(export_id=export_id, storage=storage, fonts=fonts)
    assert db.session.get_one(DiaryExport, export_id).is_ready

    hopeless = asked_for(season)
    hopeless.attempts = MOST_ATTEMPTS
    db.session.commit()
    make_file(export_id=hopeless.id, storage=storage, fonts=fonts)
    assert db.session.get_one(DiaryExport, hopeless.id).has_failed


def test_files_are_removed_after_their_time(
    client: FlaskClient, season: Season, session: scoped_session[Session], tmp_path: Path, fonts: Path
) -> None:
    export = asked_for(season)
    db.session.commit()
    storage = FolderStorage(tmp_path)
    make_file(export_id=export.id, storage=storage, fonts=fonts)
    assert remove_old_work_files(DiaryExport, storage=storage) == 0
    export.finished_at = utc_now() - KEPT_FOR - timedelta(minutes=1)
    db.session.commit()
    assert remove_old_work_files(DiaryExport, storage=storage) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    season.farm.signed_in(client)
    page = client.get(f"{PAGE}/{export.id}")
    assert page.status_code == 200 and f"{export.id}/file" not in page.text
    assert client.get(f"{PAGE}/{export.id}/file").status_code == 404


def test_the_pages_take_a_constant_number_of_queries(
    client: FlaskClient, season: Season, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    season.farm.signed_in(client)
    client.get(PAGE)
    with count_queries() as few:
        assert client.get(PAGE).status_code == 200
    for number in range(8):
        asked_for(season, first_day=FIRST + timedelta(days=number))
    make_entry(season.plot, activity="weeding", done_on=date(2026, 3, 1))
    db.session.commit()
    with count_queries() as many:
        assert client.get(PAGE).status_code == 200
    assert len(many) == len(few) <= 8
