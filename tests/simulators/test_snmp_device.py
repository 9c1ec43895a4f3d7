"""Simulated SNMP devices: recordings of real units, and the built-in units.

No network, no waiting.
"""

from __future__ import annotations

from typing import Callable

import pytest

from tests.handlers.snmp import recorded
from tests.simulators.snmp_agent import Model, read_snmprec, write_snmprec
from tests.simulators.snmp_agent.devices import apc, servertech


@pytest.mark.against("recordings of real units")
def test_every_recording_of_a_real_unit_is_read() -> None:
    for name in recorded.NAMES:
        rows = recorded.rows(name)
        assert len(rows) > 20
        assert read_snmprec(write_snmprec(rows)) == rows


@pytest.mark.against("recordings of real units")
@pytest.mark.parametrize(
    "build, recording",
    [
        (apc.masterswitch, "apc_masterswitch2"),
        (apc.rpdu2, "apc_ap8959eu3"),
        (servertech.sentry3, "sentry3_switched"),
    ],
)
def test_an_object_has_the_type_that_it_has_on_a_real_unit(
    build: Callable[[], Model], recording: str
) -> None:
    real = recorded.rows(recording)
    both = {oid: row.tag for oid, row in build().device.rows().items() if oid in real}
    assert len(both) > 8
    assert both == {oid: real[oid].tag for oid in both}
