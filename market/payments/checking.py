"""Whether the set-up of payments is right, in plain words: what `flask payments check` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.db import new_id, utc_now
from core.errors import AppError, Unavailable
from market.payments.configuration import WEBHOOK_PATH, PaymentConfiguration
from market.payments.gateway import CURRENCY, KeyRefused, PaymentGateway, RequestRefused, WebhookAddress
from market.payments.purposes import PaymentItem, PaymentRequest
from market.payments.rules import MIN_PAYMENT_VND, PAGE_LIFETIME

NEEDED_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
    }
)
"""News without which payments would wait for the sweep by the clock."""


class Grade(StrEnum):
    """How one thing stands."""

    GOOD = "ok"
    WARNING = "look"
    BAD = "WRONG"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, and what to do about it."""

    grade: Grade
    text: str


def check_setup(
    *, configuration: PaymentConfiguration, gateway: PaymentGateway, webhook_url: str, site_url: str, balance_vnd: int
) -> Iterator[Finding]:
    """Check key, secret, reach, webhook address, currency and balance, one after the other.

    `balance_vnd` is what the vendor must hold by our books.
    """
    yield check_key(configuration)
    yield check_secret(configuration)
    try:
        currency = gateway.account_currency()
        addresses = gateway.list_webhook_addresses()
        balance = gateway.fetch_balance()
    except KeyRefused:
        yield Finding(
            Grade.BAD,
            "The payment service refuses the key. Copy STRIPE_API_KEY again; a restricted key needs read access to "
            "the account and to webhook endpoints.",
        )
        return
    except Unavailable:
        yield Finding(
            Grade.BAD,
            "The payment service does not answer. Check the network, a firewall, and the machine's clock; in "
            "development, check that the sandbox runs.",
        )
        return
    yield Finding(Grade.GOOD, "The payment service answers and accepts the key.")
    yield check_addresses(addresses, webhook_url)
    yield check_currency(currency)
    if CURRENCY in balance:
        yield check_balance(balance[CURRENCY], balance_vnd)
    if is_test_key(configuration):
        yield try_a_page(gateway)
    if configuration.api_url is None and not site_url.startswith("https://"):
        yield Finding(Grade.WARNING, f"SITE_URL is {site_url}: webhooks come to https addresses only.")


def is_test_key(configuration: PaymentConfiguration) -> bool:
    """Whether no real money moves with this key."""
    return configuration.api_key.startswith(("sk_test_", "rk_test_"))


def check_key(configuration: PaymentConfiguration) -> Finding:
    """What kind of key it is."""
    key = configuration.api_key
    if configuration.api_url is not None:
        return Finding(Grade.GOOD, "Payments go to the sandbox, since STRIPE_API_KEY is empty. No real money moves.")
    if is_test_key(configuration):
        return Finding(Grade.GOOD, "STRIPE_API_KEY is a test key. No real money moves.")
    if key.startswith(("sk_live_", "rk_live_")):
        return Finding(Grade.GOOD, "STRIPE_API_KEY is a live key. Real money moves.")
    if key.startswith("pk_"):
        return Finding(Grade.BAD, "STRIPE_API_KEY is the publishable key. Take the secret one (sk_… or rk_…).")
    return Finding(
        Grade.BAD, "STRIPE_API_KEY has not the form of a secret key (sk_test_… or sk_live_…). Copy it again."
    )


def check_secret(configuration: PaymentConfiguration) -> Finding:
    """Whether it looks like the signing secret; only a webhook that arrives proves that it is the right one."""
    if configuration.webhook_secret.startswith("whsec_"):
        return Finding(Grade.GOOD, "The webhook secret has the right form.")
    return Finding(
        Grade.BAD,
        "STRIPE_WEBHOOK_SECRET has not the form whsec_…: copy the signing secret of the webhook endpoint, not its id.",
    )


def check_addresses(addresses: list[WebhookAddress], webhook_url: str) -> Finding:
    """Whether news comes to this site, all that is needed."""
    ours = next((address for address in addresses if address.url.rstrip("/") == webhook_url), None)
    if ours is None:
        found = ", ".join(address.url for address in addresses) or "none"
        return Finding(
            Grade.BAD, f"No webhook endpoint leads to {webhook_url} (registered: {found}). Add one in the dashboard."
        )
    if not ours.is_enabled:
        return Finding(Grade.BAD, f"The webhook endpoint {webhook_url} is switched off. Enable it in the dashboard.")
    missing = NEEDED_EVENTS - ours.events
    if missing and "*" not in ours.events:
        return Finding(
            Grade.BAD, f"The webhook endpoint misses events: {', '.join(sorted(missing))}. Add them in the dashboard."
        )
    return Finding(Grade.GOOD, f"News comes to {webhook_url}, of every kind that is needed.")


def check_currency(currency: str) -> Finding:
    """In which currency the account is paid out."""
    if currency == CURRENCY:
        return Finding(Grade.GOOD, "The account is paid out in dong.")
    return Finding(
        Grade.WARNING,
        f"The account is paid out in {currency or 'an unknown currency'}: buyers pay in dong, and the payment service "
        "converts. Its fees and rates are not in this site's ledger; compare its monthly statement.",
    )


def check_balance(theirs: int, ours: int) -> Finding:
    """Whether the vendor holds what our ledger says."""
    if theirs == ours:
        return Finding(Grade.GOOD, f"The payment service holds {theirs} dong, as the ledger says.")
    return Finding(
        Grade.WARNING,
        f"The payment service holds {theirs} dong, the ledger says {ours}: a difference of {theirs - ours}. What has "
        "just been paid is entered within a minute. Run `flask payments reconcile` and check again; if the difference "
        "stays, look at /payments/review.",
    )


def try_a_page(gateway: PaymentGateway) -> Finding:
    """Make a payment page in dong and close it again; only with a test key."""
    payment_id = new_id()
    request = PaymentRequest(
        reference="CHECK",
        items=(PaymentItem("Check of the set-up", MIN_PAYMENT_VND),),
        return_path="/",
        cancel_path="/",
        locale="vi",
    )
    try:
        page = gateway.create_session(
            payment_id=payment_id,
            request=request,
            expires_at=utc_now() + PAGE_LIFETIME + timedelta(minutes=1),
            idempotency_key=f"check-{payment_id}",
        )
        gateway.expire_session(page.id)
    except RequestRefused as refusal:
        return Finding(
            Grade.BAD,
            f"A payment page in dong was refused: {refusal.code}. Check that the account is activated and takes cards.",
        )
    except AppError as error:
        return Finding(Grade.BAD, f"A payment page could not be made: {error}")
    return Finding(Grade.GOOD, f"A payment page over {MIN_PAYMENT_VND} dong was made, and closed again.")


def webhook_address(configuration: PaymentConfiguration, *, site_url: str, loopback_url: str) -> str:
    """Where news of this configuration has to come to: the site's address, or loopback with the sandbox."""
    return loopback_url if configuration.api_url is not None else f"{site_url.rstrip('/')}{WEBHOOK_PATH}"
