from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
import stripe

from .running import Sandbox, session_parameters


def test_the_same_request_twice_is_done_once(sandbox: Sandbox) -> None:
    create = sandbox.client.v1.checkout.sessions.create
    first = create(session_parameters(), {"idempotency_key": "order-1"})
    second = create(session_parameters(), {"idempotency_key": "order-1"})
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(sandbox.client.v1.checkout.sessions.list().data) == 1


def test_a_key_with_other_parameters_or_another_address_is_refused(sandbox: Sandbox) -> None:
    intent = sandbox.paid_session().payment_intent
    options = {"idempotency_key": "refund-1"}
    sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 10_000}, options)
    with pytest.raises(stripe.IdempotencyError) as refused:
        sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 20_000}, options)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        sandbox.client.v1.checkout.sessions.create(session_parameters(), options)
    assert sandbox.client.v1.charges.list({"payment_intent": intent}).data[0].amount_refunded == 10_000


def test_a_refusal_by_the_work_itself_is_replayed(sandbox: Sandbox) -> None:
    intent = sandbox.paid_session().payment_intent
    options = {"idempotency_key": "refund-2"}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 900_000}, options)
        assert refused.value.code == "amount_too_large"
    assert refused.value.headers["Idempotent-Replayed"] == "true"


def test_a_refusal_of_the_parameters_does_not_use_up_the_key(sandbox: Sandbox) -> None:
    create = sandbox.client.v1.checkout.sessions.create
    with pytest.raises(stripe.InvalidRequestError):
        create(session_parameters(mode="setup"), {"idempotency_key": "order-2"})
    assert create(session_parameters(), {"idempotency_key": "order-2"}).status == "open"


def test_a_key_in_use_answers_409(sandbox: Sandbox) -> None:
    store = sandbox.serving.app.extensions["payment_sandbox_store"]
    create = sandbox.client.v1.checkout.sessions.create
    with store.open() as books:
        books.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("busy", 0))))
        with pytest.raises(stripe.APIError) as refused:
            create(session_parameters(), {"idempotency_key": "busy"})
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert create(session_parameters(), {"idempotency_key": "busy"}).status == "open"


def test_many_at_once_with_one_key_make_one_object(sandbox: Sandbox) -> None:
    def create(_: int) -> str | None:
        try:
            return sandbox.client.v1.checkout.sessions.create(session_parameters(), {"idempotency_key": "race"}).id
        except stripe.APIError as busy:
            assert busy.http_status == 409
            return None

    with ThreadPoolExecutor(12) as pool:
        made = {session_id for session_id in pool.map(create, range(12)) if session_id}
    assert len(made) == 1
    assert len(sandbox.client.v1.checkout.sessions.list().data) == 1


def test_keys_are_forgotten_after_a_day(sandbox: Sandbox) -> None:
    create = sandbox.client.v1.checkout.sessions.create
    first = create(session_parameters(), {"idempotency_key": "order-3"})
    sandbox.clock.ahead = 25 * 3600
    sandbox.sweep()
    assert create(session_parameters(), {"idempotency_key": "order-3"}).id != first.id


def test_too_long_a_key_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.IdempotencyError):
        sandbox.client.v1.checkout.sessions.create(session_parameters(), {"idempotency_key": "k" * 256})


def test_a_key_with_nul_is_refused_as_a_wrong_request(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="NUL") as refused:
        sandbox.client.v1.checkout.sessions.create(session_parameters(), {"idempotency_key": "order\0"})
    assert refused.value.http_status == 400


def test_a_refusal_after_the_work_undoes_it_and_its_events(sandbox: Sandbox) -> None:
    intent = sandbox.paid_session().payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        sandbox.client.v1.refunds.create({"payment_intent": intent, "expand": ["customer"]})
    assert sandbox.client.v1.refunds.list().data == []
    assert sandbox.client.v1.events.list({"types": ["refund.created", "charge.refunded"]}).data == []
