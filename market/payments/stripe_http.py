"""How Stripe's client reaches its server: connections that stay open, without what `requests` looks up each time."""

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import stripe
import urllib3

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
MOST_CONNECTIONS = 16
STRIPE_URL = stripe.DEFAULT_API_BASE


class PooledClient(stripe.HTTPClient):
    """Implements the HTTP client of `stripe` for one server, `url`; its pool serves all threads.

    Proxies that the environment names are used, as they were when the process started.
    """

    name = "urllib3"

    def __init__(self, url: str = STRIPE_URL) -> None:
        super().__init__()
        options: dict[str, Any] = {
            "maxsize": MOST_CONNECTIONS,
            "timeout": urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            "retries": False,
            "ca_certs": stripe.ca_bundle_path,
        }
        proxy = _proxy_for(url)
        manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
        self._pool = manager.connection_from_url(url)
        # A proxy that is not asked to tunnel, as it is for https, wants the whole address.
        self._server = "" if proxy and urlsplit(url).scheme == "http" else url.rstrip("/")

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """The body, status and headers of the answer. Raises stripe.APIConnectionError when there is none."""
        target = url.removeprefix(self._server)
        try:
            answer = self._pool.urlopen(
                method.upper(),
                target,
                body=post_data,
                headers=headers,
                redirect=False,
                assert_same_host=bool(self._server),
            )
        except urllib3.exceptions.HTTPError as error:
            _say(error)
        return answer.data, answer.status, answer.headers

    def close(self) -> None:
        """Close the connections that are open."""
        self._pool.close()


def _proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _say(error: urllib3.exceptions.HTTPError) -> NoReturn:
    """What does not answer is asked again by `stripe`; a certificate that is not right stays so."""
    connection_error: Any = stripe.APIConnectionError  # made by a function without types
    raise connection_error(
        f"{type(error).__name__}: {error}", should_retry=not isinstance(error, urllib3.exceptions.SSLError)
    ) from error
