"""Two tools read a PDU; both say the same of each outlet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from pdu.outlets import read_commands
from pdu.reading.owner_files import OwnerFiles
from pdu.reading.parts import read_pdu
from pdu.reading.polling import Target
from tests.pdu.monitoring.halls import line, login, private
from tests.servers.peers import PEERS, Peer
from tests.servers.peers.unit_pdus import outlet_meters


class Outlet(NamedTuple):
    """What a tool says of an outlet. `state`: None if the tool does not say it."""

    state: Optional[str]
    current_a: Optional[float]
    power_w: Optional[float]
    energy_kwh: Optional[float]


def target_of(peer: Peer, folder: Path) -> Target:
    logins = private(folder / "logins.toml", login(peer))
    fleet = folder / "list.csv"
    fleet.write_text(f"name,handler,address,auth,settings\n{line(folder, peer)}\n")
    files = OwnerFiles(str(fleet), str(logins))
    (target,) = files.targets(files.files())
    return target


def by_command(target: Target, command: Any, energy: str) -> Mapping[str, Outlet]:
    """`pdu outlets --json` or `pdu statistic --json`."""
    reading = read_pdu(target.handler, target.data(), command.parts)
    rows = json.loads(json.dumps(command.document(reading), default=str))["outlets"]
    return {
        row["identity"]: Outlet(row.get("state"), row["current_a"], row["power_w"], row[energy])
        for row in rows
    }


def check_tools_agree(peer: Peer, folder: Path) -> None:
    """Both say the same of each outlet, and each figure that the unit meters is there."""
    target, truth = target_of(peer, folder), peer.truth()
    outlets = by_command(target, read_commands.OUTLETS, "energy_kwh")
    statistic = by_command(target, read_commands.STATISTIC, "energy_kwh")
    word_by_state = {True: "on", False: "off", None: "unknown"}
    states = {identity: word_by_state[on] for identity, on in truth.states.items()}
    assert {identity: outlet.state for identity, outlet in outlets.items()} == states
    for identity, outlet in outlets.items():
        # the statistic leaves out outlets without a figure, and has no state
        figures = statistic.get(identity, Outlet(None, None, None, None))[1:]
        assert figures == pytest.approx(outlet[1:], rel=1e-6, abs=6e-4), identity
    for meter in outlet_meters(peer.handler):
        assert any(getattr(outlet, meter) for outlet in outlets.values()), meter


@pytest.mark.parametrize("name", PEERS)
def test_two_tools_say_the_same_of_each_outlet(name: str, tmp_path: Path) -> None:
    with PEERS[name]() as peer:
        check_tools_agree(peer, tmp_path)
