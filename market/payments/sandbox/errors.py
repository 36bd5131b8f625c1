"""The error a caller of the API gets, in the form Stripe gives it."""

from __future__ import annotations

from typing import Any


class SandboxMisconfigured(ValueError):
    """The sandbox was asked to start with settings it must not run with."""


class ApiError(Exception):
    """An answer other than 200: `error: {type, code, message, param}` with an HTTP status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param

    def body(self) -> dict[str, Any]:
        """The JSON body; `code`, `param` and `doc_url` appear only where they say something."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def missing_object(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """The error for an object that does not exist: 404 when the address names it, 400 when a parameter does."""
    return ApiError(f"No such {kind}: '{object_id}'", status=status, code="resource_missing", param=param)
