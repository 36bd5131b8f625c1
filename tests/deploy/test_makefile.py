"""The Makefile: which of the Pythons of a machine the project is installed with."""

import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"
MAKE = shutil.which("make") or "make"

COMPLETE = "exit 0"
TOO_OLD = "exit 1"
WITHOUT_ENSUREPIP = 'case "$*" in *ensurepip*) exit 1 ;; esac'


def chosen(folder: Path, *, system: str | None, on_path: str | None, **named: str) -> str:
    """Which Python is taken where the system's own and the one on the path behave so; None is one that is missing."""
    programs = folder / "bin"
    programs.mkdir()
    for program, behaviour in ((folder / "system", system), (programs / "python3", on_path)):
        if behaviour is not None:
            program.write_text(f"#!/bin/sh\n{behaviour}\n")
            program.chmod(0o755)
    (folder / "print.mk").write_text("print-python:\n\t$(info $(PYTHON))@:\n")
    variables = {"SYSTEM_PYTHON": str(folder / "system")} | named
    done = subprocess.run(
        [MAKE, "-s", "-f", MAKEFILE, "-f", folder / "print.mk", "print-python", *map("=".join, variables.items())],
        cwd=folder,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().replace(str(folder), "…")


@pytest.mark.parametrize(
    ("system", "on_path", "taken"),
    [
        (COMPLETE, COMPLETE, "…/system"),
        (TOO_OLD, COMPLETE, "python3"),
        (WITHOUT_ENSUREPIP, COMPLETE, "python3"),
        (None, COMPLETE, "python3"),
        (WITHOUT_ENSUREPIP, WITHOUT_ENSUREPIP, "…/system"),
        (TOO_OLD, WITHOUT_ENSUREPIP, "python3"),
        (TOO_OLD, TOO_OLD, "python3"),
        (None, None, "python3"),
    ],
)
def test_the_first_complete_python_is_taken_or_else_the_first_new_enough(
    system: str | None, on_path: str | None, taken: str, tmp_path: Path
) -> None:
    assert chosen(tmp_path, system=system, on_path=on_path) == taken


def test_a_python_that_is_named_is_taken(tmp_path: Path) -> None:
    assert chosen(tmp_path, system=COMPLETE, on_path=COMPLETE, PYTHON="python4") == "python4"
