"""Links that producers set: add, change, remove, and what was found at their targets."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import gettext as _
from core.web.outbound import check_public_https_url
from traceability.gs1.digital_link import DigitalLink, build_digital_link
from traceability.gs1.element_strings import parse_element_string
from traceability.gs1.errors import Gs1Error
from traceability.journal.issuer import site_url
from traceability.resolver.errors import gs1_reason
from traceability.resolver.models import CertificateProblem, ResolverKey, ResolverLink
from traceability.resolver.policies import LINKABLE_KEYS, owner_of
from traceability.resolver.queries import get_link
from traceability.resolver.vocabulary import OFFERED, link_type_title

MOST_LINKS_OF_A_KEY: Final = 100
_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.ASCII)
_CONTEXT: Final = re.compile(r"[A-Z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """What a producer says of a link.

    `language` is a tag of two letters with a country or without, `media_type` an IANA media type, `context` the
    country that the link is for. The link stands from `valid_from` until before `valid_until`.
    """

    link_type: str
    href: str
    title: str | None = None
    language: str | None = None
    media_type: str | None = None
    context: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_default: bool = False


def parse_key(code: str) -> DigitalLink:
    """The key that a producer typed as it is printed: "(01)…(10)…". Raises Invalid, which names the field `code`."""
    try:
        link = build_digital_link(parse_element_string("".join(code.split())))
    except Gs1Error as error:
        raise Invalid(gs1_reason(error), field="code") from error
    if link.attributes:
        raise Invalid(_("Only the number itself, without dates, weights and the like."), field="code")
    if link.primary_key.ai not in LINKABLE_KEYS:
        raise Invalid(_("Links can be set for products, lots, places, producers and assets."), field="code")
    named = {ai for ai, _value in link.qualifiers}
    if "21" in named and named & {"10", "22"}:
        raise Invalid(
            _("For a single item give the product and the serial number only, without the lot."), field="code"
        )
    return link


def add_link(*, actor: Actor, code: str, target: Target) -> ResolverLink:
    """Set a link for the key `code` (an element string).

    Raises Invalid, naming the field, Conflict where the same link stands already or the key has too many, and Refused
    or NotFound where the key is not the actor's.
    """
    link, href = parse_key(code), _checked_href(target.href)
    try:
        producer_id = owner_of(actor, link)
    except NotFound:
        raise Invalid(_("This is not a code of yours. Check the digits."), field="code") from None
    key = _claimed(link, producer_id)
    row = ResolverLink(
        primary_ai=key.primary_ai,
        primary_value=key.primary_value,
        qualifiers=dict(link.qualifiers),
        created_by=actor.user_id,
    )
    _check_room(key)
    _apply(row, target, href)
    db.session.add(row)
    db.session.flush()
    return row


def change_link(*, actor: Actor, link_id: uuid.UUID, target: Target) -> ResolverLink:
    """Let a link lead elsewhere, or stand for another time.

    Raises as `add_link` does, and NotFound when the link is not the actor's.
    """
    row = get_link(actor, link_id)
    href = _checked_href(target.href)
    _locked_key(row.primary_ai, row.primary_value)
    _apply(row, target, href)
    db.session.flush()
    return row


def remove_link(*, actor: Actor, link_id: uuid.UUID) -> None:
    """Take a link away. The row stays, so that whoever asks for it hears that it is gone."""
    row = get_link(actor, link_id)
    row.removed_at = utc_now()
    db.session.flush()


def record_certificate(
    *, link_id: uuid.UUID, href: str, expires_at: datetime | None, problem: CertificateProblem | None
) -> None:
    """Keep what was found at the link's target; nothing happens when the link leads elsewhere by now, or is gone."""
    row = db.session.get(ResolverLink, link_id)
    if row is None or row.href != href or row.removed_at is not None:
        return
    row.certificate_checked_at = utc_now()
    row.certificate_expires_at = expires_at
    row.certificate_problem = problem
    db.session.flush()


def _claimed(link: DigitalLink, producer_id: uuid.UUID) -> ResolverKey:
    """The row of the key, locked; made where there is none. Raises Refused when it is somebody else's."""
    ai, value = link.primary_key
    db.session.execute(
        insert(ResolverKey)
        .values(primary_ai=ai, primary_value=value, producer_id=producer_id, created_at=utc_now())
        .on_conflict_do_nothing()
    )
    key = _locked_key(ai, value)
    if key.producer_id != producer_id:
        raise Refused(_("Another producer set links for this code first."), field="code")
    return key


def _locked_key(ai: str, value: str) -> ResolverKey:
    """The key, locked: who changes the links of one key waits for the one before."""
    return db.session.scalars(
        select(ResolverKey)
        .where(ResolverKey.primary_ai == ai, ResolverKey.primary_value == value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check_room(key: ResolverKey) -> None:
    standing = db.session.scalar(
        select(func.count())
        .select_from(ResolverLink)
        .where(
            ResolverLink.primary_ai == key.primary_ai,
            ResolverLink.primary_value == key.primary_value,
            ResolverLink.removed_at.is_(None),
        )
    )
    if (standing or 0) >= MOST_LINKS_OF_A_KEY:
        raise Conflict(_("This code has 100 links already. Remove one first."), field="code")


def _apply(row: ResolverLink, target: Target, href: str) -> None:
    """Put `target` with its checked `href` into `row`. Raises Invalid or Conflict, naming the field."""
    _check_words(target)
    if target.is_default and {"10", "21"} & row.qualifiers.keys():
        raise Invalid(
            _("The public record stays the first page of a lot. Set the default for the product instead."),
            field="is_default",
        )
    if target.valid_from and target.valid_until and target.valid_until <= target.valid_from:
        raise Invalid(_("The last day must not be before the first."), field="valid_until")
    _check_neighbours(row, target, href)
    if row.href != href:
        row.certificate_checked_at = row.certificate_expires_at = row.certificate_problem = None
    row.link_type, row.href = target.link_type, href
    row.title = target.title or link_type_title(target.link_type, (target.language or "vi")[:2])
    row.language, row.media_type, row.context = target.language, target.media_type, target.context
    row.valid_from, row.valid_until = target.valid_from, target.valid_until
    row.is_default = target.is_default


def _check_words(target: Target) -> None:
    if target.link_type not in OFFERED:
        raise Invalid(_("Choose what the link is about."), field="link_type")
    if target.language is not None and not _LANGUAGE.fullmatch(target.language):
        raise Invalid(_("Write the language as vi, en or en-US."), field="language")
    if target.media_type is not None and not _MEDIA_TYPE.fullmatch(target.media_type):
        raise Invalid(_("Write the media type as text/html or application/pdf."), field="media_type")
    if target.context is not None and not _CONTEXT.fullmatch(target.context):
        raise Invalid(_("Write the country with two letters, for example VN."), field="context")


def _checked_href(href: str) -> str:
    """The target in one form. Not on this site: a code that leads to a code could go round in circles.

    Asks for the host's addresses, which may take seconds: so before anything is locked.
    """
    checked = check_public_https_url(href, field="href")
    if urlsplit(checked).hostname == urlsplit(site_url()).hostname:
        raise Invalid(_("Pages of this site are linked by themselves. Give an address elsewhere."), field="href")
    return checked


def _check_neighbours(row: ResolverLink, target: Target, href: str) -> None:
    """Raise Conflict when the key has the same link already, or another default."""
    others = db.session.scalars(
        select(ResolverLink).where(
            ResolverLink.primary_ai == row.primary_ai,
            ResolverLink.primary_value == row.primary_value,
            ResolverLink.qualifiers == row.qualifiers,
            ResolverLink.removed_at.is_(None),
            ResolverLink.id != row.id if row.id is not None else ResolverLink.id.is_not(None),
        )
    ).all()
    same = (target.link_type, href, target.language, target.media_type, target.context)
    for other in others:
        if (other.link_type, other.href, other.language, other.media_type, other.context) == same:
            raise Conflict(_("This link is there already."), field="href")
        if target.is_default and other.is_default:
            raise Conflict(
                _("“%(title)s” is the default already. Change that one first.", title=other.title), field="is_default"
            )
