"""Faults in a handler of a PDU whose states are a list in XML."""

from __future__ import annotations

from .faults import Fault
from .test_foreign_pdus import HANDLER as HANDLER

FAULTS = {
    "exchanged": Fault(
        case_name="a PDU that is well",
        words="port_down sent GET /set?pw=password-",
        rule="port_down",
        changes={'self.switch(pdu_port_data, "0")': 'self.switch(pdu_port_data, "1")'},
    ),
    "the wish": Fault(
        case_name="a fault at a command",
        words="port_down returned off, and the PDU has outlet 8 on",
        rule="stuck",
        changes={
            "port.power_status = self.states()[port.identity]": "port.power_status = STATES[to]"
        },
    ),
    "the neighbour": Fault(
        case_name="a PDU that is well",
        words="port_down sent GET /set?pw=password-",
        rule="others",
        changes={"outlet=port.identity": "outlet=int(port.identity) - 1"},
    ),
    "reversed": Fault(
        case_name="a PDU that is well",
        words="status returned outlet 1 off, and it is on",
        rule="states",
        changes={
            '"1": EnumPowerStatus.UP': '"1": EnumPowerStatus.DOWN',
            '"0": EnumPowerStatus.DOWN': '"0": EnumPowerStatus.UP',
        },
    ),
    "milliamperes": Fault(
        case_name="a PDU that is well",
        words="statistic returned load 0.00325 A; the PDU measures 3.25 A",
        rule="figures",
        changes={'findtext("amps"))': 'findtext("amps")) / 1000'},
    ),
    "sent unasked": Fault(
        case_name="an outlet that is not there",
        words="port_down sent GET /set?pw=password-",
        rule="no outlet",
        changes={
            (
                "        if port.identity not in self.states():\n"
                '            raise RuntimeError("no such outlet")\n'
            ): ""
        },
    ),
}
