"""The public trace page: what a consumer reads after a scan."""

from flask.testing import FlaskClient

from tests.traceability.farm import make_farm


def test_a_scan_shows_the_record(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    response = client.get(f"/01/{farm.product.gtin}/10/{lot.lot_number}")
    assert response.status_code == 200
    assert "Bưởi Phúc Trạch" in response.text
