"""The buttons on a producer's page."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producer_by_slug
from core.accounts import current_actor
from core.db import atomic
from core.i18n import gettext as _
from core.web.access import signed_in
from core.web.setup import limiter
from market.followers.usecases import follow_producer, unfollow_producer

blueprint = Blueprint("followers", __name__)
PRESSES_OF_AN_ADDRESS = "30/minute"


@blueprint.post("/producers/<slug>/follow")
@limiter.limit(PRESSES_OF_AN_ADDRESS)
@signed_in
def follow(slug: str) -> ResponseReturnValue:
    """Be told when a harvest of this producer opens."""
    producer = get_producer_by_slug(slug)
    with atomic():
        follow_producer(actor=current_actor(), producer_id=producer.id)
    flash(_("You are told when a harvest opens here."), "success")
    return redirect(url_for("storefront.producer", slug=slug), code=303)


@blueprint.post("/producers/<slug>/unfollow")
@limiter.limit(PRESSES_OF_AN_ADDRESS)
@signed_in
def unfollow(slug: str) -> ResponseReturnValue:
    """Be told no more."""
    producer = get_producer_by_slug(slug)
    with atomic():
        unfollow_producer(actor=current_actor(), producer_id=producer.id)
    flash(_("You are not told any more."), "success")
    return redirect(url_for("storefront.producer", slug=slug), code=303)
