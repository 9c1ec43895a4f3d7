"""A small data hall: one simulated PDU of each handler and a dead one, with their device list and
file of logins.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Union

from tests.needs import ROOT
from tests.servers.peers import PEERS, Peer

HEAD = "name,handler,address,auth,settings\n"
DEAD = "timeout=0.5; retries=1"  # SNMP fields that make the poll of the dead PDU fail soon
SECRETS = ("password", "community", "token")
PDU = (sys.executable, str(ROOT / "pdu" / "__main__.py"))
Call = Callable[..., "subprocess.CompletedProcess[str]"]  # the fixture `call`


class Hall(NamedTuple):
    """Simulated PDUs and the files that describe them: `peers` by handler, and their `lines` in a
    list of PDUs. Nothing answers at the address `dead`. The files are in `folder`.
    """

    folder: Path
    peers: dict[str, Peer]
    lines: builtins.list[str]
    dead: str

    @property
    def logins(self) -> Path:
        return self.folder / "logins.toml"

    def one(self, handler: str) -> Path:
        """Write a device list with only the PDU of this handler and return the list's path."""
        path = self.folder / f"{handler}.csv"
        position = builtins.list(self.peers).index(handler)
        path.write_text(f"{HEAD}{self.lines[position]}\n")
        return path

    def list(self, *more: str, name: str = "list.csv", dead: bool = False) -> Path:
        """Write a list of the simulated PDUs, the dead one if `dead` is true, and `more` lines.
        Return the list's path.
        """
        lines = builtins.list(self.lines)
        if dead:
            lines.append(f"dead,snmp,{self.dead},snmp,{DEAD}")
        lines += more
        path = self.folder / name
        path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
        return path


@contextlib.contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """A block in which the simulators run, one for each handler. Each PDU and its login have the
    name of its handler: `netio,netio,127.0.0.1:41234,netio,scheme=http`.
    """
    with contextlib.ExitStack() as stack:
        peers = {name: stack.enter_context(make()) for name, make in PEERS.items()}
        # receives datagrams and never answers
        silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        silent.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        lines = [line(folder, peer) for peer in peers.values()]
        data_hall = Hall(folder, peers, lines, dead)
        logins = [login(peer) for peer in peers.values()]
        private(data_hall.logins, "".join(logins))
        yield data_hall


def line(folder: Path, peer: Peer, name: str = "") -> str:
    """The line of a simulated PDU in a list; `name`: its own and its login's, by default that of
    its handler. The PDU's certificate, if it has one, is written to a file that the line names.
    """
    settings = dict(peer.settings)
    for key in (*SECRETS, "username", "port"):
        settings.pop(key, None)
    # A busy simulator must not count as dead, nor get an SNMP request twice.
    settings["timeout"] = "20" if peer.protocol == "snmp" else "60"
    if "ca_pem" in settings:
        (folder / f"{peer.handler}.pem").write_text(settings["ca_pem"])
        settings["ca_pem"] = f"{peer.handler}.pem"
    port = {**peer.settings, **peer.snmp}["port"]
    pairs = "; ".join(f"{key}={value}" for key, value in settings.items())
    name = name or peer.handler
    return ",".join([name, peer.handler, f"{peer.address}:{port}", name, pairs])


def login(peer: Peer, name: str = "") -> str:
    """Return a peer's login as a TOML table of the file of logins."""
    form = {**peer.settings, **peer.snmp}
    text = f"[auth.{name or peer.handler}]\n"
    for key in (*SECRETS, "username"):
        if key in form:
            text += f'{key} = "{form[key]}"\n'
    return text


def private(path: Path, content: Union[str, bytes]) -> Path:
    """Write a file that only its owner can read. Return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def environment() -> dict[str, str]:
    """Return the environment without PDU_ variables, which may hold settings and logins of the
    person who runs the tests.
    """
    return {key: value for key, value in os.environ.items() if not key.startswith("PDU_")}


def shown(states: Sequence[bool | None]) -> dict[str, int]:
    """Count the outlets that are on, off and unknown that a simulator really has."""
    return {"on": states.count(True), "off": states.count(False), "unknown": states.count(None)}
