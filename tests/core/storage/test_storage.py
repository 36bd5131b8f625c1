"""Storage: the same behaviour in a folder and in a bucket; photos are checked by content."""

import io
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from flask import Flask
from flask.testing import FlaskClient
from moto.server import ThreadedMotoServer
from PIL import Image

from core.errors import Invalid
from core.storage.backends import BucketStorage, FolderStorage, Storage
from core.storage.images import store_photo


def photo_bytes(format_name: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture of one colour, with a place of capture in its EXIF data where the format has any."""
    image = Image.new("RGB", size, (90, 140, 60))
    buffer = io.BytesIO()
    if format_name == "JPEG":
        exif = Image.Exif()
        exif[0x010F] = "SecretCameraMaker"
        image.save(buffer, format_name, exif=exif)
    else:
        image.save(buffer, format_name)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def bucket() -> Iterator[BucketStorage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=url, region_name="ap-southeast-1").create_bucket(
            Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
        )
        yield BucketStorage(bucket="photos", endpoint_url=url, region="ap-southeast-1")
        server.stop()


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path)
    bucket: BucketStorage = request.getfixturevalue("bucket")
    return bucket


def test_what_is_put_is_got_until_it_is_deleted(storage: Storage) -> None:
    storage.put("photos/a-1.webp", b"content", "image/webp")
    storage.put("photos/a-1.webp", b"content", "image/webp")
    assert storage.get("photos/a-1.webp") == b"content"
    storage.delete("photos/a-1.webp")
    storage.delete("photos/a-1.webp")
    with pytest.raises(FileNotFoundError):
        storage.get("photos/a-1.webp")


def test_a_file_is_stored_from_where_it_is_read(storage: Storage) -> None:
    content = bytes(range(256)) * 10_000
    with io.BytesIO(b"before" + content) as file:
        file.seek(6)
        storage.put_file("reports/a-1.csv", file, "text/csv")
    assert storage.get("reports/a-1.csv") == content


def test_a_file_is_read_a_piece_at_a_time(storage: Storage) -> None:
    storage.put("reports/a-2.csv", b"one;two", "text/csv")
    with storage.open("reports/a-2.csv") as file:
        assert [file.read(4), file.read(4), file.read(4)] == [b"one;", b"two", b""]
    with pytest.raises(FileNotFoundError):
        storage.open("reports/not-there.csv")


def test_what_is_private_lies_apart_and_no_address_leads_to_it(app: Flask, client: FlaskClient) -> None:
    app.extensions["private_storage"].put("exports/a.pdf", b"private", "application/pdf")
    assert app.extensions["private_storage"].get("exports/a.pdf") == b"private"
    for address in ("/media/exports/a.pdf", "/media/private/exports/a.pdf", "/media/../private/exports/a.pdf"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("key", ["../secret_key", "/etc/passwd", "photos/../x.webp", "photos/A.webp", "photos/x", ""])
def test_a_key_never_leaves_the_storage(storage: Storage, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        storage.get(key)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_small_and_without_what_the_camera_wrote(tmp_path: Path, format_name: str) -> None:
    folder = FolderStorage(tmp_path)
    key = store_photo(folder, photo_bytes(format_name, (2000, 1500)), field="photo")
    for width in (400, 1200):
        content = folder.get(f"{key}-{width}.webp")
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (width, width * 3 // 4)
            assert image.format == "WEBP"
            assert not image.getexif()
        assert b"SecretCameraMaker" not in content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        photo_bytes()[:200],
        photo_bytes("GIF"),
        photo_bytes(size=(20, 20)),
    ],
    ids=["empty", "text", "svg", "cut off", "gif", "tiny"],
)
def test_what_is_no_photo_is_refused_with_the_field_s_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        store_photo(FolderStorage(tmp_path), content, field="photo")
    assert refusal.value.field == "photo"
    assert list(tmp_path.iterdir()) == []


def test_media_is_served_for_good_and_nothing_else_is(app: Flask, client: FlaskClient) -> None:
    storage: Storage = app.extensions["storage"]
    storage.put("photos/b-400.webp", b"picture", "image/webp")
    answer = client.get("/media/photos/b-400.webp")
    assert answer.data == b"picture"
    assert answer.mimetype == "image/webp"
    assert answer.cache_control.immutable
    assert client.get("/media/photos/none-400.webp").status_code == 404
    assert client.get("/media/..%2Fsecret_key").status_code == 404
