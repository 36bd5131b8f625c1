"""Pages of recalls for producers, and for who decides."""

import uuid

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.policies import may_act_for
from core.accounts import current_actor
from core.db import atomic, utc_now
from core.errors import AppError, Invalid, NotFound
from core.i18n import current_locale
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import show_error
from traceability.lots.amounts import format_kilograms
from traceability.lots.showing import HOLDING_NAMES
from traceability.recalls import documents, rules, usecases
from traceability.recalls.deadlines import deadline_of
from traceability.recalls.forms import (
    CLASS_NAMES,
    RETURN_NAMES,
    ClosingForm,
    DecisionForm,
    ProposalForm,
    ReturnForm,
)
from traceability.recalls.models import Recall, ReturnKind
from traceability.recalls.policies import READERS, may_decide
from traceability.recalls.progress import progress_of
from traceability.recalls.queries import (
    get_mock_recall,
    get_recall,
    mock_recalls_of,
    recalls_of,
    returns_of,
)
from traceability.recalls.sources import Origin, find_origin, kind_name
from traceability.recalls.tracing import RecallPicture, picture_of

blueprint = Blueprint("recalls", __name__, url_prefix="/farm/recalls")


@blueprint.get("")
@roles(*READERS)
def index() -> ResponseReturnValue:
    """Recalls and mock recalls that the reader has to do with."""
    actor, now = current_actor(), utc_now()
    return render_template(
        "traceability/recalls/index.html",
        page=paginate(recalls_of(actor), page=requested_page(), per_page=20),
        mocks=mock_recalls_of(actor),
        deadline_of=lambda recall: deadline_of(recall, now=now),
        kind_name=kind_name,
        kilograms=format_kilograms,
        share=rules.share,
    )


@blueprint.get("/trace")
@roles(*READERS)
def trace() -> ResponseReturnValue:
    """What a recall from here would reach: who holds what, how much is sold, who to call."""
    actor, origin = current_actor(), _origin()
    return render_template(
        "traceability/recalls/trace.html",
        origin=origin,
        may_propose=may_act_for(actor, origin.producer_id),
        **_picture(picture_of(actor, origin.lot_ids)),
    )


@blueprint.post("/trace")
@roles(*READERS)
def rehearse() -> ResponseReturnValue:
    """A mock recall: the same, timed and kept."""
    try:
        with atomic():
            mock_id = usecases.run_mock_recall(actor=current_actor(), origin=_origin()).id
    except Invalid as error:
        flash(str(error.message), "error")
        return redirect(url_for("recalls.index"), code=303)
    return redirect(url_for("recalls.mock", mock_id=mock_id), code=303)


@blueprint.get("/mocks/<uuid:mock_id>")
@roles(*READERS)
def mock(mock_id: uuid.UUID) -> ResponseReturnValue:
    """The report of a mock recall."""
    return render_template(
        "traceability/recalls/mock.html",
        mock=get_mock_recall(current_actor(), mock_id),
        kind_name=kind_name,
        kilograms=format_kilograms,
        share=rules.share,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@roles(*READERS)
def new() -> ResponseReturnValue:
    """Propose a recall."""
    actor, origin, form = current_actor(), _origin(), ProposalForm()
    if not may_act_for(actor, origin.producer_id):
        raise NotFound
    picture = picture_of(actor, origin.lot_ids)
    form.offer_classes()
    form.lots.choices = [(str(lot.lot.id), f"{_name(lot.lot.product)} · {lot.lot.lot_number}") for lot in picture.lots]
    if request.method == "GET":
        form.lots.process_data([choice.value for choice in form.lots.choices])
    if form.validate_on_submit():
        try:
            with atomic():
                recall_id = usecases.propose_recall(
                    actor=actor,
                    origin=origin,
                    lot_ids=[uuid.UUID(value) for value in form.lots.data],
                    recall_class=int(form.recall_class.data),
                    reason=form.reason.data or "",
                    notice_vi=form.notice_vi.data or "",
                    notice_en=form.notice_en.data or "",
                ).id
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The recall was proposed. An officer must decide it within 24 hours."), "success")
            return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/recalls/new.html", form=form, origin=origin, **_picture(picture)), status


@blueprint.get("/<uuid:recall_id>")
@roles(*READERS)
def detail(recall_id: uuid.UUID) -> ResponseReturnValue:
    """One recall: how it stands, what it reaches, what has come back."""
    return _detail(get_recall(current_actor(), recall_id))


@blueprint.post("/<uuid:recall_id>/decision")
@roles(*READERS)
def decide(recall_id: uuid.UUID) -> ResponseReturnValue:
    """Approve or reject a proposal."""
    actor, form = current_actor(), DecisionForm()
    recall = get_recall(actor, recall_id)
    approves = request.form.get("decision") == "approve"
    if not form.validate_on_submit():
        return _detail(recall, decision_form=form, status=422)
    try:
        with atomic():
            verb = usecases.approve_recall if approves else usecases.reject_recall
            verb(actor=actor, recall_id=recall_id, note=form.note.data)
    except Invalid as error:
        show_error(form, error)
        return _detail(get_recall(actor, recall_id), decision_form=form, status=422)
    flash(_("The recall holds from now on.") if approves else _("The proposal was rejected."), "success")
    return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)


@blueprint.post("/<uuid:recall_id>/returns")
@roles(*READERS)
def note_return(recall_id: uuid.UUID) -> ResponseReturnValue:
    """Note goods that came back or were destroyed."""
    actor = current_actor()
    recall, form = get_recall(actor, recall_id), ReturnForm()
    _offer_lots(form, recall)
    if not form.validate_on_submit():
        return _detail(recall, return_form=form, status=422)
    assert isinstance(form.kilograms.data, int)
    try:
        with atomic():
            usecases.record_return(
                actor=actor,
                recall_id=recall_id,
                lot_id=uuid.UUID(form.lot.data),
                kind=ReturnKind(form.kind.data),
                grams=form.kilograms.data,
                note=form.note.data,
            )
    except Invalid as error:
        show_error(form, error)
        return _detail(get_recall(actor, recall_id), return_form=form, status=422)
    flash(_("Noted."), "success")
    return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)


@blueprint.post("/<uuid:recall_id>/products/<uuid:product_id>/release")
@roles(*READERS)
def release(recall_id: uuid.UUID, product_id: uuid.UUID) -> ResponseReturnValue:
    """Sell a product again, from other lots."""
    with atomic():
        usecases.release_sale(actor=current_actor(), recall_id=recall_id, product_id=product_id)
    flash(_("The product goes on sale again. The recalled lots cannot be packed."), "success")
    return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)


@blueprint.post("/<uuid:recall_id>/closing")
@roles(*READERS)
def close(recall_id: uuid.UUID) -> ResponseReturnValue:
    """Report on the recall and close it."""
    actor, form = current_actor(), ClosingForm(prefix="closing")
    recall = get_recall(actor, recall_id)
    if not form.validate_on_submit():
        return _detail(recall, closing_form=form, status=422)
    try:
        with atomic():
            usecases.close_recall(actor=actor, recall_id=recall_id, note=form.note.data or "")
    except Invalid as error:
        show_error(form, error)
        return _detail(get_recall(actor, recall_id), closing_form=form, status=422)
    flash(_("The recall is closed. Its report is ready."), "success")
    return redirect(url_for("recalls.detail", recall_id=recall_id), code=303)


@blueprint.get("/<uuid:recall_id>/report.<any(pdf,xlsx):form>")
@roles(*READERS)
def report(recall_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """The report as a file: how the recall stands, or how it ended."""
    recall = get_recall(current_actor(), recall_id)
    content = documents.report_of(recall, returns_of(recall.id), locale=current_locale())
    if form == "pdf":
        body = documents.as_pdf(content, fonts_folder=f"{current_app.static_folder}/fonts")
    else:
        body = documents.as_xlsx(content)
    response = Response(body, mimetype=documents.MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="recall-{recall.number}.{form}"'
    return response


def _detail(
    recall: Recall,
    *,
    decision_form: DecisionForm | None = None,
    return_form: ReturnForm | None = None,
    closing_form: ClosingForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    actor = current_actor()
    if return_form is None:
        return_form = ReturnForm(formdata=None)
        _offer_lots(return_form, recall)
    returns = returns_of(recall.id)
    page = render_template(
        "traceability/recalls/detail.html",
        recall=recall,
        deadline=deadline_of(recall, now=utc_now()),
        class_name=CLASS_NAMES[recall.recall_class],
        progress=progress_of(recall, returns),
        returns=returns,
        return_names=RETURN_NAMES,
        is_proposer=recall.proposed_by == actor.user_id,
        may_decide=may_decide(actor) and recall.proposed_by != actor.user_id,
        decision_form=decision_form or DecisionForm(formdata=None),
        return_form=return_form,
        closing_form=closing_form or ClosingForm(formdata=None, prefix="closing"),
        kind_name=kind_name,
        **_picture(picture_of(actor, [row.lot_id for row in recall.lots])),
    )
    return page, status


def _picture(picture: RecallPicture) -> dict[str, object]:
    return {
        "picture": picture,
        "kilograms": format_kilograms,
        "product_name": _name,
        "holding_names": HOLDING_NAMES,
    }


def _offer_lots(form: ReturnForm, recall: Recall) -> None:
    form.lot.choices = [(str(row.lot_id), row.lot.lot_number) for row in recall.lots]
    form.kind.choices = [(str(kind), str(name)) for kind, name in RETURN_NAMES.items()]


def _origin() -> Origin:
    return find_origin(current_actor(), request.args.get("from", ""), request.args.get("id", ""))


def _name(product: object) -> str:
    return str(getattr(product, "name_en" if current_locale() == "en" else "name_vi"))
