"""A real Net-SNMP snmpd on 127.0.0.1 that serves only a simulated device.

Communities: `public` reads, `private` reads and writes. Runs as nobody when started by root.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from tests.needs import program
from tests.ports import PORTS_TRIED, reserved
from tests.processes.ending import end
from tests.simulators.snmp_agent import ber, device as simulated
from tests.simulators.snmp_agent.device import Device, Row, Write
from tests.simulators.snmp_agent.model import Model
from tests.waiting import PATIENCE_S

READ, WRITE = "public", "private"
AUTH_PASSWORD, PRIV_PASSWORD = "authpass12", "privpass12"
_HERE = Path(__file__).resolve().parent


class User(NamedTuple):
    """One SNMPv3 user; `auth` and `priv` are "" without that protocol.

    All users share AUTH_PASSWORD and PRIV_PASSWORD.
    """

    name: str
    auth: str = ""
    priv: str = ""

    def params(self) -> dict[str, str]:
        """The user's part of `snmp_params`."""
        pairs = {"version": "3", "user": self.name}
        if self.auth:
            pairs.update(auth_protocol=self.auth, auth_password=AUTH_PASSWORD)
        if self.priv:
            pairs.update(priv_protocol=self.priv, priv_password=PRIV_PASSWORD)
        return pairs


USERS = (
    User("plain"),
    User("md5", "MD5"),
    User("sha", "SHA"),
    User("sha512", "SHA-512"),
    User("md5des", "MD5", "DES"),
    User("shaaes", "SHA", "AES"),
    User("sha224aes", "SHA-224", "AES"),
    User("sha256aes192", "SHA-256", "AES-192"),
    User("sha384aes256", "SHA-384", "AES-256"),
    User("sha256aes192c", "SHA-256", "AES-192-C"),
    User("sha512aes256c", "SHA-512", "AES-256-C"),
)


class Snmpd:
    """snmpd with the rows and rules of a device; a context manager, which also stops snmpd after an
    error.

    `source`: a Model, a Device, or rows that cannot be written. `users`: the SNMPv3 users; with all
    of USERS, snmpd takes twice as long to start. `settings`: further lines for snmpd.conf. snmpd
    works on a copy of the device.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        source: Union[Model, Device, Mapping[str, Row]],
        users: Sequence[User] = (),
        settings: Sequence[str] = (),
    ) -> None:
        if isinstance(source, Model):
            device = source.device
        elif isinstance(source, Device):
            device = source
        else:
            device = Device(source)
        self._folder = tempfile.mkdtemp(prefix="snmpd-")
        self._tidy = weakref.finalize(self, shutil.rmtree, self._folder, True)
        self.folder = Path(self._folder)
        self._fill(device)
        self._users = users
        self._settings = list(settings)
        self._process: Optional[subprocess.Popen[bytes]] = None
        self.port = 0

    def __enter__(self) -> Snmpd:
        # another program may take a port before snmpd binds it
        for _ in range(PORTS_TRIED):
            self.port = reserved()
            if self._start():
                return self
            self._end_process()
        words = self._log()
        self.stop()
        raise RuntimeError(f"snmpd did not start: {words}")

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends snmpd and its back end and removes the folder. May be called more than once."""
        self._end_process()
        self._tidy()

    def restart(self, forget: bool = False) -> None:
        """Restarts snmpd on the same port. Values that were written are lost.

        With `forget`, snmpd gets another SNMPv3 engine id, as after a replacement of the unit.
        """
        self._end_process()
        if forget:
            shutil.rmtree(self.folder / "persist", ignore_errors=True)
        if not self._start():
            raise RuntimeError(f"snmpd did not start again: {self._log()}")

    def writes(self) -> list[Write]:
        """The SET varbinds that have reached the device, in order; [] after `stop`."""
        path = self.folder / "writes.jsonl"
        if not path.exists():
            return []
        lines = path.read_text("utf-8").splitlines()
        return [Write(*json.loads(line)) for line in lines]

    def _fill(self, device: Device) -> None:
        """Write the device and the program that simulates it into the folder."""
        rows_text = simulated.write_snmprec(device.rows())
        (self.folder / "rows.snmprec").write_text(rows_text, "utf-8")
        # null: every row may be written
        rules = None if device.rules is None else simulated.rules_as_json(device.rules)
        (self.folder / "rules.json").write_text(json.dumps(rules), "utf-8")
        shutil.copy(_HERE / "snmpd_backend.py", self.folder / "snmpd_backend.py")
        shutil.copy(Path(simulated.__file__), self.folder / "device.py")

    def _configuration(self) -> str:
        lines = [
            f"agentaddress udp:{self.host}:{self.port}",
            "dontLogTCPWrappersConnects yes",
            f"rocommunity {READ} {self.host}",
            f"rwcommunity {WRITE} {self.host}",
        ]
        for user in self._users:
            auth = f' {user.auth} "{AUTH_PASSWORD}"' if user.auth else ""
            priv = f' {user.priv} "{PRIV_PASSWORD}"' if user.priv else ""
            level = "priv" if user.priv else "noauth"
            if user.auth and not user.priv:
                level = "auth"
            lines += [f"createUser {user.name}{auth}{priv}", f"rwuser {user.name} {level}"]
        # Relative to snmpd's folder: it divides the command at blanks, also those of a path.
        back_end = "pass_persist .1.3.6.1 ./python -E -S -u ./snmpd_backend.py"
        return "\n".join(lines + self._settings + [back_end, ""])

    def _start(self) -> bool:
        options: dict[str, Any] = {}
        python = sys.executable
        if os.getuid() == 0:
            # The user nobody may be unable to read an interpreter in a home folder, so a python3 of
            # the system is preferred.
            nobody = pwd.getpwnam("nobody")
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or python
        (self.folder / "snmpd.conf").write_text(self._configuration(), "utf-8")
        with contextlib.suppress(FileExistsError):  # at a restart
            (self.folder / "python").symlink_to(python)
        (self.folder / "persist").mkdir(exist_ok=True)
        if options:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, options["user"], options["group"], follow_symlinks=False)
        environment = {
            "PATH": os.defpath,
            "SNMP_PERSISTENT_DIR": str(self.folder / "persist"),
            "SNMPCONFPATH": str(self.folder),
            "MIBS": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        # With only these modules, snmpd serves the device and no tables of the system.
        self._process = subprocess.Popen(
            [
                program("snmpd"),
                "-f",
                "-Lf",
                str(self.folder / "snmpd.log"),
                "-C",
                "-c",
                str(self.folder / "snmpd.conf"),
                "-I",
                "usmConf,vacm_conf,pass_persist",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
            **options,
        )
        self._kill = weakref.finalize(self, end, self._process)
        return self._answers()

    def _answers(self) -> bool:
        """Asks until snmpd answers. False if it ends or does not answer."""
        question = ber.encode(
            ber.Message(1, READ.encode(), ber.Pdu(ber.GET_NEXT, 1, 0, 0, (((1, 3), None),)))
        )
        deadline = time.monotonic() + PATIENCE_S
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((self.host, self.port))
            asking.settimeout(0.03)
            while (
                time.monotonic() < deadline
                and self._process is not None
                and self._process.poll() is None
            ):
                with contextlib.suppress(OSError):  # refused, or no answer yet
                    asking.send(question)
                    return bool(asking.recv(65535))
                time.sleep(0.01)
        return False

    def _log(self) -> str:
        path = self.folder / "snmpd.log"
        return path.read_text("utf-8", "replace")[-500:] if path.exists() else ""

    def _end_process(self) -> None:
        if self._process is not None:
            self._kill()
            self._process = None
