"""Column types and codes."""

import unicodedata

from sqlalchemy.orm import Session, scoped_session

from core.db import new_id, readable_code, secret_token
from tests.factories import make_producer


def test_text_is_composed_on_the_way_in(session: scoped_session[Session]) -> None:
    decomposed = unicodedata.normalize("NFD", "Hợp tác xã Hương Trạch (mẫu)")
    producer = make_producer(name=decomposed)
    session.expire(producer)
    assert producer.name == unicodedata.normalize("NFC", decomposed)


def test_keys_sort_by_the_time_they_were_made() -> None:
    keys = [new_id() for _ in range(100)]
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}


def test_codes_hold_no_signs_that_people_confuse() -> None:
    assert not set("ILOU") & set("".join(readable_code(8) for _ in range(200)))
    assert len({secret_token() for _ in range(50)}) == 50
    assert {len(secret_token()) for _ in range(20)} == {43}
