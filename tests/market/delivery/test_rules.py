from market.delivery.rules import OTHER_PROVINCE_VND, SAME_PROVINCE_VND, parcel_fee_vnd


def test_a_parcel_within_its_province_costs_less() -> None:
    assert parcel_fee_vnd(from_province="42", to_province="42") == SAME_PROVINCE_VND
    assert parcel_fee_vnd(from_province="42", to_province="01") == OTHER_PROVINCE_VND
    assert 0 < SAME_PROVINCE_VND < OTHER_PROVINCE_VND
