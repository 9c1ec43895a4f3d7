"""The APC unit on the page of the local DCImanager."""
from __future__ import annotations

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from tests.peers import living
from tests.simulators.snmp_agent.devices import apc


def test_all_tables_show_the_same_states_and_power_is_230_volts_times_the_current() -> None:
    with living("apc", 0, (2, 3)) as (peer, tick):
        tick(0.0)
        unit = BaseSnmpPdu(PduSnmpData(peer.address, {**peer.snmp, "timeout": "20"}))

        def column(oid: str) -> list[object]:
            return [row.value for row in unit.snmp_walk(oid)]

        states = [on is True for on in peer.books().states.values()]
        assert [number for number, on in enumerate(states, 1) if not on] == [2, 3]
        for oid in (f"{apc.SPDU_CONTROL}.3", f"{apc.RPDU_STATUS}.4", f"{apc.RPDU_CONTROL}.4", f"{apc.RPDU2_CONTROL}.5"):
            assert [value == 1 for value in column(oid)] == states
        deciamps, watts = column(f"{apc.RPDU2_METERED}.6"), column(f"{apc.RPDU2_METERED}.7")
        assert watts == [23 * int(str(value)) for value in deciamps] and watts[1:3] == [0, 0]
        assert unit.snmp_get(f"{apc.RPDU2_DEVICE}.5.1").value == sum(int(str(value)) for value in watts) // 10
