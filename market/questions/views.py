"""Pages of questions about products."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from catalog.products.queries import get_published_product
from core.accounts import RoleName, current_actor
from core.db import atomic
from core.errors import AppError
from core.i18n import gettext as _
from core.web.access import public, roles, signed_in
from core.web.paging import paginate, requested_page
from core.web.setup import limiter
from market.questions.forms import AnswerForm, QuestionForm
from market.questions.policies import may_answer
from market.questions.queries import get_question, page_of_questions, questions_to_answer
from market.questions.usecases import answer_question, ask_question
from traceability.forms import show_error

blueprint = Blueprint("questions", __name__)
PER_PAGE = 10
WRITES_OF_AN_ADDRESS = "5/minute;40/day"


@blueprint.get("/products/<slug>/questions")
@public
def of_product(slug: str) -> ResponseReturnValue:
    """What was asked about a product, newest first."""
    product = get_published_product(slug)
    page = page_of_questions(product.id, page=requested_page(), per_page=PER_PAGE)
    return render_template("market/questions/of_product.html", product=product, page=page)


@blueprint.route("/products/<slug>/questions/new", methods=["GET", "POST"])
@limiter.limit(WRITES_OF_AN_ADDRESS, methods=["POST"])
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Ask about a product."""
    product = get_published_product(slug)
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            with atomic():
                question = ask_question(actor=current_actor(), product_id=product.id, body=form.body.data or "")
                address = url_for("questions.detail", question_id=question.id)
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Asked. You are told when somebody answers."), "success")
            return redirect(address, code=303)
    page = render_template("market/questions/new.html", product=product, form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/questions/<uuid:question_id>")
@public
def detail(question_id: uuid.UUID) -> ResponseReturnValue:
    """One question with its answers, and the form for another one where the reader may answer."""
    return _question_page(question_id, AnswerForm())


@blueprint.post("/questions/<uuid:question_id>")
@limiter.limit(WRITES_OF_AN_ADDRESS)
@signed_in
def answer(question_id: uuid.UUID) -> ResponseReturnValue:
    """Answer a question."""
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with atomic():
                answer_question(actor=current_actor(), question_id=question_id, body=form.body.data or "")
        except AppError as error:
            show_error(form, error)
        else:
            flash(_("Your answer stands below the question."), "success")
            return redirect(url_for("questions.detail", question_id=question_id), code=303)
    return _question_page(question_id, form)


@blueprint.get("/farm/questions")
@roles(RoleName.PRODUCER_MEMBER)
def farm_index() -> ResponseReturnValue:
    """The questions about the products of the actor's producers, those without an answer first."""
    page = paginate(questions_to_answer(current_actor()), page=requested_page(), per_page=PER_PAGE)
    return render_template("market/questions/farm_index.html", page=page)


def _question_page(question_id: uuid.UUID, form: AnswerForm) -> ResponseReturnValue:
    question = get_question(question_id)
    page = render_template(
        "market/questions/detail.html",
        question=question,
        answers=[answer for answer in question.answers if answer.hidden_at is None],
        form=form,
        may_answer=may_answer(current_actor(), question),
    )
    return page, 422 if form.errors else 200
