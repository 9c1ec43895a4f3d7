"""The requests of a command to an outlet whose relay follows late, beside the page's own example,
which sends the command and does not read what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from handlers.snmp import handler
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.pdu_common import rpcm_example
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import rpcm

from .figures import REQUESTS, Figure

#: seconds -> the largest number of requests; the handler reads for 10 s
_MOST = {0: 5, 1: 9, 5: 17, 12: 26}
_OUTLET = "2"


def measure() -> Iterator[Figure]:
    """A figure for each delay of the relay."""
    with ThreadPoolExecutor(len(_MOST)) as pool:
        counts = pool.map(lambda delay_s: _requests(handler, delay_s), _MOST)
        count_by_delay = dict(zip(_MOST, counts))
    peer_count = _requests(rpcm_example, 0)
    for delay_s, most in _MOST.items():
        yield Figure(
            "switching",
            f"a command, carried out after {delay_s} s",
            "handler",
            "the page's example",
            REQUESTS,
            count_by_delay[delay_s],
            peer_count,
            most,
            is_ratio=False,
        )


def _requests(module: Any, delay_s: float) -> int:
    """The requests of one command. Raises RuntimeError if its outcome is another."""
    with Agent(rpcm.rpcm(outlets=8, relay_s=delay_s)) as agent:
        login = {"version": "2", "community": "private", "port": str(agent.port)}
        pdu = module.make_handler(PduSnmpData(agent.host, login))
        port = pdu.port_down(PduPortView(_OUTLET, EnumPowerStatus.UP))
        wanted = EnumPowerStatus.UNKNOWN if delay_s > 10 else EnumPowerStatus.DOWN
        if module is handler and port.power_status is not wanted:
            raise RuntimeError(f"after {delay_s} s the outlet is {port.power_status.name}")
        return agent.truth().requests
