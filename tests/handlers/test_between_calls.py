"""Handlers keep no reading from one call to the next, because the platform may keep a handler or
make a new one.
"""

from __future__ import annotations

import copy
import importlib
from typing import Any

import pytest

from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests.servers.peers import PEERS, Peer


def data(peer: Peer) -> object:
    if peer.protocol == "snmp":
        return PduSnmpData(peer.address, peer.snmp, peer.settings)
    return PduData(peer.address, peer.settings)


def states(view: PduView) -> dict[str, EnumPowerStatus]:
    return {port.identity: port.power_status for port in view.ports}


@pytest.mark.parametrize("name", PEERS)
def test_a_handler_that_is_used_again_reads_what_another_one_switched(name: str) -> None:
    make: Any = importlib.import_module(f"handlers.{name}.handler").make_handler
    with PEERS[name]() as peer:
        handler = make(data(peer))
        before = copy.deepcopy(vars(handler))
        at_first = states(handler.status())
        on = [identity for identity, state in at_first.items() if state is EnumPowerStatus.UP]
        identity = on[0]

        make(data(peer)).port_down(PduPortView(identity))
        assert states(handler.status()) == {**at_first, identity: EnumPowerStatus.DOWN}

        handler.port_up(PduPortView(identity))
        assert states(handler.status()) == at_first
        assert states(make(data(peer)).status()) == at_first

        handler.statistic()
        after = vars(handler)
        after.pop("_credentials_pair", None)  # the double's: parameters, checked; no reading
        assert after == before
