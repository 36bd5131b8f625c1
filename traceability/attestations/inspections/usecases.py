"""Writes of inspections: take one, note findings, close it; and what producers report of their corrections."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor, RoleName
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import gettext as _
from core.i18n import local_today
from traceability.attestations.inspections.models import CorrectiveAction, Finding, Inspection
from traceability.attestations.inspections.policies import is_inspector, may_inspect
from traceability.attestations.inspections.queries import (
    actions_of,
    findings_of,
    get_self_check_to_inspect,
    inspections_of,
    score_of_findings,
)
from traceability.attestations.inspections.rules import STATUS_AFTER, check_due_date, check_visit_date, result_of
from traceability.attestations.self_checks.models import Answer, SelfCheck, SelfCheckStatus
from traceability.attestations.self_checks.queries import Sheet, find_self_check, get_self_check, sheet_of
from traceability.attestations.self_checks.rules import check_step


class GivenFinding(NamedTuple):
    """What an inspector found of one item, and what must be mended until when."""

    verdict: Answer
    note: str | None = None
    correction: str | None = None
    due_on: date | None = None


def start_inspection(*, actor: Actor, self_check_id: uuid.UUID) -> Inspection:
    """Take a self-check that waits, or one whose corrections are to be looked at again.

    A re-inspection begins with what conformed the last time; what did not is looked at anew. Raises NotFound, Refused
    for members of the producer, Conflict when somebody else was faster.
    """
    self_check = find_self_check(self_check_id, lock=True)
    if self_check is None or not is_inspector(actor) or self_check.status == SelfCheckStatus.DRAFT:
        raise NotFound
    if not may_inspect(actor, self_check):
        raise Refused(_("You belong to this producer, or did when it was handed in. Somebody else must inspect it."))
    check_step(self_check.status, SelfCheckStatus.UNDER_INSPECTION)
    earlier = inspections_of(self_check.id)
    self_check.status = SelfCheckStatus.UNDER_INSPECTION
    self_check.inspection_count += 1
    assert actor.user_id is not None
    inspection = Inspection(self_check_id=self_check.id, number=self_check.inspection_count, inspector_id=actor.user_id)
    db.session.add(inspection)
    db.session.flush()
    if earlier:
        for item_id, finding in findings_of(earlier[0].id).items():
            if finding.verdict != Answer.NO:
                db.session.add(
                    Finding(inspection_id=inspection.id, item_id=item_id, verdict=finding.verdict, note=finding.note)
                )
        db.session.flush()
    return inspection


def take_over_inspection(*, actor: Actor, self_check_id: uuid.UUID) -> Inspection:
    """Go on with an inspection that somebody else began: officers of the province only.

    Raises NotFound, Refused for other inspectors, Conflict when it is closed.
    """
    self_check = get_self_check_to_inspect(actor, self_check_id, lock=True)
    if not actor.has_role(RoleName.PROVINCE_OFFICER):
        raise Refused
    inspection = _open_inspection(self_check)
    assert actor.user_id is not None
    inspection.inspector_id = actor.user_id
    db.session.flush()
    return inspection


def record_findings(
    *, actor: Actor, self_check_id: uuid.UUID, findings: Mapping[uuid.UUID, GivenFinding]
) -> Inspection:
    """Note what was found of some items, by item; items that are not named stay as they are.

    Raises NotFound, Refused for who did not take the inspection, Conflict when it is closed, Invalid for a last day
    that makes no sense.
    """
    self_check, inspection = _own_inspection(actor, self_check_id)
    known = {row.item.id for row in sheet_of(self_check).rows}
    if not known >= findings.keys():
        raise NotFound
    today = local_today(utc_now())
    for item_id, given in findings.items():
        if given.due_on is not None:
            check_due_date(given.due_on, today=today)
        values = {"verdict": given.verdict, "note": given.note}
        db.session.execute(
            insert(Finding)
            .values(inspection_id=inspection.id, item_id=item_id, **values)
            .on_conflict_do_update(index_elements=["inspection_id", "item_id"], set_=values)
        )
        _keep_action(inspection, item_id, given)
    db.session.expire_all()
    return inspection


def close_inspection(
    *, actor: Actor, self_check_id: uuid.UUID, inspected_on: date, summary: str | None, may_correct: bool
) -> Inspection:
    """End the inspection with the result that the rule of the checklist's version gives.

    Where the standard is not met, `may_correct` says whether the producer may mend it: then every finding that does
    not conform needs a correction with its last day. Raises NotFound, Refused, Conflict, Invalid for the day or, on
    the field `findings`, for what is missing.
    """
    self_check, inspection = _own_inspection(actor, self_check_id)
    check_visit_date(inspected_on, today=local_today(utc_now()))
    sheet = sheet_of(self_check)
    findings = findings_of(inspection.id)
    without = [row.code for row in sheet.rows if row.item.id not in findings]
    if without:
        raise Invalid(_("These items have no finding yet: %(codes)s", codes=_listed(without)), field="findings")
    result = result_of(score_of_findings(sheet, findings), may_correct=may_correct)
    after = STATUS_AFTER[result]
    check_step(self_check.status, after)
    if after == SelfCheckStatus.CORRECTIONS:
        _check_actions(sheet, inspection, findings)
    inspection.inspected_on, inspection.summary = inspected_on, summary
    inspection.result, inspection.closed_at = result, utc_now()
    self_check.status = after
    db.session.flush()
    return inspection


def report_correction(
    *, actor: Actor, self_check_id: uuid.UUID, action_id: uuid.UUID, response: str
) -> CorrectiveAction:
    """Say how something was mended. It can be said anew until somebody looks at it again.

    Raises NotFound for what is not the actor's, Conflict when no corrections are under way, Invalid for `response`.
    """
    self_check = get_self_check(actor, self_check_id, lock=True)
    if self_check.status != SelfCheckStatus.CORRECTIONS:
        raise Conflict(_("No corrections are asked for at the moment."))
    action = db.session.scalar(
        select(CorrectiveAction)
        .join(Inspection, Inspection.id == CorrectiveAction.inspection_id)
        .where(
            CorrectiveAction.id == action_id,
            Inspection.self_check_id == self_check.id,
            Inspection.number == self_check.inspection_count,
        )
    )
    if action is None:
        raise NotFound
    if not response.strip():
        raise Invalid(_("Say what you have done."), field="response")
    action.response, action.reported_by, action.reported_at = response, actor.user_id, utc_now()
    db.session.flush()
    return action


def _own_inspection(actor: Actor, self_check_id: uuid.UUID) -> tuple[SelfCheck, Inspection]:
    """The self-check, locked, and its open inspection, which must be the actor's."""
    self_check = get_self_check_to_inspect(actor, self_check_id, lock=True)
    inspection = _open_inspection(self_check)
    if inspection.inspector_id != actor.user_id:
        raise Refused(_("Somebody else inspects this."))
    return self_check, inspection


def _open_inspection(self_check: SelfCheck) -> Inspection:
    if self_check.status != SelfCheckStatus.UNDER_INSPECTION:
        raise Conflict(_("This inspection is closed, or has not begun."))
    return inspections_of(self_check.id)[0]


def _keep_action(inspection: Inspection, item_id: uuid.UUID, given: GivenFinding) -> None:
    """Keep the correction that belongs to a finding, or take it away where none is asked for any more."""
    if given.verdict == Answer.NO and given.correction and given.due_on is not None:
        values = {"description": given.correction, "due_on": given.due_on}
        db.session.execute(
            insert(CorrectiveAction)
            .values(inspection_id=inspection.id, item_id=item_id, **values)
            .on_conflict_do_update(index_elements=["inspection_id", "item_id"], set_=values)
        )
    else:
        db.session.execute(
            delete(CorrectiveAction).where(
                CorrectiveAction.inspection_id == inspection.id, CorrectiveAction.item_id == item_id
            )
        )


def _check_actions(sheet: Sheet, inspection: Inspection, findings: Mapping[uuid.UUID, Finding]) -> None:
    actions = actions_of(inspection.id)
    without = [
        row.code for row in sheet.rows if findings[row.item.id].verdict == Answer.NO and row.item.id not in actions
    ]
    if without:
        raise Invalid(
            _("Say for each of these what must be mended until when: %(codes)s", codes=_listed(without)),
            field="findings",
        )


def _listed(codes: list[str]) -> str:
    most = 10
    return ", ".join(codes[:most]) + (" …" if len(codes) > most else "")
