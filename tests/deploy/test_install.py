"""`make install`: one sentence for everything that can stand in its way."""

import errno
import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from deploy import install
from deploy.console import CannotGoOn, require_disk_space


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with requirement files and a finished install of them."""
    (tmp_path / "requirements").mkdir()
    for name in install.REQUIREMENTS:
        (tmp_path / name).write_text("flask==3.1.3 \\\n    --hash=sha256:00\nCelery[redis]==5.7.0 \\\n")
    python = install.python_in(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    install.stamp_of(tmp_path / ".venv").write_text(install.fingerprint(tmp_path))
    return tmp_path


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13), (2, 7, 18)])
def test_an_old_python_is_named(version: tuple[int, int, int]) -> None:
    with pytest.raises(CannotGoOn) as refusal:
        install.check_python_version(version)
    found = ".".join(map(str, version))
    assert f"Python 3.11 or newer is needed; found {found}." in str(refusal.value)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_python_is_accepted(version: tuple[int, int, int]) -> None:
    install.check_python_version(version)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_which_package_to_install(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else real(name))
    with pytest.raises(CannotGoOn, match=rf"without the {module} module.*apt install python3\.12-venv"):
        install.check_venv_module((3, 12, 1))


def test_a_nearly_full_disk_is_refused_before_anything_is_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.stamp_of(checkout / ".venv").unlink()
    before = sorted(checkout.rglob("*"))
    usage = shutil.disk_usage(checkout)._replace(free=install.SPACE_NEEDED_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(CannotGoOn, match=r"1\.5 GB left and 1\.5 GB are needed: free some space"):
        install.install(checkout)
    assert sorted(checkout.rglob("*")) == before


def test_enough_disk_is_accepted(tmp_path: Path) -> None:
    require_disk_space(str(tmp_path), 1)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "Retrying … Temporary failure in name resolution\nERROR: No matching distribution",
            "cannot be reached",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "does not have the hash"),
        ("ERROR: No matching distribution found for flask==9", "pip failed: ERROR: No matching distribution found"),
        ("", "pip failed: no reason was given"),
    ],
)
def test_what_pip_says_becomes_one_sentence(output: str, sentence: str) -> None:
    explained = install.explain(output, "pip failed")
    assert sentence in explained
    assert "\n" not in explained


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "cannot be written")],
)
def test_what_the_operating_system_refuses_becomes_one_sentence(number: int, sentence: str) -> None:
    assert sentence in install.explain_os_error(OSError(number, os.strerror(number), ".venv"))


def test_a_finished_install_is_recognised(checkout: Path) -> None:
    assert install.is_installed(checkout, checkout / ".venv")


def test_changed_requirements_are_installed_again(checkout: Path) -> None:
    (checkout / install.REQUIREMENTS[1]).write_text("flask==3.1.4\n")
    assert not install.is_installed(checkout, checkout / ".venv")


def test_a_removed_environment_is_made_again(checkout: Path) -> None:
    install.python_in(checkout / ".venv").unlink()
    assert not install.is_installed(checkout, checkout / ".venv")


def test_packages_are_counted_once(checkout: Path) -> None:
    assert install.count_packages(checkout) == 2


def test_only_newer_translations_are_compiled(tmp_path: Path) -> None:
    folders = [tmp_path / "translations" / locale / "LC_MESSAGES" for locale in ("en", "vi", "fr")]
    for age, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "messages.po").touch()
        (folder / "messages.mo").touch()
        os.utime(folder / "messages.mo", (1_000_000_000 * age,) * 2)
        os.utime(folder / "messages.po", (1_000_000_000,) * 2)
    (folders[2] / "messages.mo").unlink()
    stale = [source.parent.parent.name for source, _ in install.stale_translations(tmp_path)]
    assert stale == ["en", "fr"]


def test_the_stylesheet_is_written_again_when_a_page_has_changed(checkout: Path) -> None:
    venv, page, made = checkout / ".venv", checkout / "templates" / "page.html", checkout / install.STYLESHEET
    for path in (page, made):
        path.parent.mkdir(parents=True)
    page.touch()
    assert install.is_stylesheet_stale(checkout, venv)
    made.touch()
    latest = max(path.stat().st_mtime for path in (page, made, install.stamp_of(venv)))
    os.utime(made, (latest + 1,) * 2)
    assert not install.is_stylesheet_stale(checkout, venv)
    os.utime(page, (latest + 2,) * 2)
    assert install.is_stylesheet_stale(checkout, venv)
