"""Checks a handler without SNMP on a recording that is served on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Optional

from ...recordings.recording_formats import ReplayedDevice
from ...recordings.simulated_pdu import HttpPdu, SimulatedPdu, UnitFault, port_mark
from .bounded_methods import Forms
from .case_groups import TABLE
from .made_handler import findings_of_cases
from .rules import Finding, untried

#: what a handler of an unknown make is advised
WITHOUT_RECORDING = (
    "give a recording of the device: pdu record PATH HOST -o unit.har, then --replay unit.har"
)


def served_findings(forms: Forms, recording: Optional[ReplayedDevice]) -> Iterator[Finding]:
    """A finding for each rule; without a recording, that none was tried:

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
        reaching_forms = _reaching_forms(forms, unit)
    yield from findings_of_cases(make_unit, reaching_forms, "the recording", TABLE)


def _reaching_forms(forms: Forms, unit: SimulatedPdu) -> Forms:
    """The first form alone that leads a request to the PDU; all forms if none does. Of a handler
    that reads the setting `port`, for a PDU at port 8080:

        host 127.0.0.1:8080, no port     no request
        host 127.0.0.1, port 8080        GET /status: this form alone is returned
    """
    for form in (*forms.forms, *forms.forms):  # a request may not come in time
        forms_of_one = forms._replace(forms=[form])
        with contextlib.suppress(Exception):
            forms_of_one.methods(unit.port).states()
        if unit.requests:
            return forms_of_one
    return forms
