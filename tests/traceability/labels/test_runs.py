"""Print runs: drawn piece by piece, also when workers are killed, sent twice or lost; reprints counted and marked."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import create_app
from core.accounts import ANONYMOUS, RoleName
from core.config import Settings
from core.db import atomic, db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from tests.factories import make_user
from tests.support.databases import TestDatabases
from tests.traceability.farm import Farm, actor_of, make_farm
from tests.traceability.labels.printing import page_picture, scanned, text_of
from traceability.gs1.links import item_uri, lot_uri
from traceability.items.models import SerialBlock
from traceability.items.queries import serials_of
from traceability.items.usecases import issue_serials
from traceability.labels import rules, usecases
from traceability.labels.errors import LabelTooSmall
from traceability.labels.growing_pdf import Beginning
from traceability.labels.models import LabelPiece, LabelRun, RunState
from traceability.labels.queries import STALLED_AFTER, pieces_of, stalled_runs
from traceability.labels.running import MOST_ATTEMPTS
from traceability.labels.tasks import draw, remove_old
from traceability.labels.usecases import ItemRange, print_labels
from traceability.lots.models import Lot

pytestmark = pytest.mark.usefixtures("session")
SITE = "http://localhost:8000"


class Killed(BaseException):
    """The worker is gone."""


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of one page, so that a short run has several."""
    monkeypatch.setattr(rules, "LABELS_A_PIECE", 1)


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the worker be killed while it draws the so many-th page, once."""

    def arrange(number: int) -> None:
        calls = iter(range(1, 10_000))
        page = Beginning.page

        def drawing(self: Beginning, *arguments: Any) -> bytes:
            if next(calls) == number:
                raise Killed
            return page(self, *arguments)

        monkeypatch.setattr(Beginning, "page", drawing)

    return arrange


def issue(farm: Farm, lot: Lot, count: int, prefix: str = "") -> SerialBlock:
    return issue_serials(actor=farm.actor, lot_id=lot.id, count=count, prefix=prefix)


def print_lot(farm: Farm, lot: Lot, **values: Any) -> LabelRun:
    return print_labels(actor=farm.actor, lot_id=lot.id, **({"design": "a4-2x5", "copies": 3} | values))


def print_items(farm: Farm, lot: Lot, block: SerialBlock, first: int, last: int, **values: Any) -> LabelRun:
    given = {"design": "a4-2x5", "copies": 1, "items": ItemRange(block.id, first, last)}
    return print_labels(actor=farm.actor, lot_id=lot.id, **(given | values))


def file_of(run: LabelRun) -> bytes:
    """The file of a run that is ready; tasks work in sessions of their own."""
    db.session.refresh(run)
    assert run.state == RunState.READY
    content = b"".join(pieces_of(run.id))
    assert len(content) == run.file_length
    return content


def codes(pdf: bytes) -> Counter[str]:
    """Every code of every page."""
    found: Counter[str] = Counter()
    for page in range(len(PdfDocument(pdf))):
        found += scanned(page_picture(pdf, page))
    return found


def links(farm: Farm, lot: Lot, block: SerialBlock, first: int, last: int) -> Counter[str]:
    serials = serials_of(block, first=first - 1, count=last - first + 1)
    return Counter(item_uri(SITE, farm.product.gtin, serial, lot=lot.lot_number) for serial in serials)


# Drawing


def test_labels_of_a_lot_are_all_alike_and_begin_on_a_used_sheet() -> None:
    farm = make_farm(ocop_stars=4)
    lot = farm.harvest()
    run = print_lot(farm, lot, copies=12, start=9)
    draw(str(run.id))
    pdf = file_of(run)
    link = lot_uri(SITE, farm.product.gtin, lot.lot_number)
    assert [scanned(page_picture(pdf, page)) for page in range(2)] == [Counter({link: 2}), Counter({link: 10})]
    first = page_picture(pdf).convert("L")
    upper = first.crop((0, 0, first.width, first.height * 3 // 4))
    assert upper.getextrema() == (255, 255), "the labels that were used already stay empty"


@pytest.mark.usefixtures("small_pieces")
def test_every_item_has_its_own_label() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 40, "HK-")
    run = print_items(farm, lot, block, 6, 30, copies=2)
    draw(str(run.id))
    pdf = file_of(run)
    assert (run.label_count, run.drawn, run.reprint) == (50, 50, 0)
    assert codes(pdf) == links(farm, lot, block, 6, 30) + links(farm, lot, block, 6, 30)
    assert "bản in lại" not in text_of(pdf)


def test_a_roll_has_a_page_for_every_label() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 5)
    run = print_items(farm, lot, block, 1, 5, design="roll-40x30")
    draw(str(run.id))
    pdf = file_of(run)
    assert len(PdfDocument(pdf)) == 5
    assert codes(pdf) == links(farm, lot, block, 1, 5)


def test_what_stands_on_the_labels_is_what_was_asked_for() -> None:
    """A name that changes while a run waits does not change half of its labels."""
    farm = make_farm()
    lot = farm.harvest()
    run = print_lot(farm, lot)
    farm.product.name_vi = "Cam bù"
    db.session.flush()
    draw(str(run.id))
    assert "Bưởi Phúc Trạch" in text_of(file_of(run)) and "Cam bù" not in text_of(file_of(run))


@pytest.mark.usefixtures("small_pieces")
def test_a_run_that_was_killed_goes_on_where_it_was(kill_at: Callable[[int], None]) -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 47)
    run = print_items(farm, lot, block, 1, 47, start=4)
    kill_at(4)
    with pytest.raises(Killed):
        draw(str(run.id))
    db.session.refresh(run)
    assert (run.state, run.drawn, run.finished_at) == (RunState.RUNNING, 27, None)
    kept = list(pieces_of(run.id))
    assert len(kept) == 4
    draw(str(run.id))
    pdf = file_of(run)
    assert pdf.startswith(b"".join(kept))
    assert codes(pdf) == links(farm, lot, block, 1, 47)


@pytest.mark.usefixtures("small_pieces")
def test_a_run_that_is_sent_twice_is_drawn_once() -> None:
    farm = make_farm()
    run = print_lot(farm, farm.harvest(), copies=25)
    draw(str(run.id))
    before = file_of(run)
    finished_at = run.finished_at
    draw(str(run.id))
    assert file_of(run) == before and run.finished_at == finished_at
    draw(str(new_id()))


@pytest.mark.usefixtures("small_pieces")
def test_two_workers_at_once_make_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other worker draws the whole run while this one is at its second page: this one leaves."""
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 30)
    run = print_items(farm, lot, block, 1, 30)
    page, calls = Beginning.page, iter(range(1, 100))

    def drawing(self: Beginning, *arguments: Any) -> bytes:
        if next(calls) == 2:
            monkeypatch.setattr(Beginning, "page", page)
            draw(str(run.id))
        return page(self, *arguments)

    monkeypatch.setattr(Beginning, "page", drawing)
    draw(str(run.id))
    assert codes(file_of(run)) == links(farm, lot, block, 1, 30)
    assert len(list(pieces_of(run.id))) == 5


@pytest.mark.usefixtures("small_pieces")
def test_two_workers_on_connections_of_their_own_make_one_file(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    with app.app_context():
        with atomic():
            farm = make_farm()
            lot = farm.harvest()
            run_id = print_items(farm, lot, issue(farm, lot, 60), 1, 60).id

        def work(_number: int) -> None:
            with app.app_context():
                draw(str(run_id))

        with ThreadPoolExecutor(3) as workers:
            list(workers.map(work, range(3)))
        run = db.session.get_one(LabelRun, run_id)
        pdf = b"".join(pieces_of(run_id))
        assert run.state == RunState.READY and len(pdf) == run.file_length
        assert len(PdfDocument(pdf)) == 6 and len(codes(pdf)) == 60
        db.session.remove()
        db.engine.dispose()


def test_a_run_that_nobody_works_on_is_found_again() -> None:
    farm = make_farm()
    run = print_lot(farm, farm.harvest())
    assert stalled_runs() == []
    db.session.execute(update(LabelRun).values(progress_at=utc_now() - 2 * STALLED_AFTER))
    assert stalled_runs() == [run.id]
    draw(str(run.id))
    assert stalled_runs() == []


def test_a_run_that_cannot_be_drawn_ends(kill_at: Callable[[int], None]) -> None:
    farm = make_farm()
    run = print_lot(farm, farm.harvest())
    for _attempt in range(MOST_ATTEMPTS):
        kill_at(1)
        with pytest.raises(Killed):
            draw(str(run.id))
    draw(str(run.id))
    db.session.refresh(run)
    assert run.state == RunState.FAILED and run.finished_at is not None
    assert db.session.scalar(select(func.count()).select_from(LabelPiece)) == 0


# Files that are old


def test_old_files_are_removed_and_their_runs_stay() -> None:
    farm = make_farm()
    lot = farm.harvest()
    old, fresh = print_lot(farm, lot), print_lot(farm, lot)
    for run in (old, fresh):
        draw(str(run.id))
    age = rules.KEPT_FOR + timedelta(hours=1)
    db.session.execute(update(LabelRun).where(LabelRun.id == old.id).values(finished_at=utc_now() - age))
    remove_old()
    remove_old()
    db.session.refresh(old)
    assert old.state == RunState.REMOVED and old.file_length is None and not list(pieces_of(old.id))
    assert file_of(fresh)


# Reprints


def test_a_reprint_needs_a_reason_is_counted_and_marked() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 100)
    assert print_items(farm, lot, block, 1, 50).reprint == 0
    assert print_items(farm, lot, block, 51, 100).reprint == 0
    with pytest.raises(Invalid) as refusal:
        print_items(farm, lot, block, 50, 51)
    assert refusal.value.field == "reason"
    again = print_items(farm, lot, block, 50, 51, reason="máy in làm rách tờ 5")
    assert (again.reprint, again.reprint_reason) == (1, "máy in làm rách tờ 5")
    third = print_items(farm, lot, block, 45, 50, reason="thất lạc")
    assert third.reprint == 2
    draw(str(third.id))
    words = " ".join(text_of(file_of(third)).split())
    assert words.count("bản in lại 2") == 6


def test_a_run_that_failed_was_no_print_and_a_removed_file_was() -> None:
    farm = make_farm()
    lot = farm.harvest()
    block = issue(farm, lot, 10)
    failed = print_items(farm, lot, block, 1, 10)
    failed.state = RunState.FAILED
    done = print_items(farm, lot, block, 1, 10)
    assert done.reprint == 0
    done.state = RunState.REMOVED
    assert print_items(farm, lot, block, 1, 10, reason="in lại").reprint == 1


def test_labels_of_a_lot_are_printed_as_often_as_one_likes() -> None:
    farm = make_farm()
    lot = farm.harvest()
    assert [print_lot(farm, lot).reprint for _ in range(3)] == [0, 0, 0]


def test_the_database_wants_a_reason_for_every_reprint() -> None:
    farm = make_farm()
    run = print_lot(farm, farm.harvest())
    run.reprint = 1
    with pytest.raises(IntegrityError, match="reprint_has_reason"):
        db.session.flush()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"drawn": 99}, "drawn_in_range"),
        ({"label_count": 4}, "label_count_right"),
        ({"state": "lost"}, "state_known"),
        ({"first_item": 0}, "items_of_block"),
    ],
)
def test_the_database_keeps_runs_in_order_by_itself(values: dict[str, object], constraint: str) -> None:
    farm = make_farm()
    run = print_lot(farm, farm.harvest())
    with pytest.raises(IntegrityError, match=constraint):
        db.session.execute(update(LabelRun).where(LabelRun.id == run.id).values(values))


# Asking for it


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"design": "a4-9x9"}, "design"),
        ({"copies": 0}, "copies"),
        ({"copies": 10_001}, "copies"),
        ({"start": 11}, "start"),
        ({"start": 0}, "start"),
    ],
)
def test_nonsense_is_refused_and_the_field_named(values: dict[str, Any], field: str) -> None:
    farm = make_farm()
    with pytest.raises(Invalid) as refusal:
        print_lot(farm, farm.harvest(), **values)
    assert refusal.value.field == field
    assert db.session.scalar(select(LabelRun.id)) is None


def test_labels_that_are_too_small_are_refused_before_anything_is_made() -> None:
    farm = make_farm()
    lot = farm.harvest(lot_number="%" * 20)
    with pytest.raises(LabelTooSmall):
        print_items(farm, lot, issue(farm, lot, 5, "A" + "/" * 9), 1, 5, design="a4-5x13")
    assert db.session.scalar(select(LabelRun.id)) is None


def test_nobody_fills_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_UNFINISHED", 2)
    farm = make_farm()
    lot = farm.harvest()
    runs = [print_lot(farm, lot) for _ in range(2)]
    with pytest.raises(Conflict):
        print_lot(farm, lot)
    draw(str(runs[0].id))
    print_lot(farm, lot)


def test_others_print_nothing() -> None:
    farm, other = make_farm(), make_farm()
    lot, foreign = farm.harvest(), other.harvest()
    block = issue(other, foreign, 5)
    for actor in (other.actor, ANONYMOUS, actor_of(make_user(RoleName.CONSUMER))):
        with pytest.raises(NotFound):
            print_labels(actor=actor, lot_id=lot.id, design="a4-2x5", copies=1)
    for block_id in (block.id, new_id()):
        with pytest.raises(NotFound):
            print_labels(actor=farm.actor, lot_id=lot.id, design="a4-2x5", copies=1, items=ItemRange(block_id, 1, 5))


def test_the_worker_is_told_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[uuid.UUID] = []
    monkeypatch.setattr(usecases, "enqueue", lambda task, run_id: told.append(uuid.UUID(run_id)))
    with atomic():
        farm = make_farm()
        lot = farm.harvest()
    with pytest.raises(Invalid), atomic():
        print_lot(farm, lot, copies=0)
    assert told == []
    with atomic():
        run = print_lot(farm, lot)
    assert told == [run.id]
