"""The site's courier: one fee near, one far, which are the site's to set; it serves who has no method of their own."""

from dataclasses import replace

from market.delivery.models import Carrier, MethodKind
from market.delivery.rules import NO_LIMIT_GRAMS, Method, Rates, Zone

SAME_PROVINCE_VND = 20_000
OTHER_PROVINCE_VND = 35_000


def site_courier(*, from_province: str) -> Method:
    """The site's courier from one province (a two-digit code) to the whole country."""
    near, far = (Rates(((NO_LIMIT_GRAMS, fee_vnd),)) for fee_vnd in (SAME_PROVINCE_VND, OTHER_PROVINCE_VND))
    zones = (Zone(near, provinces=frozenset({from_province})), Zone(far, is_elsewhere=True))
    return Method(None, MethodKind.COURIER, carrier=Carrier.SITE, zones=zones)


def at_site_rates(method: Method, *, from_province: str) -> Method:
    """A producer's method at its own fees; one that the site's courier drives serves where it does, at its fees."""
    if method.carrier != Carrier.SITE:
        return method
    return replace(method, zones=site_courier(from_province=from_province).zones, free_from_vnd=None)
