"""The site's courier: one fee near, one far, which administrators set; it serves who has no method of their own."""

from dataclasses import dataclass, replace

from market.delivery.models import Carrier, MethodKind
from market.delivery.rules import NO_LIMIT_GRAMS, Method, Rates, Zone


@dataclass(frozen=True)
class SiteFees:
    """What the site's courier costs, in dong: within a province, and to another one."""

    same_province_vnd: int
    other_province_vnd: int


FIRST_FEES = SiteFees(20_000, 35_000)
"""Until an administrator sets others."""


def site_courier(*, from_province: str, fees: SiteFees = FIRST_FEES) -> Method:
    """The site's courier from one province (a two-digit code) to the whole country."""
    both = (fees.same_province_vnd, fees.other_province_vnd)
    near, far = (Rates(((NO_LIMIT_GRAMS, fee_vnd),)) for fee_vnd in both)
    zones = (Zone(near, provinces=frozenset({from_province})), Zone(far, is_elsewhere=True))
    return Method(None, MethodKind.COURIER, carrier=Carrier.SITE, zones=zones)


def at_site_rates(method: Method, *, from_province: str, fees: SiteFees) -> Method:
    """A producer's method at its own fees; one that the site's courier drives serves where it does, at its fees."""
    if method.carrier != Carrier.SITE:
        return method
    return replace(method, zones=site_courier(from_province=from_province, fees=fees).zones, free_from_vnd=None)
