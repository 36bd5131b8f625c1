"""What the site itself is in GS1's terms: the address in its links, and the company prefix of its numbers."""

import hashlib
import hmac
from typing import cast

from flask import current_app

from core.config import Settings


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def site_url() -> str:
    """The address that QR codes and events carry, without a trailing slash."""
    return _settings().site_url


def company_prefix() -> str:
    """The GS1 company prefix below which the site issues GLNs and SSCCs."""
    return _settings().gs1_company_prefix


def order_reference(gln: str, order_number: str) -> str:
    """The business transaction that stands for an order in public events (CBV 2.0 §8.5.2).

    Events are public and can never be changed, so they carry a keyed digest instead of the order's number: the site
    can recognise it, and nobody can guess orders from it.
    """
    key = _settings().derived_secret("order-reference").encode()
    digest = hmac.new(key, order_number.encode(), hashlib.sha256).hexdigest()[:32]
    return f"urn:epcglobal:cbv:bt:{gln}:{digest}"


def paging_secret() -> str:
    """The key that signs where a list goes on."""
    return _settings().derived_secret("next-page")
