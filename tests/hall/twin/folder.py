"""The files of a hall that `pdu` reads: fleet list, logins and drawing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.peers import Peer

from .living import Twin

_SECRETS = ("password", "community")
_NO_SETTINGS = (*_SECRETS, "username", "port", "ca_pem")


class Files(NamedTuple):
    """Paths of the files."""

    fleet: Path
    logins: Path
    drawing: Path


def written(twin: Twin, folder: Path, more: Mapping[str, str] = {}) -> Files:
    """Write them into a folder. `more`: settings of every PDU, such as its timeout.

    A drawing that is already there is left as it is: a person may have corrected it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = Files(folder / "hall.csv", folder / "logins.toml", folder / "hall.power.toml")
    peers = {name: door.peer for name, door in twin.doors.items()}
    rows = [_row(folder, name, peer, more) for name, peer in peers.items()]
    files.fleet.write_text("\n".join(["name,handler,address,auth,settings", *rows, ""]), "utf-8")
    logins = {peer.handler: peer for peer in peers.values()}
    _private(files.logins, "\n".join(_login(peer) for peer in logins.values()))
    if not files.drawing.exists():
        files.drawing.write_text(twin.drawing, "utf-8")
    return files


def _row(folder: Path, name: str, peer: Peer, more: Mapping[str, str]) -> str:
    settings = {key: value for key, value in peer.settings.items() if key not in _NO_SETTINGS}
    if "ca_pem" in peer.settings:
        settings["ca_pem"] = f"{peer.handler}.pem"
        (folder / settings["ca_pem"]).write_text(peer.settings["ca_pem"], "ascii")
    pairs = "; ".join(f"{key}={value}" for key, value in {**settings, **more}.items())
    port = {**peer.settings, **peer.snmp}["port"]
    return f"{name},{peer.handler},{peer.address}:{port},{peer.handler},{pairs}"


def _login(peer: Peer) -> str:
    both = {**peer.settings, **peer.snmp}
    pairs = [f'{key} = "{both[key]}"' for key in ("username", *_SECRETS) if key in both]
    return "\n".join([f"[auth.{peer.handler}]", *pairs, ""])


def _private(path: Path, text: str) -> None:
    """Write a file that other users never could read."""
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(opened, "w", encoding="utf-8") as file:
        file.write(text)
