"""Switching outlets of simulated PDUs over HTTPS, and faults of the connection meanwhile. Which
commands are sent, and what comes of each answer, stands in switching.txt (unit_table.py).
"""

from __future__ import annotations

import pytest

from handlers.raritan.rpc import session
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.xerus import Fault, Model, XerusPdu

from .conftest import MakeAgent, connected
from .handling import FAST, Handle, spent
from .unit_table import changed_unit

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


def writes(pdu: XerusPdu) -> list[tuple[str, str]]:
    return [entry for entry in pdu.truth().writes if "PowerState" in entry[0]]


def test_switching_writes_one_absolute_state_and_returns_the_port_with_the_state_read_back(
    handle: Handle, firmware: str
) -> None:
    with XerusPdu(Model(outlets=3, relay_delay=0.05), firmware) as pdu:
        handler = handle(pdu)
        port = PduPortView("2")
        with spent(pdu) as cost:
            answer = handler.port_down(port, pause=FAST)

        assert answer is port
        assert port.power_status is DOWN
        assert pdu.truth().states == {"1": True, "2": False, "3": True}
        assert writes(pdu) == [("outlet.1.setPowerState", '{"pstate": 0}')]
        _, connections = cost
        assert connections == 2

        handler.port_up(port, pause=FAST)
        assert port.power_status is UP
        assert writes(pdu)[1:] == [("outlet.1.setPowerState", '{"pstate": 1}')]


@pytest.mark.parametrize(
    "form, sent",
    [
        ("", "/link/2/tfwopaque/pdumodel.Outlet:3.0.4/outlet.1"),
        ("unprefixed", "/link/2/tfwopaque/pdumodel.Outlet:3.0.4/outlet.1"),
        ("paths", "/link/2/model/pdu/0/outlet/1"),
        ("paths & unprefixed", "/link/2/model/pdu/0/outlet/1"),
        ('2/pdu.0 getOutlets/1/rid = "/model/pdu/2/outlet/1"', "/model/pdu/2/outlet/1"),
        ('2/pdu.0 getOutlets/1/rid = "/model/outlet/1"', "/link/2/model/outlet/1"),
    ],
)
def test_a_command_to_a_link_unit_names_the_unit_in_each_form_of_its_references(
    form: str, sent: str
) -> None:
    with changed_unit(
        " & ".join(filter(None, ("link 2 outlets=2", "link 3 outlets=2", form, "link_units = 2")))
    ) as unit:
        unit.handler().port_down(PduPortView("2.2"), pause=FAST)
        assert unit.switched == [sent]
        assert unit.writes() == ['wrote 2/outlet.1.setPowerState {"pstate": 0}']


def test_a_login_that_is_refused_after_the_write_is_not_tried_again(handle: Handle) -> None:
    with XerusPdu(Model(outlets=1, relay_delay=60)) as pdu:
        pdu.faults.order(Fault.STATUS, None, skip=3, status=401)
        with spent(pdu) as cost:
            port = handle(pdu).port_down(PduPortView("1"))
        assert port.power_status is UNKNOWN
        assert cost == [4, 2]
        assert len(writes(pdu)) == 1


def test_a_session_token_replaces_user_name_and_password(handle: Handle, agent: MakeAgent) -> None:
    with XerusPdu(Model(outlets=2)) as pdu:
        manager = session.SessionManager("/session", connected(agent, pdu))
        code, _, token = manager.newSession()
        assert code == 0
        assert len(handle(pdu, username="", password="", token=token).status().ports) == 2
