"""A Redfish service over plain HTTP, so that the relay can read the messages."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

from tests.simulators.redfish import RedfishService, units

from . import Device, Subject, http

_NEVER_S = 1000.0


@contextlib.contextmanager
def _opened(fault: str) -> Iterator[Device]:
    model = dataclasses.replace(
        units.rack(), relay_delay=_NEVER_S if fault == "stuck" else 0.0, transition="silent"
    )
    with RedfishService(model, tls=False) as unit:
        plant = next(iter(unit.plants.values()))
        with unit.lock:
            plant.outlets["A2"].on = False

        def happen(key: str, identity: str, on: bool) -> None:
            with unit.lock:
                if key == "two-writers":
                    plant.outlets[identity].on = not on
                elif key == "counter-reset":
                    plant.reset()

        yield Device(
            port=unit.port,
            truth=unit.truth,
            happen=happen,
            settings={"username": unit.user, "password": unit.password, "scheme": "http"},
            secrets=(unit.password, f"{unit.user}:{unit.password}"),
        )


def _of_neighbour(value: Any) -> Any:
    return (
        {**value, "@odata.id": f"{value['@odata.id']}x"}
        if isinstance(value.get("@odata.id"), str)
        else value
    )


SUBJECT = Subject(
    name="redfish",
    opened=_opened,
    relay=http.relay,
    corruptions={
        **http.CORRUPTIONS,
        "nulls": http.changed(
            http.leaves(
                lambda key, value: (
                    value if key.startswith("@odata") or key in ("Id", "target") else None
                )
            )
        ),
        "neighbour": http.changed(_of_neighbour),
        **http.figures(http.numbers("Reading")),
    },
    excluded={
        "other": (
            "HTTP answers have no request id; the fault `previous` sends the answer to another"
            " request"
        ),
        "cycling": (
            "Redfish has no state for a power cycle; for transitions, see"
            " tests/handlers/redfish/test_simulated.py"
        ),
        "renumbered": (
            "outlets are found by links and identified by their Id, not by their position"
        ),
    },
    up="A2",
    down="A1",
    tls="at once",
    mutated=http.mutated,
)
