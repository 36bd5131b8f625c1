"""The site's courier, which serves the parcels of producers without methods of their own: one fee near, one far."""

from market.delivery.models import Carrier, MethodKind
from market.delivery.rules import NO_LIMIT_GRAMS, Method, Rates, Zone

SAME_PROVINCE_VND = 20_000
OTHER_PROVINCE_VND = 35_000


def site_courier(*, from_province: str) -> Method:
    """The site's courier from one province (a two-digit code) to the whole country."""
    near, far = (Rates(((NO_LIMIT_GRAMS, fee_vnd),)) for fee_vnd in (SAME_PROVINCE_VND, OTHER_PROVINCE_VND))
    zones = (Zone(near, provinces=frozenset({from_province})), Zone(far, is_elsewhere=True))
    return Method(None, MethodKind.COURIER, carrier=Carrier.SITE, zones=zones)
