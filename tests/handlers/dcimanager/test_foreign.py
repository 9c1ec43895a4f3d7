"""Values and exceptions of the platform whose own methods raise, or hide their text: what ends a
process, a write, and a port.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from handlers.shared.errors import ProtocolError, Unreachable
from handlers.snmp import handler as snmp
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.dcimanager.platform_double import Platform, snmp_over
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

from .odd_values import SECRET, Raising, Textless


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), GeneratorExit()])
def test_what_ends_a_process_is_passed_on(error: BaseException) -> None:
    device = snmp_over(Platform(error))
    for call in (device.get, device.walk, lambda oid: device.set(oid, 1)):
        with pytest.raises(type(error)):
            call("1.3.6.1.2.1.1.2.0")


class Switched(snmp.SnmpPdu):
    """A platform whose SET raises this after it was carried out, or without."""

    error: Exception = Raising()
    acts = True

    def snmp_set(self, oid: Any, value: Any) -> Any:
        if self.acts:
            super().snmp_set(oid, value)
        raise self.error


def form_of(agent: Agent) -> PduSnmpData:
    return PduSnmpData(agent.host, {"port": str(agent.port), "community": "private"})


@pytest.mark.parametrize("error", [Raising(), Textless()])
def test_a_write_whose_exception_has_no_text_is_read_back(error: Exception) -> None:
    with Agent(apc.rpdu2(outlets=2)) as agent:
        pdu = Switched(form_of(agent))
        pdu.error = error
        port = PduPortView(identity="1", power_status=EnumPowerStatus.UNKNOWN)

        pdu.port_down(port)
        assert port.power_status is EnumPowerStatus.DOWN

        pdu.acts = False
        with pytest.raises(Unreachable, match="may"):
            pdu.port_up(port, deadline=0.2, pause=0.05)
        truth = agent.truth()
        assert truth.states["1"] is False
        assert len(truth.writes) == 1


def test_a_port_that_takes_no_state_is_our_error_with_the_state() -> None:
    class Frozen:
        identity = "1"

        def __setattr__(self, name: str, value: object) -> None:
            raise Raising(SECRET)

    with Agent(apc.rpdu2(outlets=2)) as agent:
        with pytest.raises(ProtocolError, match=r"state is DOWN; .* power_status \(Raising\)"):
            snmp.make_handler(form_of(agent)).port_down(cast(Any, Frozen()))
        assert agent.truth().states["1"] is False
