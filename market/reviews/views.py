"""Pages of reviews: for everybody, for the buyer who writes one, for the producer who answers."""

import uuid
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.producers.queries import get_producer_by_slug
from catalog.products.queries import get_published_product
from core.accounts import RoleName, current_actor
from core.db import atomic, utc_now
from core.errors import AppError
from core.i18n import gettext as _
from core.storage import storage
from core.web.access import public, roles, secret_link
from core.web.paging import paginate, requested_page
from core.web.photos import allow_photos
from core.web.setup import limiter
from market.moderation.models import ContentKind
from market.moderation.queries import find_reason
from market.orders.models import OrderLine
from market.reviews.forms import AnswerForm, ReviewForm
from market.reviews.models import Review
from market.reviews.queries import (
    find_review_of,
    get_line,
    get_review_to_answer,
    page_of_reviews,
    reviews_to_answer,
)
from market.reviews.rules import MOST_PHOTOS, may_change, name_to_show
from market.reviews.usecases import answer_review, write_review
from traceability.forms import show_error

blueprint = Blueprint("reviews", __name__)
PER_PAGE = 10
WRITES_OF_AN_ADDRESS = "10/minute;60/day"


@blueprint.url_value_preprocessor
def allow_large_uploads(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take all photos of a review at once."""
    allow_photos(MOST_PHOTOS)


@blueprint.get("/products/<slug>/reviews")
@public
def of_product(slug: str) -> ResponseReturnValue:
    """What buyers say about one product."""
    product = get_published_product(slug)
    found = page_of_reviews(Review.product_id == product.id, page=requested_page(), per_page=PER_PAGE)
    return render_template("market/reviews/of_product.html", product=product, found=found)


@blueprint.get("/producers/<slug>/reviews")
@public
def of_producer(slug: str) -> ResponseReturnValue:
    """What buyers say about everything of one producer."""
    producer = get_producer_by_slug(slug)
    found = page_of_reviews(Review.producer_id == producer.id, page=requested_page(), per_page=PER_PAGE)
    return render_template("market/reviews/of_producer.html", producer=producer, found=found)


@blueprint.route("/orders/<token>/lines/<uuid:line_id>/review", methods=["GET", "POST"])
@limiter.limit(WRITES_OF_AN_ADDRESS, methods=["POST"])
@secret_link
def write(token: str, line_id: uuid.UUID) -> ResponseReturnValue:
    """The buyer reviews a line of the order, or sees and changes what they said."""
    line = get_line(token, line_id)
    review = find_review_of(line_id)
    form = ReviewForm()
    if request.method == "GET":
        if review is not None:
            form.fill_from(review)
        else:
            form.author_name.data = name_to_show(line.parcel.order.buyer_name)
    elif form.is_complete(storage()):
        try:
            with atomic():
                write_review(token=token, line_id=line_id, values=form.values())
        except AppError as error:
            show_error(form, error)
            line, review = get_line(token, line_id), find_review_of(line_id)
        else:
            flash(_("Thank you. Your review is on the page of the product."), "success")
            return redirect(url_for("orders.order_page", token=token), code=303)
    return _review_page(form, line, review, token)


def _review_page(form: ReviewForm, line: OrderLine, review: Review | None, token: str) -> ResponseReturnValue:
    is_hidden = review is not None and review.hidden_at is not None
    page = render_template(
        "market/reviews/write.html",
        form=form,
        line=line,
        review=review,
        token=token,
        hidden_because=find_reason(ContentKind.REVIEW, review.id) if review is not None and is_hidden else None,
        may_write=line.parcel.was_taken
        and not is_hidden
        and (review is None or may_change(review.created_at, utc_now())),
    )
    response = make_response(page, 422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/farm/reviews")
@roles(RoleName.PRODUCER_MEMBER)
def farm_index() -> ResponseReturnValue:
    """The reviews of the actor's producers, those without an answer first."""
    page = paginate(reviews_to_answer(current_actor()), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/reviews/farm_index.html", page=page)


@blueprint.route("/farm/reviews/<uuid:review_id>", methods=["GET", "POST"])
@limiter.limit(WRITES_OF_AN_ADDRESS, methods=["POST"])
@roles(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
def answer(review_id: uuid.UUID) -> ResponseReturnValue:
    """Answer a review, or change the answer."""
    actor = current_actor()
    review = get_review_to_answer(actor, review_id)
    form = AnswerForm(data={"body": review.answer.body if review.answer is not None else None})
    if form.validate_on_submit():
        try:
            with atomic():
                answer_review(actor=actor, review_id=review_id, body=form.body.data or "")
        except AppError as error:
            show_error(form, error)
            review = get_review_to_answer(actor, review_id)
        else:
            flash(_("Your answer stands below the review."), "success")
            return redirect(url_for("reviews.farm_index"), code=303)
    hidden = review.answer is not None and review.answer.hidden_at is not None
    page = render_template(
        "market/reviews/answer.html",
        review=review,
        form=form,
        hidden_because=find_reason(ContentKind.REVIEW_ANSWER, review.answer.id) if review.answer and hidden else None,
    )
    return page, 422 if form.errors else 200
