"""Checks a handler without SNMP on a recording: simulated PDUs on this machine answer from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Optional

from ...recordings.recording_formats import ReplayedDevice
from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault, port_mark
from .bounded_methods import CheckedHandler
from .case_groups import TABLE
from .made_handler import findings_of_cases
from .rules import Finding, untried

#: what a handler of an unknown make is advised
WITHOUT_RECORDING = (
    "give a recording of the device: pdu record PATH HOST -o unit.har, then --replay unit.har"
)


def findings_on_recording(
    handler: CheckedHandler, recording: Optional[ReplayedDevice]
) -> Iterator[Finding]:
    """Run all cases on PDUs that answer from the recording. Yields a finding for each rule; without
    a recording, this one alone:

        status not tried: give a recording of the device: pdu record PATH HOST -o unit.har, ...
    """
    if recording is None:
        yield untried("status", WITHOUT_RECORDING)
        return
    contents = recording.simulated_pdu.contents

    def make_unit(fault: UnitFault) -> SimulatedPdu:
        unit: SimulatedPdu = recording.make_pdu(0, fault, contents)
        return unit

    with contextlib.closing(make_unit(UnitFault.NONE)) as unit:
        if isinstance(unit, HttpPdu):
            unit.token = port_mark(unit.port)  # a handler may keep it for other PDUs
        reaching_handler = _with_reaching_data(handler, unit)
    yield from findings_of_cases(make_unit, reaching_handler, "the recording", TABLE)


def _with_reaching_data(handler: CheckedHandler, unit: SimulatedPdu) -> CheckedHandler:
    """The handler with that alone of its `data_makers` by which its status asks the PDU; unchanged
    if none does. For a PDU at port 8080, of a handler that reads the setting `port`:

        data                             status
        host 127.0.0.1:8080, no port     asks port 80, so no request reaches the PDU
        host 127.0.0.1, port 8080        GET /status: these data are used for all cases
    """
    for make_data in (*handler.data_makers, *handler.data_makers):  # a request may come too late
        handler_with_data = handler._replace(data_makers=[make_data])
        with contextlib.suppress(Exception):
            handler_with_data.methods(unit.port).states()
        if unit.requests:
            return handler_with_data
    return handler
