"""One set of keys in every process, and a sandbox only where no Stripe key is set."""

from collections.abc import Callable

from core.config import Settings
from market.payments.configuration import payment_configuration, webhook_url

URL = "postgresql://localhost/x"


def test_every_process_derives_the_same_keys_for_the_sandbox(make_settings: Callable[..., Settings]) -> None:
    first, second = (payment_configuration(make_settings(URL)) for _ in range(2))
    assert first == second
    assert first.api_key.startswith("sk_test_")
    assert first.api_url == "http://127.0.0.1:8001"
    other = payment_configuration(make_settings(URL, secret_key="another-secret-" * 3))
    assert other.webhook_secret != first.webhook_secret


def test_real_keys_go_to_stripe(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(URL, stripe_api_key="sk_live_x", stripe_webhook_secret="whsec_x")
    configuration = payment_configuration(settings)
    assert (configuration.api_key, configuration.webhook_secret, configuration.api_url) == (
        "sk_live_x",
        "whsec_x",
        None,
    )


def test_the_sandbox_tells_the_web_process_on_loopback(make_settings: Callable[..., Settings]) -> None:
    assert webhook_url(make_settings(URL, port=8042)) == "http://127.0.0.1:8042/webhooks/stripe"
