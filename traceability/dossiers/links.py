"""Addresses of dossiers that are printed. They stay as they are for as long as there is paper with them."""

from typing import Final

CHECK_PREFIX: Final = "/dossiers"


def check_path(number: str) -> str:
    """Where whoever holds the dossier with this number sees whether it still stands."""
    return f"{CHECK_PREFIX}/{number}"
