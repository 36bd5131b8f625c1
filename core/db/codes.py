"""Codes that people read aloud, and secrets in links."""

import secrets

READABLE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people confuse with other signs."""


def readable_code(length: int) -> str:
    """A random code of `length` signs, five bits each; unique only with the constraint of its column."""
    # A sign is as likely as any other, for the 256 values of a byte are a multiple of the 32 signs.
    return "".join(READABLE_ALPHABET[byte % 32] for byte in secrets.token_bytes(length))


def secret_token() -> str:
    """A secret for a link: 256 random bits as 43 characters of base64url."""
    return secrets.token_urlsafe(32)
