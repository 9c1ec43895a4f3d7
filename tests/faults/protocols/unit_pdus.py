"""Handlers that are a codec: the simulated device (tests/simulators/NAME.py), and the form of each
fault in its JSON.

In plain HTTP, so that the relay can read the messages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import PASSWORD, USER

from . import Corruption, Device, Subject, http

_EXCLUDED = {
    "other": (
        "answers have no request id; the fault `previous` sends the answer to another request"
    ),
    "neighbour": "an answer is about all outlets",
    "cycling": "the simulated device has no power cycle",
}


_BY_POSITION = "its outlets have no numbers, so that nothing tells a repeated entry"
_CHALLENGED = (
    "the answer before the first is a challenge: once more, it says that the login is wrong"
)


def unit_subject(name: str) -> Subject:
    """The subject of the handler `name`."""
    peers = UnitPeers(name)

    @contextlib.contextmanager
    def opened(fault: str) -> Iterator[Device]:
        simulated = peers.device(off=(3,))
        simulated.stuck = fault == "stuck"
        with peers.serve(simulated) as server:

            def happen(key: str, identity: str, on: bool) -> None:
                with server.lock:
                    if key == "two-writers":
                        numbers = {simulated.identity(number): number for number in simulated.on}
                        simulated.on[numbers[identity]] = not on
                    elif key == "counter-reset":
                        simulated.wh = dict.fromkeys(simulated.wh, 0.0)
                    elif key == "renumbered":
                        del simulated.on[max(simulated.on)]

            yield Device(
                port=server.port,
                truth=server.truth,
                happen=happen,
                settings=peers.settings(),
                secrets=(PASSWORD, f"{USER}:{PASSWORD}"),
            )

    device = peers.device()
    excluded = dict(_EXCLUDED)
    if not device.NUMBERS:
        excluded["repeated"] = _BY_POSITION
    if hasattr(device, "challenge"):
        excluded["previous"] = _CHALLENGED
    up, down = device.identity(3), device.identity(2)
    return Subject(
        name=name,
        opened=opened,
        relay=http.relay,
        corruptions=_corruptions(device),
        excluded=excluded,
        up=up,
        down=down,
        tls="at once",
        mutated=http.mutated,
    )


def _corruptions(device: Any) -> dict[str, Corruption]:
    # keeps outlet numbers: a null there ends the decoding before other nulls
    def without_value(key: str, value: Any) -> Any:
        return value if key in device.NUMBERS else None

    corruptions = {
        **http.CORRUPTIONS,
        "nulls": http.changed(http.leaves(without_value)),
        **http.figures(lambda key, value: key in device.FIGURES),
    }
    if not device.NUMBERS:
        del corruptions["repeated"]
    if hasattr(device, "challenge"):
        challenge = device.challenge()["WWW-Authenticate"]
        corruptions["credentials"] = lambda exchange: http.reply(401, WWW_Authenticate=challenge)
    return corruptions
