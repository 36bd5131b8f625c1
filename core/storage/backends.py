"""Where files lie: one small interface, two back-ends."""

import io
import re
import shutil
from pathlib import Path
from typing import IO, Any, Protocol

from core.config import Settings

KEY_PATTERN = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*\.[a-z0-9]{1,8}")

KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
NEVER_KEPT = "private, no-store"


class Storage(Protocol):
    """Files by key; a key is `folder/name.suffix` in lower-case ASCII and its content never changes."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store `content`; the same key twice is the same content."""

    def put_file(self, key: str, file: IO[bytes], content_type: str) -> None:
        """Store what is left to read of `file`, a piece at a time; it must be seekable."""

    def get(self, key: str) -> bytes:
        """The content. Raises FileNotFoundError."""

    def open(self, key: str) -> IO[bytes]:
        """The content, to be read a piece at a time and then closed. Raises FileNotFoundError."""

    def delete(self, key: str) -> None:
        """Remove the file; a key that is not there is fine."""


def check_key(key: str) -> str:
    """`key` if it has the allowed form. Raises FileNotFoundError otherwise: no such file can exist."""
    if not KEY_PATTERN.fullmatch(key):
        raise FileNotFoundError(key)
    return key


class FolderStorage:
    """Files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store the bytes."""
        self.put_file(key, io.BytesIO(content), content_type)

    def put_file(self, key: str, file: IO[bytes], content_type: str) -> None:
        """Write beside and rename, so that a reader never sees half a file."""
        path = self.folder / check_key(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with part.open("wb") as out:
            shutil.copyfileobj(file, out)
        part.rename(path)

    def get(self, key: str) -> bytes:
        """The content of the file."""
        return (self.folder / check_key(key)).read_bytes()

    def open(self, key: str) -> IO[bytes]:
        """The file, for reading."""
        return (self.folder / check_key(key)).open("rb")

    def delete(self, key: str) -> None:
        """Remove the file."""
        (self.folder / check_key(key)).unlink(missing_ok=True)


class BucketStorage:
    """Objects of an S3-compatible bucket; credentials come from the usual AWS variables."""

    def __init__(
        self, *, bucket: str, endpoint_url: str | None, region: str, cache_control: str = KEPT_FOR_A_YEAR
    ) -> None:
        self.bucket = bucket
        self.cache_control = cache_control
        import boto3  # only here: it costs a quarter of a second at every start
        from botocore.exceptions import ClientError

        self.client_error = ClientError
        self.client: Any = boto3.client("s3", endpoint_url=endpoint_url, region_name=region)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Upload the bytes."""
        self.put_file(key, io.BytesIO(content), content_type)

    def put_file(self, key: str, file: IO[bytes], content_type: str) -> None:
        """Upload, with what caches may do with it."""
        self.client.put_object(
            Bucket=self.bucket,
            Key=check_key(key),
            Body=file,
            ContentType=content_type,
            CacheControl=self.cache_control,
        )

    def get(self, key: str) -> bytes:
        """Download."""
        with self.open(key) as file:
            return file.read()

    def open(self, key: str) -> IO[bytes]:
        """What comes down while it is read."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=check_key(key))
        except self.client_error as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise FileNotFoundError(key) from None
            raise
        body: IO[bytes] = answer["Body"]
        return body

    def delete(self, key: str) -> None:
        """Remove the object."""
        self.client.delete_object(Bucket=self.bucket, Key=check_key(key))


def storage_from(settings: Settings) -> Storage:
    """The back-end that the settings choose for what everybody may see."""
    if settings.s3_bucket:
        return _bucket(settings, settings.s3_bucket, KEPT_FOR_A_YEAR)
    return FolderStorage((settings.var_dir / "media").resolve())


def private_storage_from(settings: Settings) -> Storage:
    """The back-end for files that only a view may hand out, after it has asked a policy."""
    if settings.s3_private_bucket:
        return _bucket(settings, settings.s3_private_bucket, NEVER_KEPT)
    return FolderStorage((settings.var_dir / "private").resolve())


def _bucket(settings: Settings, bucket: str, cache_control: str) -> BucketStorage:
    return BucketStorage(
        bucket=bucket,
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        cache_control=cache_control,
    )
