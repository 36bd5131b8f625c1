"""The real parts, one class each. Versions are pinned here; every server listens on loopback only."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

from deploy.console import CannotGoOn
from deploy.dev.machine import (
    cache_folder,
    find_program,
    fresh_folder,
    give_to_server_user,
    run_tool,
    server_folder,
)
from deploy.dev.part import LoopbackPort, Part, http_answers

ELASTICSEARCH = "9.2.0"
ELASTICSEARCH_ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{}:zip"
ELASTICSEARCH_SHA256 = "bf44938a0490ba2a303d39c9cb64b38963dd08c812ce93e10816e878585bcb6b"
ELASTICSEARCH_HEAP = "1g"
OLDEST_JAVA = 21
STRIPE_MOCK = "v0.203.0"
OLDEST_GO = (1, 22)


class PostgreSQL(Part):
    """Debian's server with a private, empty cluster. Durability is off: its data lives as long as one test run."""

    name = "postgresql"
    stop_signal = signal.SIGINT  # "fast": ends the sessions and stops

    def __init__(self) -> None:
        super().__init__()
        self.port = LoopbackPort()
        self.password = secrets.token_hex(16)

    def missing_packages(self) -> list[str]:
        return [] if self._programs() else ["postgresql"]

    def start(self) -> None:
        programs = self._programs()
        if programs is None:
            raise CannotGoOn("PostgreSQL 15 or newer is not installed where Debian puts it (/usr/lib/postgresql).")
        data = fresh_folder("postgresql")
        password_file = server_folder() / "postgresql-password"
        password_file.write_text(self.password)
        give_to_server_user(password_file)
        options = ["--username=cho_nguon", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run_tool([str(programs / "initdb"), "-D", str(data), *options], "initdb", as_server=True)
        password_file.unlink()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(self.port.number)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.spawn(command, data, {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})

    def answers(self) -> bool:
        programs = self._programs()
        probe = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port.number)] if programs else []
        return bool(probe) and subprocess.run(probe, check=False).returncode == 0

    def environment(self) -> dict[str, str]:
        url = f"postgresql://cho_nguon:{self.password}@127.0.0.1:{self.port.number}/postgres"
        return {"TEST_DATABASE_URL": url}

    def _programs(self) -> Path | None:
        """Folder of the oldest installed server that the project supports, so that tests meet the oldest."""
        versions = [int(path.parent.name) for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin")]
        supported = sorted(version for version in versions if version >= 15)
        return Path(f"/usr/lib/postgresql/{supported[0]}/bin") if supported else None


class Redis(Part):
    """Debian's server, in memory only."""

    name = "redis"

    def __init__(self) -> None:
        super().__init__()
        self.port = LoopbackPort()

    def missing_packages(self) -> list[str]:
        return [] if find_program("redis-server") else ["redis-server"]

    def start(self) -> None:
        folder = fresh_folder("redis")
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port.number), "--save", ""]
        self.spawn([*command, "--appendonly", "no", "--dir", str(folder)], folder, {"PATH": os.environ["PATH"]})

    def answers(self) -> bool:
        return self.port.is_open()

    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://127.0.0.1:{self.port.number}/0"}


class Elasticsearch(Part):
    """The server that Elastic publishes on Maven Central, on a Java 21 or newer."""

    name = "elasticsearch"

    def __init__(self) -> None:
        super().__init__()
        self.port = LoopbackPort()
        self.transport_port = LoopbackPort()

    def missing_packages(self) -> list[str]:
        return [] if self._archive().exists() or find_program("mvn") else ["maven"]

    def install(self) -> None:
        self._java_home()
        if self._archive().exists():
            return
        artifact = ELASTICSEARCH_ARTIFACT.format(ELASTICSEARCH)
        folder = cache_folder() / "download"
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        run_tool(command, "Fetching Elasticsearch from Maven Central")
        fetched = folder / self._archive().name
        if sha256(fetched.read_bytes()).hexdigest() != ELASTICSEARCH_SHA256:
            fetched.unlink()
            raise CannotGoOn("The fetched Elasticsearch is not the file that was expected: run the command again.")
        fetched.replace(self._archive())

    def start(self) -> None:
        home = self._unpack()
        java_options = f"-Xms{ELASTICSEARCH_HEAP} -Xmx{ELASTICSEARCH_HEAP}"
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "ES_TMPDIR": str(home / "tmp")}
        environment |= {"ES_JAVA_HOME": self._java_home(), "ES_JAVA_OPTS": java_options}
        self.spawn([str(home / "bin" / "elasticsearch")], home, environment)

    def answers(self) -> bool:
        return http_answers(f"{self._url()}/_cluster/health?wait_for_status=yellow&timeout=1s")

    def environment(self) -> dict[str, str]:
        return {"ELASTICSEARCH_URL": self._url()}

    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port.number}"

    def _archive(self) -> Path:
        return cache_folder() / f"elasticsearch-{ELASTICSEARCH}.zip"

    def _unpack(self) -> Path:
        """A fresh installation with our configuration, owned by the servers' user."""
        folder = fresh_folder("elasticsearch")
        with zipfile.ZipFile(self._archive()) as archive:
            archive.extractall(folder)
        home = folder / f"elasticsearch-{ELASTICSEARCH}"
        (home / "tmp").mkdir()
        for program in (home / "bin").iterdir():
            program.chmod(0o755)
        configuration = {
            "discovery.type": "single-node",
            "xpack.security.enabled": "false",
            "network.host": "127.0.0.1",
            "http.port": self.port.number,
            "transport.port": self.transport_port.number,
            # A test run must not fail because the disk of the machine is nearly full.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        lines = [f"{name}: {value}\n" for name, value in configuration.items()]
        (home / "config" / "elasticsearch.yml").write_text("".join(lines))
        give_to_server_user(folder)
        return home

    def _java_home(self) -> str:
        """A Java that is new enough: as named in the environment, or where systems put it."""
        named = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
        places = [
            *named,
            *sorted(Path("/usr/lib/jvm").glob("*"), reverse=True),
            *sorted(Path("/opt").glob("*j[dr][ke]*")),
        ]
        for place in places:
            if java_version(place) >= OLDEST_JAVA:
                return str(place)
        raise CannotGoOn(
            f"Elasticsearch needs Java {OLDEST_JAVA} or newer: install one (for example Temurin, from adoptium.net) "
            "below /usr/lib/jvm, or name its folder in ES_JAVA_HOME, and run the command again."
        )


def java_version(home: Path) -> int:
    """The feature version of the Java in `home`; 0 when there is none."""
    release = home / "release"
    if not release.is_file() or not (home / "bin" / "java").exists():
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


class StripeMock(Part):
    """Stripe's own stateless mock, built from source."""

    name = "stripe-mock"

    def __init__(self) -> None:
        super().__init__()
        self.port = LoopbackPort()

    def install(self) -> None:
        if self._program().exists():
            return
        go = find_program("go")
        if go is None or go_version(go) < OLDEST_GO:
            wanted = ".".join(map(str, OLDEST_GO))
            raise CannotGoOn(
                f"stripe-mock is built with Go {wanted} or newer: install it from go.dev, then run this again."
            )
        folder = cache_folder()
        environment = {**os.environ, "GOBIN": str(self._program().parent), "GOFLAGS": "-modcacherw"}
        environment.setdefault("GOCACHE", str(folder / "go-build"))
        environment.setdefault("GOPATH", str(folder / "go"))
        run_tool(
            [go, "install", f"github.com/stripe/stripe-mock@{STRIPE_MOCK}"],
            "Building stripe-mock",
            environment=environment,
        )

    def start(self) -> None:
        # Its user may not be allowed into the cache folder, so it runs from a copy.
        folder = fresh_folder("stripe-mock")
        program = folder / "stripe-mock"
        shutil.copy(self._program(), program)
        give_to_server_user(folder)
        command = [str(program), "-http-addr", f"127.0.0.1:{self.port.number}"]
        self.spawn(command, folder, {"PATH": os.environ["PATH"]})

    def answers(self) -> bool:
        return http_answers(f"http://127.0.0.1:{self.port.number}/", accepted=(200, 400, 401, 404))

    def environment(self) -> dict[str, str]:
        return {"STRIPE_MOCK_URL": f"http://127.0.0.1:{self.port.number}"}

    def _program(self) -> Path:
        return cache_folder() / f"stripe-mock-{STRIPE_MOCK}" / "stripe-mock"


def go_version(go: str) -> tuple[int, int]:
    """Major and minor version of the Go toolchain `go`; (0, 0) when it says none."""
    said = subprocess.run([go, "env", "GOVERSION"], check=False, capture_output=True, text=True).stdout
    found = re.match(r"go(\d+)\.(\d+)", said)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


class Chromium(Part):
    """The browser; the tests start it themselves."""

    name = "chromium"

    def missing_packages(self) -> list[str]:
        return [] if self._program() else ["chromium"]

    def start(self) -> None:
        """Nothing to start."""

    def answers(self) -> bool:
        return self._program() is not None

    def environment(self) -> dict[str, str]:
        return {"CHROMIUM_PATH": self._program() or ""}

    def _program(self) -> str | None:
        return os.environ.get("CHROMIUM_PATH") or find_program("chromium", "chromium-browser", "google-chrome")


ALL_PARTS: tuple[type[Part], ...] = (PostgreSQL, Redis, Elasticsearch, StripeMock, Chromium)
