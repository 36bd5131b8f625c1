"""What the database itself refuses, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import utc_now
from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import make_link
from traceability.resolver.models import ResolverKey


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("href_https", {"href": "http://x.example.com/"}),
        ("href_https", {"href": "https://x.example.com/ấ"}),
        ("title_given", {"title": ""}),
        ("link_type_form", {"link_type": "gs1:pip"}),
        ("language_form", {"language": "VI"}),
        ("media_type_form", {"media_type": "html"}),
        ("context_form", {"context": "a b"}),
        ("qualifiers_form", {"qualifiers": ["10"]}),
        ("record_stays_default", {"qualifiers": {"10": "L1"}, "is_default": True}),
        ("record_stays_default", {"qualifiers": {"21": "S1"}, "is_default": True}),
        ("ends_after_it_begins", {"valid_from": utc_now(), "valid_until": utc_now() - timedelta(days=1)}),
        ("certificate_problem_known", {"certificate_problem": "tired"}),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    session: scoped_session[Session], constraint: str, values: dict[str, Any]
) -> None:
    farm = make_farm()
    with pytest.raises(IntegrityError, match=f"ck_resolver_links_{constraint}"):
        make_link(farm, **values)


def test_a_key_has_one_owner(session: scoped_session[Session]) -> None:
    farm, other = make_farm(), make_farm()
    gtin, stranger = farm.product.gtin, other.producer.id
    make_link(farm)
    session.expunge_all()
    session.add(ResolverKey(primary_ai="01", primary_value=gtin, producer_id=stranger))
    with pytest.raises(IntegrityError, match="pk_resolver_keys"):
        session.flush()


def test_a_key_has_one_default(session: scoped_session[Session]) -> None:
    farm = make_farm()
    make_link(farm, is_default=True)
    with pytest.raises(IntegrityError, match="ux_resolver_links_default"):
        make_link(farm, is_default=True, link_type="faqs")


def test_a_removed_default_makes_room_for_another(session: scoped_session[Session]) -> None:
    farm = make_farm()
    make_link(farm, is_default=True, removed_at=utc_now())
    make_link(farm, is_default=True, qualifiers={"22": "2A"})
    assert make_link(farm, is_default=True).id is not None
