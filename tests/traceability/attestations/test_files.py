"""Private files: checked by content, stripped, and shown to nobody without a policy's word."""

import io

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName
from core.db import db
from core.errors import Invalid, NotFound
from core.storage import private_storage
from core.storage.papers import LARGEST_PAPER_BYTES, read_paper
from tests.factories import make_user, sign_in
from tests.traceability.attestations.papers import GPS_IFD, pdf, pdf_with_script, picture
from tests.traceability.attestations.world import World, make_world
from tests.traceability.farm import make_farm
from traceability.attestations.files.models import PrivateFile
from traceability.attestations.files.usecases import Upload, store_file
from traceability.attestations.self_checks.models import SelfCheck
from traceability.attestations.self_checks.usecases import add_evidence, submit_self_check


def shown_in_draft(world: World) -> tuple[SelfCheck, PrivateFile]:
    self_check = world.draft()
    item = world.items()["A-1"]
    evidence = add_evidence(
        actor=world.farm.actor, self_check_id=self_check.id, item_id=item.id, upload=Upload("kho.pdf", pdf())
    )
    return self_check, evidence.file


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg_without_the_place_it_was_taken_at(file_format: str) -> None:
    original = picture(file_format, with_place=True)
    assert dict(Image.open(io.BytesIO(original)).getexif().get_ifd(GPS_IFD))
    paper = read_paper(original, field="file")
    assert (paper.content_type, paper.suffix) == ("image/jpeg", "jpg")
    kept = Image.open(io.BytesIO(paper.content))
    assert kept.format == "JPEG" and kept.size == (120, 90)
    assert not kept.getexif()


def test_a_large_picture_is_made_small_enough_to_read() -> None:
    kept = Image.open(io.BytesIO(read_paper(picture(size=(4000, 3000)), field="file").content))
    assert kept.size == (2400, 1800)


def test_a_pdf_stays_as_it_is() -> None:
    content = pdf()
    paper = read_paper(content, field="file")
    assert (paper.content, paper.content_type, paper.suffix) == (content, "application/pdf", "pdf")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 a spreadsheet with macros",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\nnot really",
        pdf()[:300],
        pdf_with_script(),
        picture()[:200],
        picture(size=(20, 20)),
        picture() + b"x" * LARGEST_PAPER_BYTES,
    ],
    ids=["empty", "zip", "html", "false pdf", "half a pdf", "script", "half a picture", "tiny", "too large"],
)
def test_what_is_no_paper_is_refused_on_its_field(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_paper(content, field="scan")
    assert refused.value.field == "scan"


def test_a_pdf_that_unpacks_beyond_measure_is_refused() -> None:
    import zlib

    bomb = zlib.compress(b"0" * 60_000_000, 9)
    content = b"%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /N 1 /First 4 >>\nstream\n" + bomb
    with pytest.raises(Invalid):
        read_paper(content, field="file")


def test_a_script_is_named_as_the_reason() -> None:
    with pytest.raises(Invalid) as refused:
        read_paper(pdf_with_script(), field="file")
    assert "program" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Ảnh\\kho thuốc.PDF", "kho thuốc.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_the_name_is_for_people_only(session: scoped_session[Session], given: str, kept: str) -> None:
    farm = make_farm()
    file = store_file(actor=farm.actor, producer_id=farm.producer.id, upload=Upload(given, pdf()))
    assert file.name == kept
    assert file.storage_key == f"attestations/{file.id}.pdf"


def test_nobody_adds_files_to_another_producer(session: scoped_session[Session]) -> None:
    farm, other = make_farm(), make_farm()
    with pytest.raises(NotFound):
        store_file(actor=farm.actor, producer_id=other.producer.id, upload=Upload("x.pdf", pdf()))


def test_the_public_address_of_media_never_leads_to_a_private_file(client: FlaskClient) -> None:
    world = make_world()
    _self_check, file = shown_in_draft(world)
    assert private_storage().get(file.storage_key)
    assert client.get(f"/media/{file.storage_key}").status_code == 404
    assert client.get(f"/media/private/{file.storage_key}").status_code == 404


def test_a_member_gets_the_file_and_no_cache_keeps_it(client: FlaskClient) -> None:
    world = make_world()
    _self_check, file = shown_in_draft(world)
    answer = world.farm.signed_in(client).get(f"/farm/attestations/files/{file.id}")
    assert answer.status_code == 200 and answer.data == pdf()
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("role", list(RoleName))
def test_evidence_of_a_draft_is_the_producers_own(client: FlaskClient, role: RoleName) -> None:
    world = make_world()
    _self_check, file = shown_in_draft(world)
    sign_in(client, make_user(role))
    expected = 200 if role is RoleName.ADMINISTRATOR else 404
    assert client.get(f"/farm/attestations/files/{file.id}").status_code == expected


@pytest.mark.parametrize("role", list(RoleName))
def test_evidence_that_was_handed_in_is_for_inspectors_too(client: FlaskClient, role: RoleName) -> None:
    world = make_world()
    self_check, file = shown_in_draft(world)
    world.answer(self_check)
    submit_self_check(actor=world.farm.actor, self_check_id=self_check.id)
    sign_in(client, make_user(role))
    readers = (RoleName.ADMINISTRATOR, RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR)
    assert client.get(f"/farm/attestations/files/{file.id}").status_code == (200 if role in readers else 404)


def test_an_inspector_who_belongs_to_the_producer_reads_nothing_as_an_inspector(client: FlaskClient) -> None:
    world = make_world()
    certificate = world.certificate()
    db.session.add(ProducerMember(producer_id=world.farm.producer.id, user_id=world.inspector_user.id))
    db.session.flush()
    sign_in(client, world.inspector_user)
    assert client.get(f"/farm/attestations/files/{certificate.file_id}").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    _self_check, file = shown_in_draft(make_world())
    assert client.get(f"/farm/attestations/files/{file.id}").status_code == 303
