"""`make install`: a virtual environment in `.venv` with exactly the packages of the hashed requirement files.

Runs on whatever Python the machine has, with nothing installed, so it keeps to the standard library and to syntax
that Python 3.8 reads; a Python too old for the project gets one sentence instead of a traceback. A second run compares
one hash and returns at once. It also compiles the translations whose source is newer than the compiled file, and makes
the stylesheet of Bootstrap's used part anew when a page has changed.
"""

from __future__ import annotations  # Python 3.8 must be able to read this file

import errno
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from deploy.console import CannotGoOn, give_up, require_disk_space, say, step

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
SPACE_NEEDED_BYTES = 1500 * 1000 * 1000
STYLESHEET = "static/css/bootstrap.css"
REQUIREMENTS = ("requirements/base.txt", "requirements/dev.txt")

NO_SPACE = ("No space left on device", "[Errno 28]", "Disk quota exceeded")
NO_NETWORK = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Network is unreachable",
    "Read timed out",
    "ConnectTimeoutError",
    "NewConnectionError",
    "ProxyError",
    "SSLError",
    "Connection refused",
    "Connection reset by peer",
)
WRONG_HASH = ("DO NOT MATCH THE HASHES",)


def check_python_version(version: tuple[int, int, int]) -> None:
    """Raise `CannotGoOn` when the running interpreter is older than the project's oldest."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        raise CannotGoOn(
            f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed; "
            f"found {'.'.join(str(part) for part in version[:3])}. "
            "Install a newer one, or name it: make PYTHON=/path/to/python3"
        )


def check_venv_module(version: tuple[int, int, int]) -> None:
    """Raise `CannotGoOn` when this Python was packaged without `venv` or `ensurepip`, as Debian does."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise CannotGoOn(
                f"This Python comes without the {module} module: on Debian or Ubuntu run "
                f"`apt install python{version[0]}.{version[1]}-venv`, elsewhere install a complete Python, "
                "then run the command again."
            )


def python_in(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(root: Path) -> str:
    """The hash that names this set of requirements; the stamp of a finished install holds it."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        digest.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def stamp_of(venv: Path) -> Path:
    return venv / "installed-requirements.sha256"


def is_installed(root: Path, venv: Path) -> bool:
    """Whether the last finished install in `venv` was of exactly these requirements."""
    stamp = stamp_of(venv)
    return python_in(venv).exists() and stamp.is_file() and stamp.read_text().strip() == fingerprint(root)


def venv_is_usable(venv: Path) -> bool:
    """Whether a `.venv` left by an interrupted install or an older Python can be filled further."""
    python = python_in(venv)
    if not python.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < ({}, {}))".format(*OLDEST_PYTHON)
    return subprocess.run([str(python), "-c", probe], check=False, capture_output=True).returncode == 0


def make_venv(venv: Path) -> None:
    """Create `venv`, replacing an unusable one. Raises `CannotGoOn` with the reason in one sentence."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if made.returncode != 0:
        check_venv_module(sys.version_info[:3])
        raise CannotGoOn(explain(made.stdout, "The virtual environment could not be made"))


def explain(output: str, what_failed: str) -> str:
    """Turn the output of a failed tool into one sentence that says what to do."""
    if any(sign in output for sign in NO_SPACE):
        return f"The disk is full: free at least {SPACE_NEEDED_BYTES / 1e9:.1f} GB and run the command again."
    if any(sign in output for sign in WRONG_HASH):
        return (
            "A downloaded package does not have the hash that the requirement files name, so nothing of it was "
            "installed: check the package index or proxy in use, and run the command again."
        )
    if any(sign in output for sign in NO_NETWORK):
        return (
            "The package index cannot be reached: connect this machine to the Internet (or set PIP_INDEX_URL to a "
            "mirror that it reaches) and run the command again."
        )
    reasons = [line.strip() for line in output.splitlines() if re.search("error|Error|ERROR", line)]
    return "{}: {}".format(what_failed, reasons[-1] if reasons else "no reason was given")


def count_packages(root: Path) -> int:
    """How many packages the requirement files pin, each name counted once."""
    names = set()
    for name in REQUIREMENTS:
        for line in (root / name).read_text().splitlines():
            pinned = re.match(r"([A-Za-z0-9._-]+)(\[[^]]*\])?==", line)
            if pinned:
                names.add(pinned.group(1).lower())
    return len(names)


def follow_pip(lines: Iterable[str], expected: int, log: IO[str]) -> str:
    """Copy pip's output to `log`, say how far it is, and return what it printed."""
    printed: list[str] = []
    seen = 0
    for line in lines:
        printed.append(line)
        log.write(line)
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            seen += 1
            if seen % 25 == 0:
                say(f"    {seen} of about {expected} packages fetched")
        elif line.startswith("Installing collected packages"):
            say("    all fetched, now unpacking")
    return "".join(printed)


def install_requirements(root: Path, venv: Path) -> None:
    """Install the pinned, hashed packages into `venv`; pip's own words go to `var/log/install.log`."""
    log_path = root / "var" / "log" / "install.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = [str(python_in(venv)), "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    for name in REQUIREMENTS:
        command += ["-r", str(root / name)]
    with log_path.open("w") as log:
        pip = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, cwd=str(root)
        )
        assert pip.stdout is not None
        output = follow_pip(pip.stdout, count_packages(root), log)
    if pip.wait() != 0:
        raise CannotGoOn(explain(output, "pip could not install the packages (its words are in var/log/install.log)"))


def stale_translations(root: Path) -> list[tuple[Path, Path]]:
    """Pairs of (source, compiled) catalogues whose source is newer than the compiled one."""
    stale = []
    for source in sorted((root / "translations").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            stale.append((source, compiled))
    return stale


def compile_translations(root: Path, venv: Path) -> None:
    """Compile what `stale_translations` found."""
    for source, compiled in stale_translations(root):
        with step(f"compile the translations into {source.parent.parent.name}"):
            arguments = ["-m", "babel.messages.frontend", "compile", "-i", str(source), "-o", str(compiled)]
            run_in_venv(root, venv, arguments, f"{source} could not be compiled")


def is_stylesheet_stale(root: Path, venv: Path) -> bool:
    """Whether a template, script, stylesheet or package has changed since their part of Bootstrap was written."""
    made = root / STYLESHEET
    if not made.exists():
        return True
    sources = [root / "core" / "web" / "bootstrap_css.py", stamp_of(venv)]
    for place, name in (("templates", "*.html"), ("static/js", "*.js"), ("static/css", "*.css")):
        sources += (path for path in (root / place).rglob(name) if path != made)
    written = made.stat().st_mtime
    return any(path.stat().st_mtime > written for path in sources if path.exists())


def write_stylesheet(root: Path, venv: Path) -> None:
    """Write the part of Bootstrap that the pages use, when `is_stylesheet_stale`."""
    if not is_stylesheet_stale(root, venv):
        return
    with step("write the used part of Bootstrap"):
        run_in_venv(root, venv, ["-m", "core.web.bootstrap_css"], f"{STYLESHEET} could not be written")


def run_in_venv(root: Path, venv: Path, arguments: list[str], failure: str) -> None:
    """Run Python in the environment, silently. Raises CannotGoOn with what it said where it fails."""
    done = subprocess.run(
        [str(python_in(venv)), *arguments],
        cwd=str(root),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise CannotGoOn(explain(done.stdout, failure))


def install(root: Path) -> None:
    """Bring `.venv`, the compiled translations and the stylesheet up to date; says nothing when they are."""
    venv = root / ".venv"
    if not is_installed(root, venv):
        say("Installing into .venv, once (a few minutes on a slow line)")
        require_disk_space(str(root), SPACE_NEEDED_BYTES)
        if not venv_is_usable(venv):
            check_venv_module(sys.version_info[:3])
            with step("make the virtual environment"):
                make_venv(venv)
        with step(f"install {count_packages(root)} packages"):
            install_requirements(root, venv)
        stamp_of(venv).write_text(fingerprint(root) + "\n")
    compile_translations(root, venv)
    write_stylesheet(root, venv)


def explain_os_error(error: OSError) -> str:
    """One sentence for what the operating system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return explain(NO_SPACE[0], "")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{error.filename or ROOT} cannot be written: run the command as the user who owns this folder."
    return f"The operating system refused: {error}."


def main() -> int:
    try:
        check_python_version(sys.version_info[:3])
        install(ROOT)
    except CannotGoOn as reason:
        give_up(str(reason))
    except OSError as error:
        give_up(explain_os_error(error))
    except KeyboardInterrupt:
        give_up("Stopped; run the command again to finish the installation.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
