"""Telling people, and what they do with what they were told."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor, User
from core.db import db, new_id, utc_now
from core.errors import Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.mail import request_mail
from market.notices.models import Notice, NoticeChannel, NoticeKind, NoticePreference
from market.notices.rules import channels_of, default_channel, kinds_for
from market.notices.unsubscribing import unsubscribe_headers, unsubscribe_path

MAIL_TEMPLATE = "notice"


def notify(
    *, recipients: Collection[uuid.UUID], kind: NoticeKind, key: str, path: str, parameters: Mapping[str, Any]
) -> int:
    """Tell these people of what `key` names, each once and as they prefer; how many were told now.

    `parameters` holds JSON values only. Whoever wants mails gets one, in the language of the account.
    """
    people = [person for person in _lock_people(recipients, kind) if person.channel != NoticeChannel.NONE]
    if not people:
        return 0
    values = {"kind": kind, "key": key, "path": path, "parameters": dict(parameters), "created_at": utc_now()}
    told = set(
        db.session.scalars(
            insert(Notice)
            .values([{"id": new_id(), "recipient_id": person.id, **values} for person in people])
            .on_conflict_do_nothing()
            .returning(Notice.recipient_id)
        )
    )
    _count_unread(told, 1)
    for person in people:
        if person.id in told and person.channel == NoticeChannel.MAIL and person.email is not None:
            _request_mail(person, kind, path, parameters)
    return len(told)


def tell_guest(
    *, address: str, name: str, locale: str, kind: NoticeKind, path: str, parameters: Mapping[str, Any]
) -> None:
    """Mail somebody without an account about what they wrote. It is sent once for each call."""
    request_mail(
        template=MAIL_TEMPLATE,
        recipient=address,
        locale=locale,
        context={"name": name, "kind": kind, "parameters": dict(parameters), "path": path, "stop_path": None},
    )


def read_notice(*, actor: Actor, notice_id: uuid.UUID) -> Notice:
    """Mark a notice as read; again changes nothing. Raises NotFound for somebody else's."""
    reader_id = _lock_reader(actor)
    notice = db.session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.recipient_id != reader_id:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = utc_now()
        db.session.flush()
        _count_unread([reader_id], -1)
    return notice


def read_all_notices(*, actor: Actor) -> int:
    """Mark all notices of the actor as read; how many there were."""
    reader_id = _lock_reader(actor)
    read = db.session.scalars(
        update(Notice)
        .where(Notice.recipient_id == reader_id, Notice.read_at.is_(None))
        .values(read_at=utc_now())
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    _count_unread([reader_id], -len(read))
    return len(read)


def change_preferences(*, actor: Actor, channels: Mapping[NoticeKind, NoticeChannel]) -> None:
    """Let the actor be told in these ways. Raises NotFound, and Invalid for a way that a kind has not."""
    if actor.user_id is None:
        raise NotFound
    possible = kinds_for(actor)
    for kind, channel in channels.items():
        if kind not in possible or channel not in channels_of(kind):
            raise Invalid(_l("Choose how you want to be told."), field=str(kind))
        _prefer(actor.user_id, kind, channel)


def stop_mails(*, user_id: uuid.UUID, kind: NoticeKind) -> None:
    """Send this person no more mails of this kind; the notices stay. Raises NotFound for an account that is gone."""
    if db.session.scalar(select(User.id).where(User.id == user_id)) is None:
        raise NotFound
    before = db.session.get(NoticePreference, (user_id, kind), populate_existing=True)
    if before is None or before.channel == NoticeChannel.MAIL:
        _prefer(user_id, kind, NoticeChannel.APP)


def _lock_reader(actor: Actor) -> uuid.UUID:
    """Lock the account before its notices, as whoever tells does: they would wait for each other otherwise.

    Returns its id. Raises NotFound for nobody.
    """
    if actor.user_id is None:
        raise NotFound
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    return actor.user_id


@dataclass(frozen=True)
class _Person:
    """Somebody to tell."""

    id: uuid.UUID
    email: str | None
    display_name: str
    locale: str
    channel: NoticeChannel


def _lock_people(recipients: Collection[uuid.UUID], kind: NoticeKind) -> list[_Person]:
    """The active ones of them, locked in the order of their ids, since their unread notices are counted."""
    chosen = and_(NoticePreference.user_id == User.id, NoticePreference.kind == kind)
    rows = db.session.execute(
        select(User.id, User.email, User.display_name, User.locale, NoticePreference.channel)
        .outerjoin(NoticePreference, chosen)
        .where(User.id.in_(recipients), User.active)
        .order_by(User.id)
        .with_for_update(of=User, key_share=True)
    )
    default = default_channel(kind)
    return [
        _Person(row.id, row.email, row.display_name, row.locale, NoticeChannel(row.channel or default)) for row in rows
    ]


def _request_mail(person: _Person, kind: NoticeKind, path: str, parameters: Mapping[str, Any]) -> None:
    request_mail(
        template=MAIL_TEMPLATE,
        recipient=str(person.email),
        locale=person.locale,
        context={
            "name": person.display_name,
            "kind": kind,
            "parameters": dict(parameters),
            "path": path,
            "stop_path": unsubscribe_path(person.id, kind),
        },
        headers=unsubscribe_headers(person.id, kind),
    )


def _count_unread(user_ids: Collection[uuid.UUID], change: int) -> None:
    if user_ids and change:
        db.session.execute(
            update(User)
            .where(User.id.in_(user_ids))
            .values(unread_notices=User.unread_notices + change)
            .execution_options(synchronize_session="fetch")
        )


def _prefer(user_id: uuid.UUID, kind: NoticeKind, channel: NoticeChannel) -> None:
    statement = insert(NoticePreference).values(user_id=user_id, kind=kind, channel=channel)
    db.session.execute(statement.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"channel": channel}))
