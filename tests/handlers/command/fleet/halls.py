"""A small hall: one simulated PDU of each handler and one that is dead, with the list and the file of logins for them."""
from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Sequence

from tests.needs import ROOT
from tests.peers import PEERS, Peer
from tests.waiting import PATIENCE_S

DEAD = "timeout=0.5; retries=1"          # settings of a PDU that never answers
SECRETS = ("password", "community", "token")
PDU = (sys.executable, str(ROOT / "handlers"))


class Hall(NamedTuple):
    """`peers` by handler; `lines` are those of a list, without its head; `dead` is an address where nothing answers."""

    folder: Path
    peers: Dict[str, Peer]
    lines: List[str]
    dead: str

    @property
    def logins(self) -> Path:
        return self.folder / "logins.toml"

    def list(self, *more: str, name: str = "list.csv", dead: bool = False) -> Path:
        """Writes a list of the living PDUs, the dead one where that is wanted, and `more` lines."""
        path = self.folder / name
        lines = [*self.lines, *([f"dead,snmp,{self.dead},snmp,{DEAD}"] if dead else []), *more]
        path.write_text("\n".join(["name,handler,address,auth,settings", *lines, ""]))
        return path


@contextlib.contextmanager
def hall(folder: Path) -> Iterator[Hall]:
    """The simulators run until the block ends. The handler's name is the PDU's and its login's."""
    with contextlib.ExitStack() as stack:
        peers = {name: stack.enter_context(make()) for name, make in PEERS.items()}
        silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))      # takes datagrams, answers none
        silent.bind(("127.0.0.1", 0))
        made = Hall(folder, peers, [line(folder, peer) for peer in peers.values()], f"127.0.0.1:{silent.getsockname()[1]}")
        private(made.logins, "".join(login(peer) for peer in peers.values()))
        yield made


def line(folder: Path, peer: Peer) -> str:
    """A peer as a line of a list; its certificates go into a file."""
    settings = {key: value for key, value in peer.settings.items() if key not in (*SECRETS, "username", "port")}
    if "ca_pem" in settings:
        (folder / f"{peer.handler}.pem").write_text(settings["ca_pem"])
        settings["ca_pem"] = f"{peer.handler}.pem"
    port = {**peer.settings, **peer.snmp}["port"]
    pairs = "; ".join(f"{key}={value}" for key, value in settings.items())
    return ",".join([peer.handler, peer.handler, f"{peer.address}:{port}", peer.handler, pairs])


def login(peer: Peer) -> str:
    """A peer's login as a table of a file of logins."""
    every = {**peer.settings, **peer.snmp}
    pairs = [f'{key} = "{every[key]}"' for key in (*SECRETS, "username") if key in every]
    return "\n".join([f"[auth.{peer.handler}]", *pairs, ""])


def private(path: Path, text: str) -> Path:
    """A file that its owner alone can read."""
    path.write_text(text)
    path.chmod(0o600)
    return path


def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """`pdu` with these arguments and variables, as a program of its own and without a terminal."""
    return subprocess.run([*PDU, *map(str, arguments)], cwd=ROOT, env={**environment(), **variables}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S)


def environment() -> Dict[str, str]:
    """Without logins of whoever runs the tests."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PDU_")}


def shown(states: Sequence[bool | None]) -> Dict[str, int]:
    """How many outlets are on, off and unknown by a simulator's books."""
    return {"on": states.count(True), "off": states.count(False), "unknown": states.count(None)}
