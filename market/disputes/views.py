"""The page of a dispute, for who looks after payments."""

import uuid

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.accounts import current_actor
from core.web.access import roles
from market.disputes.queries import get_dispute
from market.payments.policies import OFFICERS

blueprint = Blueprint("disputes", __name__)


@blueprint.get("/payments/disputes/<uuid:dispute_id>")
@roles(*OFFICERS)
def detail(dispute_id: uuid.UUID) -> ResponseReturnValue:
    """What is disputed, until when it can be answered, and what became of it."""
    return render_template("market/disputes/detail.html", dispute=get_dispute(current_actor(), dispute_id))
