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
from tests.peers import PEERS, Peer
from tests.waiting import PATIENCE_S

DEAD = "timeout=0.5; retries=1"  # SNMP fields that make the poll of the dead PDU fail soon
SECRETS = ("password", "community", "token")
PDU = (sys.executable, str(ROOT / "pdu" / "__main__.py"))
Call = Callable[..., "subprocess.CompletedProcess[str]"]  # `run`, or the fixture `call`


class Hall(NamedTuple):
    """Simulated PDUs and the files that describe them.

    `peers` are keyed by handler. `lines` are their lines in a device list. Nothing answers at
    `dead`.
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
        path.write_text(
            f"name,handler,address,auth,settings\n{self.lines[list(self.peers).index(handler)]}\n"
        )
        return path

    def list(self, *more: str, name: str = "list.csv", dead: bool = False) -> Path:
        """Write a list of the simulated PDUs, the dead one if `dead` is true, and `more` lines.
        Return the list's path.
        """
        path = self.folder / name
        lines = [*self.lines, *([f"dead,snmp,{self.dead},snmp,{DEAD}"] if dead else []), *more]
        path.write_text("\n".join(["name,handler,address,auth,settings", *lines, ""]))
        return path


@contextlib.contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """Run the simulators until the block ends.

    Each PDU and its login are named after its handler.
    """
    with contextlib.ExitStack() as stack:
        peers = {name: stack.enter_context(make()) for name, make in PEERS.items()}
        # receives datagrams and never answers
        silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        silent.bind(("127.0.0.1", 0))
        lines = [line(folder, peer) for peer in peers.values()]
        data_hall = Hall(folder, peers, lines, f"127.0.0.1:{silent.getsockname()[1]}")
        private(data_hall.logins, "".join(login(peer) for peer in peers.values()))
        yield data_hall


def line(folder: Path, peer: Peer, name: str = "") -> str:
    """Return a peer's line of a device list; its name and login are those of its handler, else
    `name`.

    Write the peer's `ca_pem`, if any, to a file that the line names.
    """
    # A busy simulator must not count as dead, nor get an SNMP request twice.
    patient = {"timeout": "20" if peer.protocol == "snmp" else "60"}
    settings = {
        **{
            key: value
            for key, value in peer.settings.items()
            if key not in (*SECRETS, "username", "port")
        },
        **patient,
    }
    if "ca_pem" in settings:
        (folder / f"{peer.handler}.pem").write_text(settings["ca_pem"])
        settings["ca_pem"] = f"{peer.handler}.pem"
    port = {**peer.settings, **peer.snmp}["port"]
    pairs = "; ".join(f"{key}={value}" for key, value in settings.items())
    name = name or peer.handler
    return ",".join([name, peer.handler, f"{peer.address}:{port}", name, pairs])


def login(peer: Peer, name: str = "") -> str:
    """Return a peer's login as a TOML table of the file of logins."""
    every = {**peer.settings, **peer.snmp}
    pairs = [f'{key} = "{every[key]}"' for key in (*SECRETS, "username") if key in every]
    return "\n".join([f"[auth.{name or peer.handler}]", *pairs, ""])


def private(path: Path, content: Union[str, bytes]) -> Path:
    """Write a file that only its owner can read. Return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `pdu` as a program without a terminal, with these arguments and environment variables."""
    return subprocess.run(
        [*PDU, *map(str, arguments)],
        cwd=ROOT,
        env={**environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def environment() -> dict[str, str]:
    """Return the environment without PDU_ variables, which may hold settings and logins of the
    person who runs the tests.
    """
    return {key: value for key, value in os.environ.items() if not key.startswith("PDU_")}


def shown(states: Sequence[bool | None]) -> dict[str, int]:
    """Count the outlets that are on, off and unknown according to a simulator's books."""
    return {"on": states.count(True), "off": states.count(False), "unknown": states.count(None)}
