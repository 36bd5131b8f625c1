"""One tap that takes the place of a photo for its plot."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import Conflict, NotFound
from core.i18n import gettext as _
from core.web.access import roles
from traceability.diary.photo_places import place_plot, read_place

blueprint = Blueprint("photo_places", __name__)


@blueprint.post("/farm/diary/plots/<uuid:plot_id>/place")
@roles(RoleName.PRODUCER_MEMBER)
def take(plot_id: uuid.UUID) -> ResponseReturnValue:
    """Take the place for the plot."""
    place = read_place(request.form.get("place"))
    if place is None:
        raise NotFound
    try:
        with atomic():
            place_plot(actor=current_actor(), plot_id=plot_id, place=place)
    except Conflict as error:
        flash(str(error), "warning")
    else:
        flash(_("The place of the photo is now the place of the plot."), "success")
    return redirect(url_for("diary.plot", plot_id=plot_id), code=303)
