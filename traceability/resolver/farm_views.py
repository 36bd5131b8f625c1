"""A producer's pages of links: what their codes lead to, and a form to set more."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import after_commit, atomic, utc_now
from core.errors import AppError
from core.i18n import current_locale
from core.i18n import gettext as _
from core.jobs import enqueue
from core.web.access import roles
from core.web.paging import paginate, requested_page
from traceability.forms import show_error
from traceability.gs1.digital_link import DigitalLink, build_digital_link
from traceability.gs1.element_strings import format_element_string
from traceability.resolver.forms import LinkForm, NewLinkForm
from traceability.resolver.models import ResolverLink
from traceability.resolver.queries import get_link, keys_of, links_of
from traceability.resolver.tasks import check_link
from traceability.resolver.usecases import add_link, change_link, remove_link
from traceability.resolver.vocabulary import link_type_title

blueprint = Blueprint("links", __name__, url_prefix="/farm/links")


@blueprint.get("")
@roles(RoleName.PRODUCER_MEMBER)
def index() -> ResponseReturnValue:
    """The links that the reader's producers set, and the codes that more can be set for."""
    actor = current_actor()
    return render_template(
        "traceability/resolver/index.html",
        page=paginate(links_of(actor), page=requested_page(), per_page=20),
        keys=keys_of(actor, locale=current_locale()),
        now=utc_now(),
        kind=lambda link: link_type_title(link.link_type, current_locale()),
        code=lambda link: format_element_string(_digital_link(link).keys),
        all_links=lambda link: _digital_link(link).path + "?linkType=linkset",
    )


@blueprint.route("/new", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def new() -> ResponseReturnValue:
    """Set a link."""
    form = NewLinkForm()
    form.offer_choices()
    if request.method == "GET":
        form.code.process_data(request.args.get("code"))
        form.media_type.process_data("text/html")
    if form.validate_on_submit():
        try:
            with atomic():
                link = add_link(actor=current_actor(), code=form.code.data or "", target=form.target())
                _look_at(link)
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The link was set. It works at once."), "success")
            return redirect(url_for("links.index"), code=303)
    status = 422 if form.errors else 200
    return render_template("traceability/resolver/form.html", form=form, link=None), status


@blueprint.route("/<uuid:link_id>", methods=["GET", "POST"])
@roles(RoleName.PRODUCER_MEMBER)
def edit(link_id: uuid.UUID) -> ResponseReturnValue:
    """Change a link."""
    link = get_link(current_actor(), link_id)
    form = LinkForm()
    if request.method == "GET":
        form.fill(link)
    form.offer_choices()
    if form.validate_on_submit():
        try:
            with atomic():
                _look_at(change_link(actor=current_actor(), link_id=link_id, target=form.target()))
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("The link was changed."), "success")
            return redirect(url_for("links.index"), code=303)
    status = 422 if form.errors else 200
    code = format_element_string(_digital_link(link).keys)
    return render_template("traceability/resolver/form.html", form=form, link=link, code=code), status


@blueprint.post("/<uuid:link_id>/remove")
@roles(RoleName.PRODUCER_MEMBER)
def remove(link_id: uuid.UUID) -> ResponseReturnValue:
    """Take a link away."""
    with atomic():
        remove_link(actor=current_actor(), link_id=link_id)
    flash(_("The link was removed."), "success")
    return redirect(url_for("links.index"), code=303)


def _look_at(link: ResolverLink) -> None:
    """Have the target's certificate looked at once the link is stored."""
    link_id = str(link.id)
    after_commit(lambda: enqueue(check_link, link_id))


def _digital_link(link: ResolverLink) -> DigitalLink:
    return build_digital_link([(link.primary_ai, link.primary_value), *link.qualifiers.items()])
