import pytest
import requests
import stripe

from .running import VISA, Sandbox


def test_the_page_shows_what_is_paid_for(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    answer = sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10)
    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
    for wanted in ("Bưởi Phúc Trạch", "₫120,000", "no real money is taken", "4242 4242 4242 4242", "Test cards"):
        assert wanted in answer.text
    assert 'href="http://localhost:8120/orders/abc"' in answer.text


def test_the_page_speaks_the_language_of_the_session(sandbox: Sandbox) -> None:
    page = f"{sandbox.url}/c/pay/{sandbox.create_session(locale='vi').id}"
    assert '<html lang="vi">' in sandbox.browser.get(page, headers={"Accept-Language": "en"}, timeout=10).text
    auto = f"{sandbox.url}/c/pay/{sandbox.create_session(locale='auto').id}"
    assert '<html lang="en">' in sandbox.browser.get(auto, headers={"Accept-Language": "en-US"}, timeout=10).text
    assert '<html lang="vi">' in sandbox.browser.get(auto, headers={"Accept-Language": "fr"}, timeout=10).text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "4242424242424241"}, "card_number"),
        ({"number": ""}, "card_number"),
        ({"card_expiry": "01/20"}, "card_expiry"),
        ({"card_expiry": "99/99"}, "card_expiry"),
        ({"card_cvc": "1"}, "card_cvc"),
        ({"card_name": ""}, "card_name"),
        ({"email": "nobody"}, "email"),
        ({"card_name": "\0"}, "card_name"),
    ],
)
def test_a_mistake_names_its_field_and_charges_nothing(sandbox: Sandbox, typed: dict[str, str], field: str) -> None:
    session = sandbox.create_session()
    answer = sandbox.pay(session.id, **typed)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'aria-describedby="{field}-help"' in answer.text
    assert sandbox.client.v1.events.list().data == []


def test_what_was_typed_is_kept_but_never_the_card(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    answer = sandbox.pay(
        session.id, card_expiry="01/20", card_cvc="987", card_name='<b>"Mẫu"</b>', email="mau@example.com"
    )
    assert 'value="mau@example.com"' in answer.text
    assert 'value="01/20"' in answer.text
    assert "&lt;b&gt;&#34;Mẫu&#34;&lt;/b&gt;" in answer.text
    assert "ends in 4242" in answer.text
    assert VISA not in answer.text
    assert 'value="987"' not in answer.text


def test_no_full_card_number_is_stored(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    sandbox.pay(session.id, "4000002760003184")
    sandbox.authenticate(session.id, "complete")
    sandbox.pay(sandbox.create_session().id, "4000000000000002")
    store = sandbox.serving.app.extensions["payment_sandbox_store"]
    with store.open() as books:
        for table in ("objects", "events"):
            dump = books.connection.exec_driver_sql(f"SELECT string_agg(t::text, '') FROM payment_sandbox.{table} t")
            text = dump.scalar_one()
            assert "4000002760003184" not in text
            assert "4000000000000002" not in text


def test_a_paid_session_says_so_and_leads_back(sandbox: Sandbox) -> None:
    session = sandbox.paid_session()
    page = sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10)
    assert page.status_code == 200
    assert "This has been paid already" in page.text
    assert f"/return?session={session.id}" in page.text
    assert sandbox.pay(session.id, "4000000000000002").status_code == 303


def test_only_the_placeholder_as_stripe_writes_it_is_filled_in(sandbox: Sandbox) -> None:
    encoded = "http://localhost:8120/return?session=%7BCHECKOUT_SESSION_ID%7D"
    session = sandbox.create_session(success_url=encoded)
    assert sandbox.pay(session.id).headers["Location"] == encoded


def test_unknown_pages_are_404(sandbox: Sandbox) -> None:
    for path in ("/c/pay/cs_test_unknown", "/c/pay/a%00", "/c/pay/cs_test_unknown/authenticate", "/nothing"):
        assert sandbox.browser.get(sandbox.url + path, timeout=10).status_code == 404
    assert sandbox.browser.post(f"{sandbox.url}/sandbox/events/%00/resend", timeout=10).status_code == 404


def test_other_sites_cannot_send_the_forms(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    headers = {"Sec-Fetch-Site": "cross-site"}
    for path in (f"/c/pay/{session.id}", "/sandbox/switches"):
        assert sandbox.browser.post(sandbox.url + path, headers=headers, timeout=10).status_code == 403


def test_the_policy_allows_no_script_and_the_way_back_to_the_shop(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    answer = sandbox.browser.get(f"{sandbox.url}/c/pay/{session.id}", timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("form-action 'self' http://localhost:8120")
    for forbidden in ("<script", "style=", "onclick"):
        assert forbidden not in answer.text
    style = sandbox.browser.get(f"{sandbox.url}/static/sandbox.css", timeout=10)
    assert (style.status_code, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


def test_the_overview_shows_what_the_sandbox_holds(sandbox: Sandbox) -> None:
    paid = sandbox.paid_session()
    sandbox.client.v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 30_000})
    page = sandbox.browser.get(sandbox.url, headers={"Accept-Language": "en"}, timeout=10)
    for wanted in (paid.payment_intent, "₫120,000", "₫30,000", "checkout.session.completed", "pending", "Send again"):
        assert wanted in page.text


@pytest.mark.parametrize("delay", ["-1", "x", "3601", "1.5"])
def test_a_senseless_delay_is_refused(sandbox: Sandbox, delay: str) -> None:
    answer = sandbox.browser.post(f"{sandbox.url}/sandbox/switches", {"delay": delay}, timeout=10)
    assert answer.status_code == 422
    assert f'value="{delay}"' in answer.text
    assert sandbox.browser.get(f"{sandbox.url}/sandbox/switches", timeout=10).json()["delay"] == 0


def press(sandbox: Sandbox, path: str, **typed: str) -> requests.Response:
    return sandbox.browser.post(f"{sandbox.url}/sandbox/{path}", typed, allow_redirects=False, timeout=10)


def newest_event(sandbox: Sandbox) -> stripe.Event:
    return sandbox.client.v1.events.list({"limit": 1}).data[0]


def test_a_session_is_expired_from_the_page_once(sandbox: Sandbox) -> None:
    session = sandbox.create_session()
    assert press(sandbox, f"sessions/{session.id}/expire").status_code == 303
    assert sandbox.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert newest_event(sandbox).type == "checkout.session.expired"
    assert press(sandbox, f"sessions/{session.id}/expire").status_code == 400
    assert press(sandbox, "sessions/cs_test_unknown/expire").status_code == 404


def test_a_payment_is_given_back_from_the_page_once(sandbox: Sandbox) -> None:
    paid = sandbox.paid_session()
    charge = sandbox.client.v1.payment_intents.retrieve(paid.payment_intent).latest_charge
    assert press(sandbox, f"charges/{charge}/refund").status_code == 303
    assert sandbox.client.v1.charges.retrieve(charge).amount_refunded == paid.amount_total
    assert press(sandbox, f"charges/{charge}/refund").status_code == 400
    assert len(sandbox.client.v1.refunds.list().data) == 1


def test_any_event_is_sent_about_any_object_of_its_kind(sandbox: Sandbox) -> None:
    paid = sandbox.paid_session()
    assert press(sandbox, "events", type="checkout.session.expired", object=f" {paid.id} ").status_code == 303
    event = newest_event(sandbox)
    assert (event.type, event.data.object["id"], event.pending_webhooks) == ("checkout.session.expired", paid.id, 1)
    assert event.data.object["payment_status"] == "paid", "the object as it is, whatever the event says"


@pytest.mark.parametrize(
    ("kind", "object_id"),
    [
        ("checkout.session.expired", "cs_test_unknown"),
        ("refund.created", "not an id"),
        ("refund.created", ""),
        ("unicorn.created", "cs_test_1"),
        ("", ""),
    ],
)
def test_events_about_nothing_are_refused_and_what_was_typed_stays(sandbox: Sandbox, kind: str, object_id: str) -> None:
    answer = press(sandbox, "events", type=kind, object=object_id)
    assert answer.status_code == 422
    assert 'id="object-help"' in answer.text
    assert f'value="{object_id}"' in answer.text
    assert sandbox.client.v1.events.list().data == []
