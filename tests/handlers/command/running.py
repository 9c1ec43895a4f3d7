"""Runs the command `pdu` in this process, and makes its options for a simulated PDU."""
from __future__ import annotations

from typing import Dict, List, Tuple

import pytest

from handlers.command import root
from tests.peers import Peer

SECRETS = ("password", "community")


def options(peer: Peer) -> Tuple[List[str], Dict[str, str]]:
    """Return the options for the peer's settings and port, and its secrets by key."""
    arguments = [part for key, value in peer.settings.items() if key not in SECRETS for part in ("-s", f"{key}={value}")]
    if peer.snmp:
        arguments += ["--port", peer.snmp["port"]]
    secrets = {key: value for key, value in {**peer.settings, **peer.snmp}.items() if key in SECRETS}
    return arguments, secrets


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Tuple[int, str, str]:
    """Run one command and return its exit code, standard output and standard error."""
    code = root.run(arguments)
    shown = capsys.readouterr()
    return code, shown.out, shown.err
