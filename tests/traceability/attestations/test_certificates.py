"""Certificates: entered, confirmed, suspended, withdrawn, and what others may know of them on a day."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.errors import AppError, Conflict, Invalid, NotFound, Refused
from tests.factories import make_plot, make_user
from tests.traceability.attestations.papers import pdf
from tests.traceability.attestations.world import certificate_values, make_world
from tests.traceability.farm import actor_of, days_ago, make_farm
from traceability.attestations.certificates.models import CertificateStatus
from traceability.attestations.certificates.usecases import (
    change_certificate_status,
    enter_certificate,
    enter_certificate_after_inspection,
    verify_certificate,
)
from traceability.attestations.files.usecases import Upload
from traceability.attestations.queries import certificates_of_plots, certificates_of_producer, farm_notices


def test_it_is_known_for_its_plots_on_its_days(session: scoped_session[Session]) -> None:
    world = make_world()
    certificate = world.certificate(valid_from=days_ago(10), valid_until=days_ago(-10))
    plot_ids = [world.farm.plot.id]
    for day in (days_ago(10), days_ago(0), days_ago(-10)):
        (facts,) = certificates_of_plots(plot_ids, on=day)
        assert facts.id == certificate.id and facts.is_in_force and not facts.is_verified
        assert facts.plot_ids == frozenset(plot_ids)
        assert facts.product_ids == frozenset({world.farm.product.id})
    assert certificates_of_plots(plot_ids, on=days_ago(11)) == []
    assert certificates_of_plots(plot_ids, on=days_ago(-11)) == []
    assert certificates_of_plots([make_plot().id], on=days_ago(0)) == []
    assert [facts.id for facts in certificates_of_producer(world.farm.producer.id, on=days_ago(0))] == [certificate.id]


def test_the_public_facts_hold_nothing_private(session: scoped_session[Session]) -> None:
    world = make_world()
    world.certificate()
    (facts,) = certificates_of_producer(world.farm.producer.id, on=days_ago(0))
    assert not {"file", "file_id", "entered_by", "verified_by"} & set(facts.__dataclass_fields__)


def test_without_a_scan_it_is_refused(session: scoped_session[Session]) -> None:
    farm = make_farm()
    with pytest.raises(Invalid) as refused:
        enter_certificate(actor=farm.actor, producer_id=farm.producer.id, values=certificate_values(farm), scan=None)
    assert refused.value.field == "file"


def test_what_makes_no_sense_is_refused(session: scoped_session[Session]) -> None:
    world, other = make_world(), make_farm()
    for field, values in {
        "valid_until": {"valid_from": days_ago(0), "valid_until": days_ago(0)},
        "plot_ids": {"plot_ids": [other.plot.id]},
        "product_ids": {"product_ids": [other.product.id]},
    }.items():
        with pytest.raises(Invalid) as refused:
            world.certificate(**values)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        world.certificate(valid_from=days_ago(0), valid_until=days_ago(0) + timedelta(days=4000))
    world.certificate(number="VG-1")
    with pytest.raises(Conflict) as twin:
        world.certificate(number="VG-1")
    assert twin.value.field == "number"


@pytest.mark.parametrize("role", list(RoleName))
def test_only_members_and_administrators_enter_one(session: scoped_session[Session], role: RoleName) -> None:
    farm = make_farm()
    arguments = {"producer_id": farm.producer.id, "values": certificate_values(farm), "scan": Upload("a.pdf", pdf())}
    actor = actor_of(make_user(role))
    if role is RoleName.ADMINISTRATOR:
        assert enter_certificate(actor=actor, **arguments)
    else:
        with pytest.raises(NotFound):
            enter_certificate(actor=actor, **arguments)


def test_the_inspector_enters_what_follows_from_an_inspection(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected()
    certificate = enter_certificate_after_inspection(
        actor=world.inspector, self_check_id=self_check.id, values=certificate_values(world.farm), scan=None
    )
    assert certificate.verified_at is not None and certificate.self_check_id == self_check.id
    with pytest.raises(Conflict):
        enter_certificate_after_inspection(
            actor=world.inspector, self_check_id=self_check.id, values=certificate_values(world.farm), scan=None
        )


def test_nothing_follows_from_an_inspection_that_was_not_passed(session: scoped_session[Session]) -> None:
    world = make_world()
    for self_check in (world.submitted(), world.inspected("A-1")):
        with pytest.raises(Conflict):
            enter_certificate_after_inspection(
                actor=world.inspector, self_check_id=self_check.id, values=certificate_values(world.farm), scan=None
            )


def test_only_inspected_plots_are_in_the_scope(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected()
    more = make_plot(world.farm.producer)
    with pytest.raises(Invalid) as refused:
        enter_certificate_after_inspection(
            actor=world.inspector,
            self_check_id=self_check.id,
            values=certificate_values(world.farm, plot_ids=[world.farm.plot.id, more.id]),
            scan=None,
        )
    assert refused.value.field == "plot_ids"


@pytest.mark.parametrize("role", list(RoleName))
def test_who_confirms(session: scoped_session[Session], role: RoleName) -> None:
    world = make_world()
    certificate = world.certificate()
    actor = actor_of(make_user(role))
    if role in (RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR):
        first = verify_certificate(actor=actor, certificate_id=certificate.id).verified_at
        assert verify_certificate(actor=world.inspector, certificate_id=certificate.id).verified_at == first
        assert certificate.verified_by == actor.user_id
    else:
        with pytest.raises(NotFound):
            verify_certificate(actor=actor, certificate_id=certificate.id)


def test_a_member_does_not_confirm_their_own(session: scoped_session[Session]) -> None:
    world = make_world()
    with pytest.raises(NotFound):
        verify_certificate(actor=world.farm.actor, certificate_id=world.certificate().id)


def test_what_became_of_it_is_kept_day_by_day(session: scoped_session[Session]) -> None:
    world = make_world()
    certificate = world.certificate()
    plot_ids = [world.farm.plot.id]

    def change(status: CertificateStatus, days: int, actor: object = None) -> None:
        change_certificate_status(
            actor=actor or world.farm.actor,
            certificate_id=certificate.id,
            status=status,
            effective_on=days_ago(days),
            reason="Theo thông báo của tổ chức chứng nhận",
        )

    change(CertificateStatus.SUSPENDED, 20)
    with pytest.raises(Refused):
        change(CertificateStatus.VALID, 10)
    with pytest.raises(Invalid):
        change(CertificateStatus.VALID, 21, world.inspector)
    change(CertificateStatus.VALID, 10, world.inspector)
    change(CertificateStatus.WITHDRAWN, 0)
    with pytest.raises(Conflict):
        change(CertificateStatus.VALID, 0, world.inspector)
    seen = {days: certificates_of_plots(plot_ids, on=days_ago(days))[0] for days in (21, 20, 10, 0)}
    assert [(str(facts.status), facts.is_in_force) for facts in seen.values()] == [
        ("valid", True), ("suspended", False), ("valid", True), ("withdrawn", False),
    ]  # fmt: skip
    for statement in ("UPDATE certificate_status_changes SET reason = 'x'", "DELETE FROM certificate_status_changes"):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_a_reason_is_needed(session: scoped_session[Session]) -> None:
    world = make_world()
    with pytest.raises(Invalid) as refused:
        change_certificate_status(
            actor=world.farm.actor,
            certificate_id=world.certificate().id,
            status=CertificateStatus.WITHDRAWN,
            effective_on=days_ago(0),
            reason="  ",
        )
    assert refused.value.field == "reason"


@pytest.mark.parametrize("role", list(RoleName))
def test_who_may_change_a_status(session: scoped_session[Session], role: RoleName) -> None:
    world = make_world()
    certificate = world.certificate()
    actor = actor_of(make_user(role))
    allowed = (RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR, RoleName.ADMINISTRATOR)
    try:
        change_certificate_status(
            actor=actor,
            certificate_id=certificate.id,
            status=CertificateStatus.SUSPENDED,
            effective_on=days_ago(0),
            reason="Tạm dừng",
        )
    except AppError as error:
        assert role not in allowed and error.http_status == 404
    else:
        assert role in allowed


def test_the_farm_is_told_what_ends_and_not_what_has_a_successor(session: scoped_session[Session]) -> None:
    world = make_world()
    producer_ids = [world.farm.producer.id]
    ending = world.certificate(valid_until=days_ago(-40))
    world.certificate(standard="GlobalG.A.P. (mẫu)", valid_until=days_ago(-61))
    assert [entry.id for entry in farm_notices(producer_ids, today=days_ago(0)).ending] == [ending.id]
    elsewhere = make_plot(world.farm.producer)
    world.certificate(valid_until=days_ago(-300), plot_ids=[elsewhere.id])
    assert [entry.id for entry in farm_notices(producer_ids, today=days_ago(0)).ending] == [ending.id]
    world.certificate(valid_until=days_ago(-200), plot_ids=[world.farm.plot.id, elsewhere.id])
    assert farm_notices(producer_ids, today=days_ago(0)).ending == []


def test_one_that_has_ended_is_pointed_out_for_a_month(session: scoped_session[Session]) -> None:
    world = make_world()
    ended = world.certificate(valid_until=days_ago(5))
    notices = farm_notices([world.farm.producer.id], today=days_ago(0))
    assert [entry.id for entry in notices.ending] == [ended.id]
    assert notices.days_left(ended) == -5
    assert farm_notices([world.farm.producer.id], today=days_ago(-26)).ending == []
