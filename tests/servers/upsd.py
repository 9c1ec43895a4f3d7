"""A real NUT server on 127.0.0.1: upsd with the drivers dummy-ups and snmp-ups.

Runs as the user `nut` when started by root, else as the current user. All its files are in a
temporary folder, /etc/nut is not read, and all processes are stopped even after an error.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Optional

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from tests.needs import program
from tests.ports import PORTS_TRIED, reserved
from tests.processes.ending import end as end_process
from tests.waiting import run_program, until

_NSS_PASSWORD = "nss-database"


class User(NamedTuple):
    """One section of upsd.users; `rights` are its lines after the password."""

    name: str
    password: str
    rights: Sequence[str] = ()


ADMIN = User("admin", "nut-own-words", ("actions = SET", "actions = FSD", "instcmds = ALL"))
VIEWER = User("viewer", "viewpw")
ONE_COMMAND = User("onecmd", "onepw", ("instcmds = outlet.1.load.off",))
PRIMARY = User("mon", "monpw", ("upsmon primary",))
SECONDARY = User("sec", "secpw", ("upsmon secondary",))
ODD = User("odd-user", 'p "q" \\ # = \' x', ("actions = SET",))
USERS = (ADMIN, VIEWER, ONE_COMMAND, PRIMARY, SECONDARY, ODD)


@dataclass(frozen=True)
class Section:
    """One section of ups.conf.

    `file`: text of the data file (dummy-ups). `run`: whether the driver starts with upsd.
    """

    name: str
    driver: str = "dummy-ups"
    settings: Mapping[str, str] = field(default_factory=dict)
    file: Optional[str] = None
    run: bool = True


def dummy(name: str, variables: Mapping[str, str], description: str = "") -> Section:
    """A device with these variables. It keeps the values of SET VAR; no outlet has a command."""
    text = "".join(f"{variable}: {_escaped(value)}\n" for variable, value in variables.items())
    return dummy_file(name, text, description)


def dummy_file(name: str, text: str, description: str = "") -> Section:
    """A device from a file of dummy-ups or a dump of a real driver.

    An empty value gets quotes, because the driver would otherwise repeat the value of the line
    before.
    """
    text = re.sub(r"(?m)^(\S+:)[ \t]*$", r'\1 ""', text)
    settings = {"mode": "dummy-once", **({"desc": description} if description else {})}
    return Section(name, settings=settings, file=text)


def snmp(name: str, port: int, mibs: str, poll_s: int = 1) -> Section:
    """A driver for an SNMP agent on 127.0.0.1 with the community `private`."""
    return Section(
        name,
        "snmp-ups",
        {
            "port": f"127.0.0.1:{port}",
            "community": "private",
            "snmp_version": "v2c",
            "mibs": mibs,
            "pollfreq": str(poll_s),
        },
    )


def absent(name: str) -> Section:
    """A device whose driver is not started."""
    return Section(name, file="", run=False)


def _escaped(value: str) -> str:
    return "".join("\\" + c if c in '#\\"' else c for c in value)


class Upsd:
    """upsd with drivers; a context manager. A driver's data are stale `max_age` s after its last
    report.

    `more`: text for the end of ups.conf: devices whose drivers are other programs, which the test
    starts. Their sockets belong into `state_path`. With `tls`, upsd offers STARTTLS with a
    certificate for localhost and 127.0.0.1, which `ca_pem` verifies.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        sections: Sequence[Section],
        users: Sequence[User] = USERS,
        *,
        tls: bool = False,
        max_age: int = 60,
        more: str = "",
    ) -> None:
        program("dummy-ups")  # its package also makes the user nut
        self._sections = {section.name: section for section in sections}
        self._users = users
        self._max_age = max_age
        self._more = more
        self._folder = Path(tempfile.mkdtemp(prefix="upsd-"))
        self._tidy = weakref.finalize(self, shutil.rmtree, str(self._folder), True)
        self._account = pwd.getpwnam("nut") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._drivers: dict[str, _Process] = {}
        self._upsd: Optional[_Process] = None
        self.port = 0
        self.ca_pem = self.certificate = ""
        self._tls = tls

    def __enter__(self) -> Upsd:
        try:
            self._write()
            for section in self._sections.values():
                if section.run:
                    self._start_driver(section)
            for section in self._sections.values():
                if section.run:
                    self._await_driver(section)
            # another program may take a port before upsd binds it
            for _ in range(PORTS_TRIED):
                self.port = reserved()
                self._write_server()
                if self._start_upsd():
                    return self
            raise RuntimeError(f"upsd did not start: {self._log('upsd')}")
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends upsd and the drivers and removes the folder. May be called more than once."""
        for process in [self._upsd, *self._drivers.values()]:
            if process is not None:
                process.end()
        self._tidy()

    # ---- faults that a test causes ---------------------------------------------------------------

    def kill_driver(self, name: str) -> None:
        """Ends a driver; upsd then answers DRIVER-NOT-CONNECTED."""
        self._drivers[name].end()

    def start_driver(self, name: str) -> None:
        """Starts a driver, again or for the first time, and waits until upsd has its data."""
        self._start_driver(self._sections[name])
        self._await_driver(self._sections[name])
        self._await_data()

    def pause_driver(self, name: str) -> None:
        """Pauses a driver; after `max_age` s its data are stale."""
        self._drivers[name].signal(signal.SIGSTOP)

    def resume_driver(self, name: str) -> None:
        self._drivers[name].signal(signal.SIGCONT)

    def stop_upsd(self) -> None:
        """Ends upsd; the drivers keep running."""
        if self._upsd is not None:
            self._upsd.end()

    def start_upsd(self, wait: bool = True) -> None:
        """Starts upsd again on the same port and waits for its drivers' data; without `wait`, only
        until it answers.
        """
        if not self._start_upsd(wait):
            raise RuntimeError(f"upsd did not start again: {self._log('upsd')}")

    def ask(self, line: str) -> str:
        """The first line of upsd's answer on a new connection; "" if there is none."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection((self.host, self.port), 20) as connection,
        ):
            connection.sendall(line.encode() + b"\n")
            with connection.makefile("rb") as answer:
                return answer.readline().decode("utf-8", "replace").rstrip("\n")
        return ""

    # ---- files -----------------------------------------------------------------------------------

    def _write(self) -> None:
        etc = self._folder / "etc"
        run = self._folder / "run"
        for folder in (etc, run):
            folder.mkdir()

        lines = ["maxretry = 1"]
        for section in self._sections.values():
            settings = {"driver": section.driver, **section.settings}
            if section.file is not None:
                device_file = etc / f"{section.name}.dev"
                device_file.write_text(section.file, "utf-8")
                settings["port"] = str(device_file)
            lines.append(f"[{section.name}]")
            for key, value in settings.items():
                lines.append(f'  {key} = "{_escaped(value)}"')
        (etc / "ups.conf").write_text("\n".join([*lines, self._more, ""]), "ascii")

        users: list[str] = []
        for user in self._users:
            users.append(f"[{user.name}]")
            users.append(f'  password = "{_escaped(user.password)}"')
            users += user.rights
        (etc / "upsd.users").write_text("\n".join(users) + "\n", "utf-8")
        (etc / "nut.conf").write_text("MODE=netserver\n", "ascii")
        if self._tls:
            self._write_certificate(etc)
        self._hand_over()

    def _write_server(self) -> None:
        etc = self._folder / "etc"
        lines = [
            f"LISTEN {self.host} {self.port}",
            f"MAXAGE {self._max_age}",
            f'STATEPATH "{self._folder / "run"}"',
        ]
        if self._tls:
            # Debian's upsd needs an NSS database; an upsd that was built with OpenSSL needs the
            # file.
            lines += [
                f'CERTPATH "{etc / "nss"}"',
                f'CERTIDENT "upsd" "{_NSS_PASSWORD}"',
                f'CERTFILE "{etc / "upsd.pem"}"',
            ]
        (etc / "upsd.conf").write_text("\n".join(lines) + "\n", "ascii")
        self._hand_over()

    def _write_certificate(self, etc: Path) -> None:
        authority = trustme.CA()
        leaf = authority.issue_cert("localhost", "127.0.0.1")
        ca = authority.cert_pem.bytes()
        key = leaf.private_key_pem.bytes()
        chain = leaf.cert_chain_pems[0].bytes()
        self.ca_pem = ca.decode("ascii")
        self.certificate = chain.decode("ascii")
        # for a upsd with OpenSSL
        (etc / "upsd.pem").write_bytes(chain + ca + key)
        (etc / "ca.pem").write_text(self.ca_pem, "ascii")
        # for a upsd with NSS
        (etc / "nss").mkdir()
        (etc / "password").write_text(_NSS_PASSWORD, "ascii")
        private = load_pem_private_key(key, None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        certificate = x509.load_pem_x509_certificate(chain)
        encryption = BestAvailableEncryption(b"p12")
        (etc / "upsd.p12").write_bytes(
            pkcs12.serialize_key_and_certificates(b"upsd", private, certificate, None, encryption)
        )
        for command in (
            "certutil -N -d sql:nss -f password",
            "certutil -A -n authority -t CT,, -i ca.pem -d sql:nss -f password",
            "pk12util -i upsd.p12 -d sql:nss -k password -W p12",
        ):
            name, *arguments = command.split()
            result = run_program([program(name), *arguments], cwd=etc)
            if result.returncode:
                raise RuntimeError(f"{name} failed: {result.stderr.strip()}")

    def _hand_over(self) -> None:
        """Gives the files to NUT's user and hides them from others: NUT logs a warning if its
        configuration is world-readable.
        """
        for path in [self._folder, *self._folder.rglob("*")]:
            os.chmod(path, 0o750 if path.is_dir() else 0o640)
            if os.getuid() == 0:
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    # ---- processes -------------------------------------------------------------------------------

    def _launch(self, name: str, arguments: list[str]) -> _Process:
        run = str(self._folder / "run")
        environment = {
            "PATH": os.defpath,
            "NUT_CONFPATH": str(self._folder / "etc"),
            "NUT_STATEPATH": run,
            "NUT_ALTPIDPATH": run,
            "MIBS": "",
            "HOME": run,
        }
        options: dict[str, Any] = {}
        if os.getuid() == 0:
            options = {
                "user": self._account.pw_uid,
                "group": self._account.pw_gid,
                "extra_groups": [],
            }
        with open(self._folder / f"{name}.log", "ab") as log:
            return _Process(
                subprocess.Popen(
                    [*arguments, "-F", "-u", self._account.pw_name],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=environment,
                    cwd=run,
                    start_new_session=True,
                    **options,
                )
            )

    def _start_driver(self, section: Section) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._socket_of(section))
        self._drivers[section.name] = self._launch(
            section.name, [program(section.driver), "-a", section.name]
        )

    def _await_driver(self, section: Section) -> None:
        driver = self._drivers[section.name]
        if (
            not until(lambda: self._socket_of(section).exists() or not driver.runs)
            or not driver.runs
        ):
            raise RuntimeError(
                f"the driver {section.driver} of {section.name} did not start:"
                f" {self._log(section.name)}"
            )

    def _socket_of(self, section: Section) -> Path:
        return self._folder / "run" / f"{section.driver}-{section.name}"

    def _start_upsd(self, wait: bool = True) -> bool:
        self.stop_upsd()
        upsd = self._upsd = self._launch("upsd", [_server(), "-4"])
        answers = (
            until(lambda: not upsd.runs or self.ask("VER").startswith("Network UPS")) and upsd.runs
        )
        if answers and wait:
            self._await_data()
        return answers

    def _await_data(self) -> None:
        for name, driver in self._drivers.items():
            if driver.runs and not until(functools.partial(self.has_data, name)):
                raise RuntimeError(
                    f"upsd gets no data from the driver of {name}: {self._log('upsd')}"
                    f" {self._log(name)}"
                )

    def has_data(self, name: str) -> bool:
        """Whether upsd has this device's data, and they are not stale."""
        answer = self.ask(f"GET VAR {name} ups.status")
        # a device whose data lack this variable has data
        is_error = answer.startswith("ERR ") and answer != "ERR VAR-NOT-SUPPORTED"
        return bool(answer) and not is_error and not answer.endswith('"WAIT"')

    def _log(self, name: str) -> str:
        path = self._folder / f"{name}.log"
        return path.read_text("utf-8", "replace")[-500:] if path.exists() else ""


class _Process:
    """A process that is ended at the latest when this object is deleted."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._finish = weakref.finalize(self, end_process, process)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> None:
        self._finish()


def _server() -> str:
    """The path of upsd.

    Debian's upsd in the PATH is a script that reads /etc/nut; the program is in the drivers'
    folder.
    """
    binary = Path(program("dummy-ups")).with_name("upsd")
    return str(binary) if binary.exists() else program("upsd")
