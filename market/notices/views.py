"""The pages of notices, and the end of mails without signing in."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from core.accounts import current_actor
from core.accounts.setup import csrf
from core.db import atomic
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import secret_link, signed_in
from core.web.paging import paginate, requested_page
from core.web.setup import limiter
from market.followers.queries import followed_producers
from market.notices.forms import preferences_form
from market.notices.queries import notices_of, preferences_of
from market.notices.unsubscribing import read_unsubscribe_token
from market.notices.usecases import change_preferences, read_all_notices, read_notice, stop_mails
from market.notices.wording import KIND_ICONS, KIND_NAMES, notice_words
from traceability.forms import show_error

blueprint = Blueprint("notices", __name__)
PER_PAGE = 20


def unread_notices() -> int:
    """How many notices the reader has not read, for the header; nothing is asked for who has no cookie."""
    if not request.cookies or not current_user.is_authenticated:
        return 0
    count: int = current_user.unread_notices
    return count


@blueprint.get("/notices")
@signed_in
def index() -> ResponseReturnValue:
    """What the reader was told, newest first."""
    page = paginate(notices_of(current_actor()), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/notices/index.html", page=page, notice_words=notice_words, icons=KIND_ICONS)


@blueprint.post("/notices/<uuid:notice_id>")
@signed_in
def read(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Go where the notice leads, and mark it as read."""
    with atomic():
        path = read_notice(actor=current_actor(), notice_id=notice_id).path
    return redirect(path, code=303)


@blueprint.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    with atomic():
        read_all_notices(actor=current_actor())
    return redirect(url_for("notices.index"), code=303)


@blueprint.route("/notices/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> ResponseReturnValue:
    """How the reader wants to be told, and whom they follow."""
    actor = current_actor()
    form = preferences_form(preferences_of(actor))
    if form.validate_on_submit():
        try:
            with atomic():
                change_preferences(actor=actor, channels=form.chosen())
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Saved. From now on you are told like this."), "success")
            return redirect(url_for("notices.preferences"), code=303)
    followed = followed_producers(actor.user_id) if actor.user_id is not None else []
    page = render_template(
        "market/notices/preferences.html", form=form, followed=followed, has_address=bool(current_user.email)
    )
    return page, 422 if form.errors else 200


@blueprint.route("/notices/unsubscribe/<token>", methods=["GET", "POST"])
@csrf.exempt
@limiter.limit("30/minute")
@secret_link
def unsubscribe(token: str) -> ResponseReturnValue:
    """End mails of one kind. Programs that look at links change nothing: only the button, or a mail program's own.

    The token is the proof, so the request needs no other (RFC 8058 §3.2 forbids asking for more).
    """
    user_id, kind = read_unsubscribe_token(token)
    is_done = request.method == "POST"
    if is_done:
        with atomic():
            stop_mails(user_id=user_id, kind=kind)
    return render_template("market/notices/unsubscribe.html", kind_name=KIND_NAMES[kind], token=token, is_done=is_done)
