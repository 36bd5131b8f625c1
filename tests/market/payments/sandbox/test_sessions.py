import time

import pytest
import stripe

from .running import Sandbox, make_client, session_parameters


def test_a_session_is_created_and_read_back(sandbox: Sandbox) -> None:
    session = sandbox.create_session(
        client_reference_id="order-1", metadata={"order": "1"}, customer_email="mau@example.com"
    )
    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        120_000,
        "vnd",
    )
    assert session.url == f"http://localhost:8121/c/pay/{session.id}"
    assert session.payment_intent is None
    assert session.metadata["order"] == "1"
    assert sandbox.client.v1.checkout.sessions.retrieve(session.id).to_dict() == session.to_dict()


def test_lines_are_added_up_and_can_be_read(sandbox: Sandbox) -> None:
    line = session_parameters(15_000)["line_items"][0]
    session = sandbox.create_session(line_items=[{**line, "quantity": 3}, line], expand=["line_items"])
    assert session.amount_total == 60_000
    assert [item.amount_total for item in session.line_items.data] == [45_000, 15_000]
    assert len(sandbox.client.v1.checkout.sessions.line_items.list(session.id).data) == 2


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"mode": "subscription"}, None, "mode"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"success_url": "not a url"}, "url_invalid", "success_url"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"success_url": "http://[x"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "parameter_invalid_string", "customer_email"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"expires_at": 5}, None, "expires_at"),
        ({"locale": "xx"}, None, "locale"),
        ({"payment_method_types": ["alipay"]}, None, "payment_method_types[0]"),
        ({"expand": ["customer"]}, None, "expand"),
    ],
)
def test_wrong_parameters_are_refused_by_name(
    sandbox: Sandbox, change: dict[str, object], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.create_session(**change)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert sandbox.client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(
    ("unit_amount", "quantity", "code"),
    [(9_999, 1, "amount_too_small"), (0, 5, "amount_too_small"), (50_000_000, 2, "amount_too_large")],
)
def test_totals_have_a_least_and_a_most(sandbox: Sandbox, unit_amount: int, quantity: int, code: str) -> None:
    line = session_parameters(unit_amount)["line_items"][0]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.create_session(line_items=[{**line, "quantity": quantity}])
    assert refused.value.code == code


def test_other_currencies_are_refused(sandbox: Sandbox) -> None:
    line = session_parameters()["line_items"][0]
    dollars = {**line, "price_data": {**line["price_data"], "currency": "usd"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sandbox.create_session(line_items=[dollars])
    assert refused.value.param == "line_items[0][price_data][currency]"


@pytest.mark.parametrize(("minutes", "allowed"), [(28, False), (31, True), (24 * 60 - 1, True), (24 * 60 + 2, False)])
def test_sessions_live_between_half_an_hour_and_a_day(sandbox: Sandbox, minutes: int, allowed: bool) -> None:
    expires_at = int(time.time()) + minutes * 60
    if allowed:
        assert sandbox.create_session(expires_at=expires_at).expires_at == expires_at
    else:
        with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
            sandbox.create_session(expires_at=expires_at)


def test_a_session_can_be_expired_once(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    expired = sandbox.client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.client.v1.checkout.sessions.expire(session.id)


def test_lists_are_newest_first_and_paged(sandbox: Sandbox) -> None:
    made = [sandbox.create_session().id for _ in range(5)]
    sessions = sandbox.client.v1.checkout.sessions
    first = sessions.list({"limit": 2})
    assert [session.id for session in first.data] == made[:2:-1]
    assert first.has_more
    assert [session.id for session in first.auto_paging_iter()] == made[::-1]
    before = sessions.list({"limit": 2, "ending_before": made[0]})
    assert [session.id for session in before.data] == [made[2], made[1]]
    assert sessions.list({"created": {"gte": int(time.time()) + 60}}).data == []
    assert len(sessions.list({"created": {"gte": int(time.time()) - 60}, "status": "open"}).data) == 5
    with pytest.raises(stripe.InvalidRequestError, match="limit"):
        sessions.list({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError):
        sessions.list({"starting_after": "cs_test_unknown"})


def test_sessions_are_found_by_their_payment(sandbox: Sandbox) -> None:
    sandbox.create_session()
    paid = sandbox.paid_session()
    found = sandbox.client.v1.checkout.sessions.list({"payment_intent": paid.payment_intent})
    assert [session.id for session in found.data] == [paid.id]


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "a%00b", "ừ", "x" * 300])
def test_unknown_objects_are_404(sandbox: Sandbox, session_id: str) -> None:
    for path in (f"/v1/checkout/sessions/{session_id}", f"/v1/events/{session_id}", f"/v1/charges/{session_id}"):
        answer = sandbox.browser.get(sandbox.url + path, auth=("sk_test_sandbox", ""), timeout=10)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "resource_missing"


def test_the_key_is_asked_for(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        make_client(sandbox.url, "sk_test_other").v1.checkout.sessions.list()
    assert refused.value.http_status == 401
    answer = sandbox.browser.get(f"{sandbox.url}/v1/events", timeout=10)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")
    assert sandbox.browser.get(f"{sandbox.url}/v1/events", auth=("sk_test_sandbox", ""), timeout=10).ok


def test_answers_carry_the_headers_of_stripe(sandbox: Sandbox) -> None:
    headers = {"Authorization": "Bearer sk_test_sandbox", "Stripe-Version": "2026-10-28.endive"}
    answer = sandbox.browser.get(f"{sandbox.url}/v1/events", headers=headers, timeout=10)
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"


def test_unknown_addresses_and_methods_answer_as_json(sandbox: Sandbox) -> None:
    unknown = sandbox.browser.get(f"{sandbox.url}/v1/nothing", timeout=10)
    assert (unknown.status_code, unknown.json()["error"]["type"]) == (404, "invalid_request_error")
    assert unknown.headers["Request-Id"]
    wrong = sandbox.browser.delete(f"{sandbox.url}/v1/refunds", timeout=10)
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (405, "invalid_request_error")
    huge = sandbox.browser.post(
        f"{sandbox.url}/v1/refunds", {"charge": "x" * 300_000}, auth=("sk_test_sandbox", ""), timeout=10
    )
    assert huge.status_code == 413
