"""Warnings: each stage once to every member, in their language, and none for what is settled."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName
from core.db import db
from core.mail.folder import list_mails
from core.outbox.models import OutboxMessage
from tests.factories import make_user
from tests.traceability.attestations.world import World, make_world
from tests.traceability.farm import days_ago
from traceability.attestations.certificates.models import CertificateStatus
from traceability.attestations.certificates.usecases import change_certificate_status
from traceability.attestations.deadlines.tasks import warn_of_deadlines
from traceability.attestations.deadlines.usecases import warn_of_due_corrections, warn_of_ending_certificates
from traceability.attestations.inspections.queries import open_actions_of
from traceability.attestations.inspections.usecases import report_correction


def asked_for(template: str) -> list[dict[str, Any]]:
    messages = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == "MailRequested"))
    return [message.payload for message in messages if message.payload["template"] == template]


def test_each_stage_is_told_once(session: scoped_session[Session]) -> None:
    world = make_world()
    certificate = world.certificate(valid_until=days_ago(-90))
    sent = {}
    for days_left in range(95, -3, -1):
        today = certificate.valid_until - timedelta(days=days_left)
        number = warn_of_ending_certificates(today=today) + warn_of_ending_certificates(today=today)
        if number:
            sent[days_left] = number
    assert sent == {60: 1, 30: 1, 7: 1}
    assert len(asked_for("certificate_ending")) == 3


def test_a_beat_that_was_away_tells_the_last_stage_only(session: scoped_session[Session]) -> None:
    world = make_world()
    world.certificate(valid_until=days_ago(-20))
    assert warn_of_ending_certificates(today=days_ago(0)) == 1
    assert asked_for("certificate_ending")[0]["context"]["days"] == 20
    assert warn_of_ending_certificates(today=days_ago(-1)) == 0


def test_every_member_with_an_address_gets_one_in_their_language(session: scoped_session[Session]) -> None:
    world = make_world()
    second = make_user(RoleName.PRODUCER_MEMBER, locale="en")
    by_phone = make_user(RoleName.PRODUCER_MEMBER, email=None, phone="+84912999111")
    away = make_user(RoleName.PRODUCER_MEMBER, active=False)
    for user in (second, by_phone, away):
        db.session.add(ProducerMember(producer_id=world.farm.producer.id, user_id=user.id))
    world.certificate(valid_until=days_ago(-7))
    assert warn_of_ending_certificates(today=days_ago(0)) == 2
    assert {(mail["recipient"], mail["locale"]) for mail in asked_for("certificate_ending")} == {
        (world.farm.user.email, "vi"),
        (second.email, "en"),
    }


def test_a_withdrawn_one_is_not_warned_of(session: scoped_session[Session]) -> None:
    world = make_world()
    certificate = world.certificate(valid_until=days_ago(-20))
    change_certificate_status(
        actor=world.farm.actor,
        certificate_id=certificate.id,
        status=CertificateStatus.WITHDRAWN,
        effective_on=days_ago(0),
        reason="Thu hồi",
    )
    assert warn_of_ending_certificates(today=days_ago(0)) == 0


def test_one_with_a_successor_is_not_warned_of(session: scoped_session[Session]) -> None:
    world = make_world()
    world.certificate(valid_until=days_ago(-20))
    world.certificate(valid_until=days_ago(-300))
    assert warn_of_ending_certificates(today=days_ago(0)) == 0


def test_corrections_are_reminded_of_a_week_and_a_day_before(session: scoped_session[Session]) -> None:
    world = make_world()
    world.inspected("A-1", due_in=14)
    sent = {}
    for days in range(15):
        number = warn_of_due_corrections(today=days_ago(-days)) + warn_of_due_corrections(today=days_ago(-days))
        if number:
            sent[14 - days] = number
    assert sent == {7: 1, 1: 1}
    mail = asked_for("correction_due")[0]
    assert mail["context"]["correction"] == "Treo biển báo"


def test_what_was_reported_is_not_reminded_of(session: scoped_session[Session]) -> None:
    world = make_world()
    self_check = world.inspected("A-1", due_in=3)
    (entry,) = open_actions_of([world.farm.producer.id])
    report_correction(
        actor=world.farm.actor, self_check_id=self_check.id, action_id=entry.action.id, response="Đã xong"
    )
    assert warn_of_due_corrections(today=days_ago(0)) == 0


def remind(world: World) -> None:
    world.certificate(valid_until=days_ago(-30), number="VG/2026/007")
    world.inspected("A-1", due_in=1)
    warn_of_deadlines()


@pytest.mark.parametrize(("locale", "words"), [("vi", "VG/2026/007"), ("en", "ends in 30 days")])
def test_the_mails_read_well(
    app: Flask, session: scoped_session[Session], deliver_outbox: Any, locale: str, words: str
) -> None:
    world = make_world()
    world.farm.user.locale = locale
    session.flush()
    remind(world)
    deliver_outbox()
    folder: Path = app.config["MAIL_FOLDER"]
    mails = [mail for mail in list_mails(folder) if mail.recipient == world.farm.user.email]
    assert len(mails) == 2
    subjects = " ".join(mail.subject for mail in mails)
    assert words in subjects
    assert all("/farm/attestations/" in mail.text for mail in mails)
    named = "Item A-1" if locale == "en" else "Mục A-1"
    assert any(named in mail.text for mail in mails)
