"""How this site reaches its payment vendor: Stripe with real keys, else the sandbox with keys derived for it.

The web process, the worker and the sandbox each derive the sandbox's keys from the site's secret key, so that nothing
has to be configured or stored.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from core.config import Settings

if TYPE_CHECKING:
    from market.payments.gateway import PaymentGateway

WEBHOOK_PATH = "/webhooks/stripe"


@dataclass(frozen=True)
class PaymentConfiguration:
    """Keys of the vendor; `api_url` is None where the client's own address is right."""

    api_key: str
    webhook_secret: str
    api_url: str | None


def payment_configuration(settings: Settings) -> PaymentConfiguration:
    """The keys that `settings` name, or those of the sandbox."""
    if settings.stripe_api_key is not None:
        assert settings.stripe_webhook_secret is not None  # the settings refuse one without the other
        return PaymentConfiguration(settings.stripe_api_key, settings.stripe_webhook_secret, None)
    return PaymentConfiguration(
        api_key=f"sk_test_{settings.derived_secret('payment-sandbox-key')[:48]}",
        webhook_secret=f"whsec_{settings.derived_secret('payment-sandbox-webhook')[:48]}",
        api_url=settings.sandbox_api_url,
    )


def webhook_url(settings: Settings) -> str:
    """Where the sandbox sends its news: the web process on this machine, whatever address it listens on."""
    return f"http://127.0.0.1:{settings.port}{WEBHOOK_PATH}"


def use_gateway(app: Flask, gateway: "PaymentGateway") -> None:
    """Let `app` pay through `gateway`."""
    app.extensions["payment_gateway"] = gateway


def payment_gateway() -> "PaymentGateway":
    """The gateway of the current application."""
    return cast("PaymentGateway", current_app.extensions["payment_gateway"])
