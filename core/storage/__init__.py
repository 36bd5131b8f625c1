"""Files that people upload: a folder in the embedded profile, an S3-compatible bucket in production."""

from core.storage.images import photo_place, store_photo
from core.storage.setup import init_app, media_url, private_storage, storage

__all__ = ["init_app", "media_url", "photo_place", "private_storage", "storage", "store_photo"]
