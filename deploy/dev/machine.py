"""What the parts need of the machine they run on: programs, packages, a folder and a user for servers."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from deploy.console import CannotGoOn

ROOT = Path(__file__).resolve().parent.parent.parent
# Servers that refuse to run as root run as the user that every Unix has for such things.
UNPRIVILEGED_USER = "nobody"


def is_root() -> bool:
    return os.geteuid() == 0


def server_user() -> str | None:
    """The user to start servers as; None means the one who runs this."""
    return UNPRIVILEGED_USER if is_root() else None


def cache_folder() -> Path:
    """Where downloads are kept between runs and checkouts."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        caches = Path(named)
    elif home := os.environ.get("HOME"):
        caches = Path(home) / ".cache"
    else:
        caches = ROOT / "var"
    folder = caches / "cho-nguon"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def server_folder() -> Path:
    """Where servers keep their files: `var/dev/`, or below the temporary folder where their user cannot get there."""
    folder = ROOT / "var" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    if server_user() is not None and not all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
        name = sha256(str(ROOT).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"cho-nguon-dev-{name}"
        folder.mkdir(mode=0o755, exist_ok=True)
        if folder.stat().st_uid != os.geteuid():
            raise CannotGoOn(f"{folder} belongs to another user: remove it and run the command again.")
    return folder


def give_to_server_user(folder: Path) -> None:
    """Let the servers' user own `folder` and all in it."""
    user = server_user()
    if user is None:
        return
    shutil.chown(folder, user, None)
    for path in folder.rglob("*"):
        shutil.chown(path, user, None)


def fresh_folder(name: str) -> Path:
    """An empty folder for one server, owned by the servers' user."""
    folder = server_folder() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    give_to_server_user(folder)
    return folder


def run_tool(
    command: Sequence[str], what: str, *, environment: Mapping[str, str] | None = None, as_server: bool = False
) -> None:
    """Run a tool to its end. Raises `CannotGoOn` with `what` failed and the tool's last words."""
    user = server_user() if as_server else None
    done = subprocess.run(
        list(command),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=dict(environment or os.environ),
        cwd=server_folder() if user is not None else ROOT,
        start_new_session=True,
        user=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        words = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise CannotGoOn(f"{what} failed: {words or 'no reason was given'}")


def find_program(*names: str) -> str | None:
    """The first of `names` on the search path."""
    return next((found for found in map(shutil.which, names) if found), None)


def install_debian_packages(packages: Sequence[str]) -> None:
    """Install what is missing, in one go. Raises `CannotGoOn` where that is not possible."""
    if not packages:
        return
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotGoOn(f"Missing on this machine: {wanted} (Debian's names). Install them and run the command again.")
    if not is_root():
        raise CannotGoOn(f"Missing on this machine: {wanted}. Run `sudo apt-get install {wanted}`, then this again.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_tool(["apt-get", "update", "-q"], "apt-get update", environment=environment)
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    run_tool(install, f"apt-get install {wanted}", environment=environment)
