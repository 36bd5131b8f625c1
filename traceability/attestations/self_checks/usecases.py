"""Writes of self-checks: begin, answer, show evidence, hand in, take back."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today
from traceability.attestations.checklists.queries import checklists_in_force
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.files.usecases import Upload, store_file
from traceability.attestations.self_checks.models import (
    Answer,
    SelfCheck,
    SelfCheckAnswer,
    SelfCheckEvidence,
    SelfCheckPlot,
    SelfCheckStatus,
)
from traceability.attestations.self_checks.queries import get_self_check, sheet_of
from traceability.attestations.self_checks.rules import check_step
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import in_force
from traceability.diary.models import Plot

MOST_FILES_OF_AN_ITEM = 10
MOST_ENTRIES_OF_AN_ITEM = 60


class GivenAnswer(NamedTuple):
    """What was said of one item."""

    answer: Answer
    note: str | None = None


def start_self_check(
    *, actor: Actor, producer_id: uuid.UUID, checklist_id: uuid.UUID, plot_ids: Collection[uuid.UUID], is_group: bool
) -> SelfCheck:
    """Begin a self-check of some plots against a checklist in force today, which it keeps from now on.

    Raises NotFound for a producer that is not the actor's, Invalid, naming the field, for plots or a checklist that
    are not on offer.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    in_force = {checklist.id for checklist in checklists_in_force(on=local_today(utc_now()))}
    if checklist_id not in in_force:
        raise Invalid(_("Choose a checklist that is in force."), field="checklist_id")
    check_plots(producer_id, plot_ids)
    self_check = SelfCheck(
        producer_id=producer_id, checklist_id=checklist_id, is_group=is_group, started_by=actor.user_id
    )
    db.session.add(self_check)
    db.session.flush()
    db.session.add_all(SelfCheckPlot(self_check_id=self_check.id, plot_id=plot_id) for plot_id in set(plot_ids))
    db.session.flush()
    return self_check


def check_plots(producer_id: uuid.UUID, plot_ids: Collection[uuid.UUID]) -> None:
    """Raise Invalid, naming `plot_ids`, unless they are plots of the producer, and at least one."""
    if not plot_ids:
        raise Invalid(_("Choose at least one plot."), field="plot_ids")
    known = set(db.session.scalars(select(Plot.id).where(Plot.producer_id == producer_id, Plot.id.in_(plot_ids))))
    if known != set(plot_ids):
        raise Invalid(_("Choose plots from the list."), field="plot_ids")


def answer_items(*, actor: Actor, self_check_id: uuid.UUID, answers: Mapping[uuid.UUID, GivenAnswer]) -> None:
    """Keep what was said of some items, by item; items that are not named stay as they are.

    Raises NotFound for what is not the actor's, Conflict when it was handed in meanwhile.
    """
    self_check = _get_draft(actor, self_check_id)
    known = {row.item.id for row in sheet_of(self_check).rows}
    if not known >= answers.keys():
        raise NotFound
    for item_id, given in answers.items():
        values = {
            "answer": given.answer,
            "note": given.note,
            "answered_by": actor.user_id,
            "answered_at": utc_now(),
        }
        db.session.execute(
            insert(SelfCheckAnswer)
            .values(self_check_id=self_check.id, item_id=item_id, **values)
            .on_conflict_do_update(index_elements=["self_check_id", "item_id"], set_=values)
        )
    db.session.expire_all()


def add_evidence(
    *,
    actor: Actor,
    self_check_id: uuid.UUID,
    item_id: uuid.UUID,
    upload: Upload | None = None,
    file_id: uuid.UUID | None = None,
) -> SelfCheckEvidence:
    """Show a file for an item: a new one, or one that the producer's self-checks have already.

    While corrections are under way, new files show what was mended. Raises NotFound, Conflict when nothing may be
    added now, Invalid, naming `file`.
    """
    self_check, shown = _open_item(actor, self_check_id, item_id)
    count = sum(one.file_id is not None for one in shown)
    if count >= MOST_FILES_OF_AN_ITEM:
        raise Invalid(_("There are %(most)s files already. Remove one first.", most=count), field="file")
    file = _file_to_show(actor, self_check, upload, file_id)
    evidence = SelfCheckEvidence(
        self_check_id=self_check.id, item_id=item_id, file_id=file.id, round=self_check.inspection_count
    )
    db.session.add(evidence)
    db.session.flush()
    return evidence


def show_entries(
    *, actor: Actor, self_check_id: uuid.UUID, item_id: uuid.UUID, entry_ids: Collection[uuid.UUID]
) -> list[SelfCheckEvidence]:
    """Show entries of the diary for an item; those that are shown already stay as they are.

    They stay as evidence when they are corrected later. Raises NotFound, Conflict as `add_evidence`, and Invalid,
    naming `entry_ids`, for none, too many, and entries that do not stand on one of the self-check's plots.
    """
    self_check, shown = _open_item(actor, self_check_id, item_id)
    known = {one.entry_id for one in shown if one.entry_id is not None}
    new = set(entry_ids) - known
    if not entry_ids:
        raise Invalid(_("Choose at least one entry."), field="entry_ids")
    if len(new) + len(known) > MOST_ENTRIES_OF_AN_ITEM:
        raise Invalid(
            _("At most %(most)s entries can stand for one item.", most=MOST_ENTRIES_OF_AN_ITEM), field="entry_ids"
        )
    statement = select(DiaryEntry.id).where(
        DiaryEntry.id.in_(new), DiaryEntry.plot_id.in_([plot.id for plot in self_check.plots]), in_force()
    )
    found = db.session.scalars(statement.order_by(DiaryEntry.done_on, DiaryEntry.id)).all()
    if len(found) < len(new):
        raise Invalid(_("Choose entries from the list. One of them was corrected meanwhile."), field="entry_ids")
    evidence = [
        SelfCheckEvidence(
            self_check_id=self_check.id, item_id=item_id, entry_id=entry_id, round=self_check.inspection_count
        )
        for entry_id in found
    ]
    db.session.add_all(evidence)
    db.session.flush()
    return evidence


def remove_evidence(*, actor: Actor, self_check_id: uuid.UUID, evidence_id: uuid.UUID) -> None:
    """Take a file or entry away from an item of a draft. It stays for other items that show it."""
    self_check = _get_draft(actor, self_check_id)
    evidence = db.session.get(SelfCheckEvidence, evidence_id)
    if evidence is None or evidence.self_check_id != self_check.id:
        raise NotFound
    db.session.delete(evidence)
    db.session.flush()


def submit_self_check(*, actor: Actor, self_check_id: uuid.UUID) -> SelfCheck:
    """Hand it in for inspection. Raises Conflict while something is open, or when it was handed in before."""
    self_check = get_self_check(actor, self_check_id, lock=True)
    check_step(self_check.status, SelfCheckStatus.SUBMITTED)
    if not sheet_of(self_check).progress.is_ready:
        raise Conflict(_("It cannot be handed in yet. What is still open stands on the page."))
    self_check.status = SelfCheckStatus.SUBMITTED
    self_check.submitted_by, self_check.submitted_at = actor.user_id, utc_now()
    db.session.flush()
    return self_check


def take_back_self_check(*, actor: Actor, self_check_id: uuid.UUID) -> SelfCheck:
    """Make it a draft again, as long as no inspector has taken it. Raises Conflict afterwards."""
    self_check = get_self_check(actor, self_check_id, lock=True)
    check_step(self_check.status, SelfCheckStatus.DRAFT)
    self_check.status = SelfCheckStatus.DRAFT
    self_check.submitted_by = self_check.submitted_at = None
    db.session.flush()
    return self_check


def _get_draft(actor: Actor, self_check_id: uuid.UUID) -> SelfCheck:
    """The draft, locked. Raises Conflict when it was handed in."""
    self_check = get_self_check(actor, self_check_id, lock=True)
    if self_check.status != SelfCheckStatus.DRAFT:
        raise Conflict(_("It was handed in and cannot be changed. Take it back first."))
    return self_check


def _open_item(
    actor: Actor, self_check_id: uuid.UUID, item_id: uuid.UUID
) -> tuple[SelfCheck, Sequence[SelfCheckEvidence]]:
    """The self-check, locked, and what is shown for the item. Raises Conflict when nothing may be added now."""
    self_check = get_self_check(actor, self_check_id, lock=True)
    if self_check.status not in (SelfCheckStatus.DRAFT, SelfCheckStatus.CORRECTIONS):
        raise Conflict(_("It was handed in. Evidence can be added again when corrections are asked for."))
    row = next((row for row in sheet_of(self_check).rows if row.item.id == item_id), None)
    if row is None:
        raise NotFound
    return self_check, row.evidence


def _file_to_show(actor: Actor, self_check: SelfCheck, upload: Upload | None, file_id: uuid.UUID | None) -> PrivateFile:
    if upload is not None:
        return store_file(actor=actor, producer_id=self_check.producer_id, upload=upload)
    if file_id is None:
        raise Invalid(_("Choose a file or take a photo."), field="file")
    file = db.session.get(PrivateFile, file_id)
    if file is None or file.producer_id != self_check.producer_id:
        raise Invalid(_("Choose a file from the list."), field="file_id")
    return file
