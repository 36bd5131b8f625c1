"""A producer's pages of API tokens."""

import uuid

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producers_of
from core.accounts import Actor, RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import producer_choices, show_error
from traceability.tokens.forms import SCOPE_NAMES, RevokeForm, TokenForm
from traceability.tokens.queries import get_token, tokens_of
from traceability.tokens.usecases import issue_token, revoke_token

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/farm/tokens")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The tokens of the reader's producers, and the form for another one."""
    actor = current_actor()
    form = _form_for(actor)
    form.scopes.data = form.scopes.data or ["read"]
    return _page(actor, form)


@blueprint.post("/farm/tokens")
@roles(RoleName.PRODUCER_MEMBER)
def issue() -> ResponseReturnValue:
    """Make a token and show it in this one answer; it is in no address, no session and no other page."""
    actor = current_actor()
    form = _form_for(actor)
    secret = None
    if form.validate_on_submit():
        try:
            with atomic():
                secret = issue_token(
                    actor=actor,
                    producer_id=uuid.UUID(form.producer_id.data),
                    name=form.name.data or "",
                    scopes=form.scopes.data or (),
                    valid_days=int(form.valid_days.data),
                ).secret
        except AppError as error:
            show_error(form, error)
    if secret is None:
        return _page(actor, form), 422
    empty = _form_for(actor, formdata=None)
    empty.scopes.data = ["read"]
    return _page(actor, empty, secret=secret)


@blueprint.route("/farm/tokens/<uuid:token_id>/revoke", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def revoke(token_id: uuid.UUID) -> ResponseReturnValue:
    """Ask whether a token should end, and end it."""
    actor = current_actor()
    token = get_token(actor, token_id)
    form = RevokeForm()
    if form.validate_on_submit():
        with atomic():
            name = revoke_token(actor=actor, token_id=token_id).name
        flash(_("The token “%(name)s” opens nothing any more.", name=name), "success")
        return redirect(url_for("tokens.index"), code=303)
    return render_template("traceability/tokens/revoke.html", form=form, token=token, now=utc_now())


def _form_for(actor: Actor, **given: object) -> TokenForm:
    """The form with the reader's producers in it; somebody without a producer has no tokens."""
    producers = get_producers_of(actor)
    form = TokenForm(**given)
    form.producer_id.choices = producer_choices(producers)
    return form


def _page(actor: Actor, form: TokenForm, *, secret: str | None = None) -> Response:
    page = paginate(tokens_of(actor), page=requested_page(), per_page=20)
    body = render_template(
        "traceability/tokens/index.html", form=form, page=page, secret=secret, scope_names=SCOPE_NAMES, now=utc_now()
    )
    response = make_response(body)
    response.cache_control.no_store = True
    return response
