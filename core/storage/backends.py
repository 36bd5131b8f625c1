"""Where files lie: one small interface, two back-ends."""

import re
from pathlib import Path
from typing import Any, Protocol

from core.config import Settings

KEY_PATTERN = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*\.[a-z0-9]{1,8}")


PRIVATE_PREFIX = "private/"


class Storage(Protocol):
    """Files by key; a key is `folder/name.suffix` in lower-case ASCII and its content never changes."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store `content`; the same key twice is the same content."""

    def get(self, key: str) -> bytes:
        """The content. Raises FileNotFoundError."""

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
        """Write beside and rename, so that a reader never sees half a file."""
        path = self.folder / check_key(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.rename(path)

    def get(self, key: str) -> bytes:
        """The content of the file."""
        return (self.folder / check_key(key)).read_bytes()

    def delete(self, key: str) -> None:
        """Remove the file."""
        (self.folder / check_key(key)).unlink(missing_ok=True)


class BucketStorage:
    """Objects of an S3-compatible bucket below `prefix`; credentials come from the usual AWS variables.

    `cache_control` goes with every object, for whoever reads the bucket directly.
    """

    def __init__(
        self,
        *,
        bucket: str,
        endpoint_url: str | None,
        region: str,
        prefix: str = "",
        cache_control: str = "public, max-age=31536000, immutable",
    ) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self.cache_control = cache_control
        import boto3  # only here: it costs a quarter of a second at every start
        from botocore.exceptions import ClientError

        self.client_error = ClientError
        self.client: Any = boto3.client("s3", endpoint_url=endpoint_url, region_name=region)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Upload."""
        self.client.put_object(
            Bucket=self.bucket,
            Key=self.prefix + check_key(key),
            Body=content,
            ContentType=content_type,
            CacheControl=self.cache_control,
        )

    def get(self, key: str) -> bytes:
        """Download."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + check_key(key))
        except self.client_error as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise FileNotFoundError(key) from None
            raise
        content: bytes = answer["Body"].read()
        return content

    def delete(self, key: str) -> None:
        """Remove the object."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + check_key(key))


def storage_from(settings: Settings) -> Storage:
    """The back-end that the settings choose for what everybody may see."""
    if settings.s3_bucket:
        return BucketStorage(
            bucket=settings.s3_bucket, endpoint_url=settings.s3_endpoint_url, region=settings.s3_region
        )
    return FolderStorage((settings.var_dir / "media").resolve())


def private_storage_from(settings: Settings) -> Storage:
    """The back-end for files that only some may read: a folder that no address leads to, or the prefix `private/`.

    Of a bucket that is read directly (S3_PUBLIC_URL) only `photos/` may be public.
    """
    if settings.s3_bucket:
        return BucketStorage(
            bucket=settings.s3_bucket,
            endpoint_url=settings.s3_endpoint_url,
            region=settings.s3_region,
            prefix=PRIVATE_PREFIX,
            cache_control="private, no-store",
        )
    return FolderStorage((settings.var_dir / "private").resolve())
