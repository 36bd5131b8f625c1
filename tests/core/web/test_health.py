"""The health addresses."""

from flask.testing import FlaskClient


def test_ready_when_every_part_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["parts"]["database"] == "ok"
