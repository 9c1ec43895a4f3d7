"""A Xerus unit over JSON-RPC, without TLS, so that `http.relay` can read the messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.simulators.xerus import Model, XerusPdu

from . import Device, Subject, http

_NEVER_S = 1000.0


@contextlib.contextmanager
def _opened(fault: str) -> Iterator[Device]:
    model = Model(outlets=4, off=(3,), relay_delay=_NEVER_S if fault == "stuck" else 0.0)
    with XerusPdu(model, http_port=0, enforce_https=False) as pdu:

        def happen(key: str, identity: str, on: bool) -> None:
            unit = pdu.units[0]
            relay = unit.outlets[int(identity) - 1].relay
            with pdu.lock:
                if key == "cycling":
                    unit.relays.cycle([relay], sequence=False)
                elif key == "two-writers" and on:
                    unit.relays.off([relay])
                elif key == "two-writers":
                    unit.relays.on([relay], sequence=False)
                elif key == "counter-reset":
                    unit.count_from({number: 0.0 for number in range(1, 5)})
                elif key != "stuck":  # that is the delay of the relay above
                    raise ValueError(f"no fault of this unit is called {key}")

        yield Device(
            port=pdu.http_port,
            truth=pdu.truth,
            happen=happen,
            settings={"username": pdu.user, "password": pdu.password, "scheme": "http"},
            secrets=(pdu.password, f"{pdu.user}:{pdu.password}"),
        )


def _other(value: Any) -> Any:
    return {**value, "id": value.get("id", 0) + 1}


def _emptied(value: Any) -> Any:
    return {**value, "result": {}}


SUBJECT = Subject(
    name="raritan",
    opened=_opened,
    relay=http.relay,
    corruptions={
        **http.CORRUPTIONS,
        "other": http.changed(_other),
        "empty": http.changed(_emptied),
        "nulls": http.changed(
            http.leaves(lambda key, value: value if key in ("id", "jsonrpc") else None)
        ),
        **http.figures(http.numbers("value")),
    },
    excluded={
        "neighbour": "an answer does not name its object, only its request's id; see `other`",
        "renumbered": (
            "a unit's outlets are built in; tests/handlers/raritan/states.txt lists them in another"
            " order"
        ),
    },
    up="3",
    down="2",
    tls="at once",
    mutated=http.mutated,
)
