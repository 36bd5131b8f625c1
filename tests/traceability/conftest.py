"""Where the official artefacts of the standards are, when they are there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VECTORS = Path(os.environ.get("VECTORS_DIR", ROOT.parent / "shared" / "vectors"))


@pytest.fixture
def vector() -> Callable[[str], Path]:
    """Gives the path of an artefact below VECTORS_DIR, or skips the test and says what is missing."""

    def find(name: str) -> Path:
        path = VECTORS / name
        if not path.exists():
            pytest.skip(f"{name} is not on this machine (set VECTORS_DIR to the folder with the standards' artefacts)")
        return path

    return find
