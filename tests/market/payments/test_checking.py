"""`flask payments check`: what is wrong with the set-up, in plain words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask

from core.config import Settings
from core.errors import Unavailable
from market.payments.checking import NEEDED_EVENTS, Finding, Grade, check_setup, webhook_address
from market.payments.configuration import PaymentConfiguration
from market.payments.gateway import KeyRefused, PaymentGateway, WebhookAddress
from market.payments.stripe_gateway import StripeGateway
from tests.support.paying import LiveSandbox

SITE = "https://cho-nguon.example"
HOOK = f"{SITE}/webhooks/stripe"
LIVE = PaymentConfiguration("sk_live_x", "whsec_x", None)


@dataclass
class Account:
    """An account at the vendor, as far as it is asked about."""

    currency: str | Exception = "vnd"
    balance: dict[str, int] = field(default_factory=lambda: {"vnd": 5_000})
    addresses: list[WebhookAddress] = field(default_factory=lambda: [WebhookAddress(HOOK, NEEDED_EVENTS, True)])

    def account_currency(self) -> str:
        if isinstance(self.currency, Exception):
            raise self.currency
        return self.currency

    def list_webhook_addresses(self) -> list[WebhookAddress]:
        return self.addresses

    def fetch_balance(self) -> dict[str, int]:
        return self.balance


def check(account: Account, configuration: PaymentConfiguration = LIVE, site: str = SITE) -> list[Finding]:
    found: Iterator[Finding] = check_setup(
        configuration=configuration,
        gateway=account,
        webhook_url=f"{site}/webhooks/stripe",
        site_url=site,
        balance_vnd=5_000,
    )
    return list(found)


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.grade is Grade.BAD]


def test_a_good_set_up_has_nothing_to_mend() -> None:
    assert {finding.grade for finding in check(Account())} == {Grade.GOOD}
    everything = Account(addresses=[WebhookAddress(f"{HOOK}/", frozenset({"*"}), True)])
    assert wrong(check(everything)) == []


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (Account(currency=KeyRefused()), "refuses the key"),
        (Account(currency=Unavailable()), "does not answer"),
        (Account(addresses=[]), "No webhook endpoint leads to"),
        (Account(addresses=[WebhookAddress("https://other.example", NEEDED_EVENTS, True)]), "https://other.example"),
        (Account(addresses=[WebhookAddress(HOOK, NEEDED_EVENTS, False)]), "switched off"),
        (Account(addresses=[WebhookAddress(HOOK, NEEDED_EVENTS - {"refund.failed"}, True)]), "refund.failed"),
    ],
)
def test_what_is_wrong_at_the_vendor_is_named(account: Account, says: str) -> None:
    (text,) = wrong(check(account))
    assert says in text


@pytest.mark.parametrize(
    ("key", "secret", "says"),
    [
        ("pk_live_x", "whsec_x", "publishable"),
        ("nonsense", "whsec_x", "has not the form"),
        ("sk_live_x", "we_123", "whsec_"),
    ],
)
def test_keys_that_cannot_be_right_are_named(key: str, secret: str, says: str) -> None:
    (text,) = wrong(check(Account(), PaymentConfiguration(key, secret, None)))
    assert says in text


def test_another_currency_and_plain_http_are_to_be_looked_at() -> None:
    looked = [f.text for f in check(Account(currency="sgd"), site="http://a.example") if f.grade is Grade.WARNING]
    assert any("sgd" in text for text in looked)
    assert any("https" in text for text in looked)


def test_another_balance_than_the_ledgers_is_to_be_looked_at() -> None:
    (looked,) = [f.text for f in check(Account(balance={"vnd": 7_500})) if f.grade is Grade.WARNING]
    assert "holds 7500 dong, the ledger says 5000: a difference of 2500" in looked
    assert all(f.grade is Grade.GOOD for f in check(Account(balance={"usd": 7_500})))


def test_with_the_sandbox_everything_is_right_and_a_page_is_made_and_closed(live_sandbox: LiveSandbox) -> None:
    hook = "http://127.0.0.1:9/webhooks/stripe"
    findings = list(
        check_setup(
            configuration=live_sandbox.configuration,
            gateway=live_sandbox.gateway,
            webhook_url=webhook_address(live_sandbox.configuration, site_url=SITE, loopback_url=hook),
            site_url=SITE,
            balance_vnd=0,
        )
    )
    assert wrong(findings) == []
    assert [session.status for session in live_sandbox.client.v1.checkout.sessions.list().data] == ["expired"]


def test_a_key_that_the_vendor_does_not_know_is_told_from_a_vendor_that_is_away(live_sandbox: LiveSandbox) -> None:
    other = PaymentConfiguration("sk_test_wrong", "whsec_x", live_sandbox.configuration.api_url)
    gateway: PaymentGateway = StripeGateway(other, site_url=SITE)
    with pytest.raises(KeyRefused):
        gateway.account_currency()
    with pytest.raises(Unavailable):
        StripeGateway(
            PaymentConfiguration("sk_test_x", "whsec_x", "http://127.0.0.1:9"), site_url=SITE
        ).account_currency()


def test_the_command_says_so_and_fails(app: Flask, live_sandbox: LiveSandbox) -> None:
    answer = app.test_cli_runner().invoke(args=["payments", "check"])
    assert "No webhook endpoint leads to http://127.0.0.1:8000/webhooks/stripe" in answer.output
    assert answer.exit_code == 1


def test_the_address_is_the_sites_own_with_stripe(make_settings: Callable[..., Settings]) -> None:
    assert webhook_address(LIVE, site_url=f"{SITE}/", loopback_url="x") == HOOK
