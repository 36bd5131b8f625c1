"""Questions about a product over HTTP: asked with an account, answered by the producer or another buyer."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName, User
from core.db import db
from market.questions.models import Question, QuestionAnswer
from market.questions.usecases import ask_question
from tests.factories import make_user, sign_in
from tests.support.shopping import Shop, make_shop
from tests.traceability.farm import actor_of, make_farm

WORDS = "Bưởi này để được bao lâu vậy ạ?"
ANSWER = "Để nơi thoáng được ba tuần (mẫu)."


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    return make_shop()


@pytest.fixture
def asker(shop: Shop) -> User:
    return make_user(RoleName.CONSUMER)


@pytest.fixture
def question(shop: Shop, asker: User) -> Question:
    asked = ask_question(actor=actor_of(asker), product_id=shop.farm.product.id, body=WORDS)
    db.session.commit()
    return asked


def answers() -> list[QuestionAnswer]:
    return list(db.session.scalars(select(QuestionAnswer).order_by(QuestionAnswer.id)))


def test_whoever_is_signed_in_asks_once_and_everybody_reads_it(client: FlaskClient, shop: Shop, asker: User) -> None:
    path = f"/products/{shop.slug}/questions/new"
    assert path in client.get(f"/products/{shop.slug}").text
    sign_in(client, asker)
    for _ in range(2):
        answer = client.post(path, data={"body": WORDS})
        assert answer.status_code == 303
    question = db.session.scalars(select(Question)).one()
    assert answer.headers["Location"] == f"/questions/{question.id}"
    for page in (f"/products/{shop.slug}", f"/products/{shop.slug}/questions", f"/questions/{question.id}"):
        assert WORDS in client.get(page).text


def test_strangers_are_asked_to_sign_in(client: FlaskClient, shop: Shop, question: Question) -> None:
    for path in (f"/products/{shop.slug}/questions/new", f"/questions/{question.id}"):
        assert "/sign-in" in client.post(path, data={"body": WORDS}).headers["Location"]
    assert "/sign-in" in client.get(f"/products/{shop.slug}/questions/new").headers["Location"]


@pytest.mark.parametrize("body", ["", "Sao?", "x" * 1001, "Để \x00 được bao lâu?"])
def test_a_question_has_a_sensible_length(client: FlaskClient, shop: Shop, asker: User, body: str) -> None:
    sign_in(client, asker)
    answer = client.post(f"/products/{shop.slug}/questions/new", data={"body": body})
    assert answer.status_code == 422
    assert db.session.scalars(select(Question)).all() == []


def test_the_producer_and_another_buyer_answer_and_are_marked(
    client: FlaskClient, shop: Shop, question: Question
) -> None:
    buyer = make_user(RoleName.CONSUMER)
    shop.buy(buyer)
    sign_in(client, buyer)
    assert client.post(f"/questions/{question.id}", data={"body": "Tôi để hai tuần (mẫu)."}).status_code == 303
    shop.farm.signed_in(client)
    assert f"/questions/{question.id}" in client.get("/farm/questions").text
    assert client.post(f"/questions/{question.id}", data={"body": ANSWER}).status_code == 303
    assert [answer.by_producer for answer in answers()] == [False, True]
    page = client.get(f"/products/{shop.slug}?lang=en").text
    assert page.index(ANSWER) < page.index("Tôi để hai tuần")
    assert "Bought it too" in page
    assert shop.farm.producer.name in page


def test_the_same_answer_sent_twice_is_one(client: FlaskClient, shop: Shop, question: Question) -> None:
    shop.farm.signed_in(client)
    for _ in range(2):
        client.post(f"/questions/{question.id}", data={"body": ANSWER})
    assert len(answers()) == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger to the product", 422),
        ("whoever asked, though a buyer", 422),
        ("buyer whose parcel is not on its way", 422),
        ("buyer", 303),
        ("another farm", 422),
        ("administrator", 303),
    ],
)
def test_who_answers(client: FlaskClient, shop: Shop, asker: User, question: Question, who: str, status: int) -> None:
    person = make_user(RoleName.CONSUMER)
    if who == "whoever asked, though a buyer":
        person = asker
        shop.buy(asker)
    elif who == "buyer whose parcel is not on its way":
        shop.buy(person, shipped=False)
    elif who == "buyer":
        shop.buy(person)
    elif who == "another farm":
        person = make_farm().user
    elif who == "administrator":
        person = make_user(RoleName.ADMINISTRATOR)
    sign_in(client, person)
    offered = 'name="body"' in client.get(f"/questions/{question.id}").text
    answer = client.post(f"/questions/{question.id}", data={"body": ANSWER})
    assert (answer.status_code, offered) == (status, status == 303)
    if status == 422:
        assert ANSWER in answer.text


def test_a_farm_reads_the_questions_about_its_own_products_only(client: FlaskClient, question: Question) -> None:
    assert WORDS not in make_farm().signed_in(client).get("/farm/questions").text


def test_words_are_text(client: FlaskClient, shop: Shop, asker: User) -> None:
    ask_question(actor=actor_of(asker), product_id=shop.farm.product.id, body="<img src=x onerror=alert(1)>")
    db.session.commit()
    assert "&lt;img src=x" in client.get(f"/products/{shop.slug}").text


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/products/{slug}", 2),
        ("/products/{slug}/questions", 3),
        ("/questions/{question}", 2),
        ("/farm/questions", 5),
    ],
)
def test_pages_cost_a_constant_number_of_queries(
    client: FlaskClient,
    shop: Shop,
    asker: User,
    question: Question,
    count_queries: Callable,
    path: str,
    queries: int,
) -> None:
    if path.startswith("/farm"):
        shop.farm.signed_in(client)
    target = path.format(slug=shop.slug, question=question.id)
    first = question.id

    def answer(question_id: object) -> None:
        given = {"author_id": shop.farm.user.id, "author_name": "Mẫu", "by_producer": True, "body": ANSWER}
        db.session.add(QuestionAnswer(question_id=question_id, **given))
        db.session.commit()

    answer(first)
    client.get(target)
    db.session.expire_all()
    with count_queries() as few:
        assert client.get(target).status_code == 200
    for number in range(4):
        more = ask_question(actor=actor_of(asker), product_id=shop.farm.product.id, body=f"{WORDS} {number}")
        answer(more.id)
        answer(first)
    db.session.expire_all()
    with count_queries() as many:
        assert client.get(target).status_code == 200
    assert len(few) == len(many) == queries
