"""A small site for the gateway: two simulated PDUs, their files, and the gateway as a program."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import trustme

from tests.pdu.monitoring.halls import PDU, environment, private
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S, bounded

TOKENS = {name: f"{name}-0123456789abcdef0123" for name in ("admin", "reader", "one", "switcher")}
DRAWING = """
[[feed]]
name = "A"
[[pdu]]
name = "left"
inputs = ["A"]
[[pdu]]
name = "right"
inputs = ["A"]
[[machine]]
name = "srv-1"
cords = ["left/1", "right/1"]
[[machine]]
name = "srv-2"
cords = ["left/2"]
[[machine]]
name = "row 1/ünï"
cords = ["right/3"]
[[machine]]
name = "core"
cords = ["left/4", "right/4"]
protected = true
"""
CLIENTS = """
[client.admin]
token_file = "admin.token"
machines = ["*"]
may = ["read", "switch"]
[client.reader]
token_file = "reader.token"
machines = ["srv-*"]
may = ["read"]
[client.one]
token_file = "one.token"
machines = ["srv-2"]
may = ["read", "switch"]
[client.switcher]
token_file = "switcher.token"
machines = ["srv-2"]
may = ["switch"]
"""


#: the same, for tests that switch more than clients may
BUSY_CLIENTS = CLIENTS.replace("may =", "commands_per_minute = 5000\nmay =")
FORGETFUL = str(Path(__file__).parent / "forgetful.py")


class Answer(NamedTuple):
    """An answer of the gateway. Names of headers are in lower case."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Site:
    """Two PDUs behind NUT servers, and the files that the gateway reads."""

    folder: Path
    left: NutServer
    right: NutServer

    def writes(self) -> list[str]:
        """What was sent to each outlet, as left/1=on."""
        found = []
        for name, server in (("left", self.left), ("right", self.right)):
            for what, _ in server.books().writes:
                _, outlet, _, action = what.split(".")
                found.append(f"{name}/{outlet}={action}")
        return found

    def turn(self, cord: str, on: bool) -> None:
        """Switch an outlet by hand."""
        name, outlet = cord.split("/")
        device: Any = (self.left if name == "left" else self.right).devices[0]
        device.turn(outlet, on)


@contextlib.contextmanager
def site(folder: Path, outlets: int = 4, clients: str = CLIENTS) -> Iterator[Site]:
    """Run the PDUs until the block ends."""
    with (
        NutServer([SwitchedPdu("left", outlets=outlets)]) as left,
        NutServer([SwitchedPdu("right", outlets=outlets)]) as right,
    ):
        lines = [
            f"{name},nut,127.0.0.1:{server.port},pdu,device={name}"
            for name, server in (("left", left), ("right", right))
        ]
        head = "name,handler,address,auth,settings"
        (folder / "hall.csv").write_text("\n".join([head, *lines, ""]))
        (folder / "hall.power.toml").write_text(DRAWING, "utf-8")
        private(
            folder / "logins.toml",
            f'[auth.pdu]\nusername = "{ADMIN.name}"\npassword = "{ADMIN.password}"\n',
        )
        private(folder / "clients.toml", clients)
        for name, token in TOKENS.items():
            private(folder / f"{name}.token", token + "\n")
        yield Site(folder, left, right)


@dataclass
class Gateway:
    """A running gateway. `url` ends with a slash."""

    url: str
    process: subprocess.Popen[str]
    ca: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(urlsplit(self.url).port or 0)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        who: str = "admin",
        **headers: str,
    ) -> Answer:
        """One request on a connection of its own. A body that is no bytes is sent as JSON.

        `who`: the client, "" for none. `headers`: with _ for -.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who:
            sent.setdefault("Authorization", f"Bearer {TOKENS[who]}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection: http.client.HTTPConnection
        if self.ca:
            trust = ssl.create_default_context(cafile=self.ca)
            trust.minimum_version = ssl.TLSVersion.TLSv1_2
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=PATIENCE_S, context=trust
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, text, {k.lower(): v for k, v in answer.getheaders()})

    def connect(self) -> socket.socket:
        """A connection without a request."""
        connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        if not self.ca:
            return connection
        trust = ssl.create_default_context(cafile=self.ca)
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        return trust.wrap_socket(connection, server_hostname="127.0.0.1")

    def switch(self, machine: str, action: str, key: str = "", **more: object) -> Answer:
        """POST to /v1, as the client admin."""
        headers = {"Idempotency_Key": key} if key else {}
        path = f"/v1/machines/{machine}/power"
        return self.ask("POST", path, {"action": action, **more}, **headers)


@contextlib.contextmanager
def gateway(
    folder: Path,
    *arguments: object,
    tls: bool = False,
    seconds: float = 10 * PATIENCE_S,
    program: Sequence[str] = PDU,
) -> Iterator[Gateway]:
    """Run the gateway in this folder until the block ends. It forgets readings at once.

    `program`: HASTY, if it matters neither how long a command takes nor what a state does later.
    """
    words = [*map(str, arguments)]
    if tls:
        words += certificate(folder)
    if "--listen" not in words:
        words += ["--listen", "127.0.0.1:0"]
    with open(folder / "gateway.log", "ab") as log:
        process = subprocess.Popen(
            [
                program[0],
                FORGETFUL,
                *program[1:],
                "gateway",
                "hall.csv",
                "--drawing",
                "hall.power.toml",
                "--clients",
            ]
            + ["clients.toml", "--auth", "logins.toml", "--pause", "0", *words],
            env=environment(),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process, bounded(process, seconds):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http"), (folder / "gateway.log").read_text()
        yield Gateway(url, process, str(folder / "ca.pem") if tls else "")


def certificate(folder: Path) -> list[str]:
    """Write an authority, and a certificate of it for this machine. Returns the options for it."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    private(folder / "key.pem", made.private_key_pem.bytes().decode())
    (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
    return ["--cert", "cert.pem", "--key", "key.pem"]
