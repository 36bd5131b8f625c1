"""What delivery costs: a flat fee for each parcel, by whether it leaves its province."""

SAME_PROVINCE_VND = 20_000
OTHER_PROVINCE_VND = 35_000


def parcel_fee_vnd(*, from_province: str, to_province: str) -> int:
    """The fee in dong for one parcel between two provinces (two-digit codes)."""
    return SAME_PROVINCE_VND if from_province == to_province else OTHER_PROVINCE_VND
