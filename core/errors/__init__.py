"""Named errors that carry an HTTP status and a message in the reader's language."""

from core.errors.errors import (
    AppError,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    RequestKeyReused,
    RowErrors,
    Unavailable,
)

__all__ = ["AppError", "Conflict", "Invalid", "NotFound", "Refused", "RequestKeyReused", "RowErrors", "Unavailable"]
