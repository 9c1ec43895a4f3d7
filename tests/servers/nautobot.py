"""A real Nautobot on Debian's PostgreSQL and Redis, on loopback and in a temporary folder.

    sh .ci/setup nautobot; python -m tests.servers.nautobot    # migrates an empty database, once

The migrations take minutes, so tests restore a dump of their result. Nautobot has an environment
of its own (`.ci/setup nautobot`), because its packages are many.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Optional

from tests.needs import ROOT, found
from tests.ports import reserved

from .process import end

ENVIRONMENT = ROOT / ".cache" / "nautobot"
#: of an empty database, after all migrations
DUMP = ENVIRONMENT / "empty.sql"
_DUMP_NAME = "its migrated database"
_SERVER = ENVIRONMENT / "bin" / "nautobot-server"
_LOGIN = ("-U", "nautobot")
_START_SECONDS = 600.0
_CONFIGURATION = """
from nautobot.core.settings import *
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "{secret}"
DATABASES = {{
    "default": {{
        "NAME": "nautobot",
        "USER": "nautobot",
        "HOST": "{folder}/data",
        "ENGINE": "django.db.backends.postgresql",
    }}
}}
CACHES = {{
    "default": {{
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "unix://{folder}/redis?db=1",
        "OPTIONS": {{"CLIENT_CLASS": "django_redis.client.DefaultClient"}},
    }}
}}
CELERY_BROKER_URL = "redis+socket://{folder}/redis?virtual_host=0"
INSTALLATION_METRICS_ENABLED = False
# an answer has several pages
MAX_PAGE_SIZE = 25
"""


class Failed(Exception):
    """A program did not do what it should. Names the program and its last lines."""


class Nautobot(NamedTuple):
    """A running Nautobot."""

    url: str
    #: a file with the API token of an administrator, not readable by other users
    token_file: Path
    folder: Path

    def run(self, script: str, **variables: str) -> str:
        """Run a script of Python inside Nautobot. Returns its output."""
        path = self.folder / "script.py"
        path.write_text(script, "utf-8")
        code = f"exec(compile(open({str(path)!r}).read(), 'script', 'exec'), {{}})"
        return _nautobot(self.folder, "shell", "--command", code, **variables)


def absent() -> list[str]:
    """What is missing; [] if all is here."""
    needed = {
        "PostgreSQL": _postgres("initdb"),
        "Redis": found("redis-server"),
        "Nautobot": _SERVER.exists(),
        _DUMP_NAME: DUMP.exists(),
    }
    return [name for name, path in needed.items() if not path]


@contextlib.contextmanager
def running() -> Iterator[Nautobot]:
    """Nautobot with an empty database and an administrator. Raises Failed."""
    with _database() as folder:
        words = ["-h", str(folder / "data"), "-q", "-f", str(DUMP), "nautobot"]
        _called([_postgres("psql"), *_LOGIN, *words], folder)
        token = secrets.token_hex(20)
        file = folder / "token"
        file.write_text(f"{token}\n")
        file.chmod(0o600)
        port = reserved()
        made = Nautobot(f"http://127.0.0.1:{port}", file, folder)
        made.run(_ADMINISTRATOR, TOKEN=token)
        words = ["runserver", f"127.0.0.1:{port}", "--noreload"]
        with open(folder / "server.log", "wb") as log:
            process = subprocess.Popen(
                [str(_SERVER), *words],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(port, token, process, folder / "server.log")
            yield made
        finally:
            end(process)


_ADMINISTRATOR = """
import os
from nautobot.users.models import Token, User
user = User.objects.create_superuser("admin", "admin@example.com", "unused")
Token.objects.create(user=user, key=os.environ["TOKEN"])
"""


def _wait(port: int, token: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the server's first answer."""
    until = time.monotonic() + _START_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        try:
            headers = {"Authorization": f"Token {token}"}
            connection.request("GET", "/api/dcim/devices/?limit=1", headers=headers)
            answer = connection.getresponse()
            if answer.status == 200:
                return
            raise Failed(f"nautobot-server answers {answer.status}: {answer.read(500)!r}")
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text("utf-8", "replace")[-500:]
                raise Failed(f"nautobot-server: {error}: {said}") from None
        finally:
            connection.close()
        time.sleep(0.2)


# ---- PostgreSQL and Redis ------------------------------------------------------------------------


@contextlib.contextmanager
def _database() -> Iterator[Path]:
    """An empty database `nautobot` and a Redis, on sockets in a new folder, which also has
    Nautobot's configuration.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nautobot-")))
        _start_postgres(stack, folder)
        _start_redis(stack, folder)
        text = _CONFIGURATION.format(secret=secrets.token_hex(32), folder=folder)
        (folder / "nautobot_config.py").write_text(text, "utf-8")
        yield folder


def _start_postgres(stack: ExitStack, folder: Path) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    front: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        folder.chmod(0o711)
        shutil.chown(data, "postgres", "postgres")
        front = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    place = ["-D", str(data)]
    make = ["-A", "trust", "-U", "nautobot", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    _called([*front, _postgres("initdb"), *place, *make], folder)
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": str(data),  # nobody else reaches it
        "fsync": "off",
        "full_page_writes": "off",
    }
    given = " ".join(f"-c {key}={value}" for key, value in settings.items())
    control = [*front, _postgres("pg_ctl"), *place, "-w", "-t", str(int(_START_SECONDS))]
    _called([*control, "-o", given, "-l", str(data / "log"), "start"], folder)
    stack.callback(_called, [*control, "-m", "immediate", "stop"], folder)
    _called([_postgres("createdb"), *_LOGIN, "-h", str(data), "nautobot"], folder)


def _start_redis(stack: ExitStack, folder: Path) -> None:
    path = folder / "redis"
    program = found("redis-server") or "redis-server"
    process = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", str(path), "--save", ""],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    stack.callback(end, process)
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise Failed("redis-server did not start") from None
        time.sleep(0.05)


def _postgres(name: str) -> str:
    """A program of PostgreSQL, which Debian does not put on the PATH; "" if it is missing."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(versions[0]) if versions else found(name) or ""


def _environment(folder: Path) -> dict[str, str]:
    """Of Nautobot, without settings of the person who runs it."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("NAUTOBOT_")}
    return {
        **own,
        "NAUTOBOT_ROOT": str(folder),
        "NAUTOBOT_CONFIG": str(folder / "nautobot_config.py"),
    }


def _nautobot(folder: Path, *words: str, **variables: str) -> str:
    environment = {**_environment(folder), **variables}
    return _called([str(_SERVER), *words], folder, environment)


def _called(
    words: Sequence[str], folder: Path, environment: Optional[Mapping[str, str]] = None
) -> str:
    """Run a program to its end. Returns its output. Raises Failed."""
    with open(folder / "output", "w+", encoding="utf-8", errors="replace") as output:
        # not a pipe: PostgreSQL's server would keep it open
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=3600,  # a migration takes minutes, on a busy machine many
            check=False,
        )
        output.seek(0)
        text = output.read()
    if done.returncode:
        raise Failed(f"{' '.join(words[:2])} ended with {done.returncode}: {text[-500:]}")
    return text


# ---- the command ---------------------------------------------------------------------------------


def main() -> int:
    """Migrate an empty database and keep its dump."""
    missing = [name for name in absent() if name != _DUMP_NAME]
    if missing:
        print(f"missing: {', '.join(missing)}; sh .ci/setup nautobot", file=sys.stderr)
        return 2
    if not DUMP.exists():
        print("Migrating an empty database, once: this takes minutes", flush=True)
        with _database() as folder:
            _nautobot(folder, "migrate")
            part = DUMP.with_suffix(".part")
            where = ["-h", str(folder / "data")]
            _called([_postgres("pg_dump"), *_LOGIN, *where, "-f", str(part), "nautobot"], folder)
            part.replace(DUMP)
    print("next: .venv/bin/python -m pytest tests/hall/test_nautobot.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
