"""The RPCM handler of DCImanager's public handler page, completed where the page's copy has gaps:
the OIDs, the identities, what is appended, and docstrings, which are ours.

It is not in the pack. Its tests show that the page's own code, unchanged, passes mypy --strict on
the local doubles, runs on them, keeps every rule of `pdu handler check`, and is built, registered
and switched.
"""

from typing import Optional, Union

from common.logger import get_logger
from common.misc import InversionDict, Oid, waiter
from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

# Columns of the table of outputs: the state (read and written), the current in mA, the energy in
# kWh.
OID_RPCM_ADMINISTRATIVE_STATE = Oid("1.3.6.1.4.1.46235.2.4.2.1.4")
OID_RPCM_OUTPUT_MILLIAMPS = Oid("1.3.6.1.4.1.46235.2.4.2.1.11")
OID_RPCM_OUTPUT_ENERGY_KWH = Oid("1.3.6.1.4.1.46235.2.4.2.1.15")

PORT_POWER_DICT = InversionDict({EnumPowerStatus.UP: 1, EnumPowerStatus.DOWN: 0})


def make_handler(pdu_data: PduSnmpData) -> BaseSnmpPdu:
    """A handler for the PDU with these connection data."""
    return Rpcm(pdu_data)


class Rpcm(BaseSnmpPdu):
    """An RPCM, whose outputs are the ports."""

    def status(self) -> PduView:
        """One port for each row of the state column."""
        logging.info("Get PDU status...")
        pdu_info = PduView()
        for port in self.snmp_walk(OID_RPCM_ADMINISTRATIVE_STATE):
            pdu_info.ports.append(
                PduPortView(
                    identity=port.oid_index,
                    power_status=PORT_POWER_DICT.get_by_value(
                        port.value_int, EnumPowerStatus.UNKNOWN
                    ),
                )
            )
        return pdu_info

    def __get_port_status(
        self, pdu_port_data: PduPortView, wait_for_status: Optional[EnumPowerStatus] = None
    ) -> PduPortView:
        """Read the port's state until it is `wait_for_status` (None: any state) or 10 s have
        passed.
        """
        logging.info(f"Get status for PDU port '{pdu_port_data.identity}'")
        port_status_oid = OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity
        if wait_for_status is not None:
            matcher = lambda response: response == wait_for_status
        else:
            matcher = lambda response: not isinstance(response, Exception)

        @waiter
        def get_status() -> Union[EnumPowerStatus, Exception]:
            try:
                res = self.snmp_get(oid=port_status_oid).value_int
                return PORT_POWER_DICT.get_by_value(res, EnumPowerStatus.UNKNOWN)
            except Exception as error:
                return error

        pdu_port_data.power_status = get_status(matcher=matcher, timeout=10)
        logging.info(
            f"Got status '{pdu_port_data.power_status}' for PDU port '{pdu_port_data.identity}'"
        )
        return pdu_port_data

    def __port_change_status(
        self, pdu_port_data: PduPortView, power_status: EnumPowerStatus
    ) -> PduPortView:
        """Write the wanted state, then read until the port reports it or 10 s have passed."""
        logging.info(f"Set status '{power_status}' for PDU port '{pdu_port_data.identity}'")
        self.snmp_set(
            oid=OID_RPCM_ADMINISTRATIVE_STATE + pdu_port_data.identity,
            value=PORT_POWER_DICT[power_status],
        )
        return self.__get_port_status(pdu_port_data, power_status)

    def port_up(self, pdu_port_data: PduPortView) -> PduPortView:
        """Switch the port on."""
        return self.__port_change_status(pdu_port_data, EnumPowerStatus.UP)

    def port_down(self, pdu_port_data: PduPortView) -> PduPortView:
        """Switch the port off."""
        return self.__port_change_status(pdu_port_data, EnumPowerStatus.DOWN)

    def statistic(self) -> PduStatisticView:
        """Load in A and energy in kWh, each the sum over all ports, and each port's energy."""
        pdu_statistic = PduStatisticView()
        logging.info("Get PDU load in Amps...")
        pdu_statistic.load = (
            sum(port.value_float for port in self.snmp_walk(OID_RPCM_OUTPUT_MILLIAMPS)) / 1000
        )

        ports_consumption = self.snmp_walk(OID_RPCM_OUTPUT_ENERGY_KWH)
        logging.info("Get PDU total energy in kWh...")
        pdu_statistic.total_consumption = float(sum(port.value_float for port in ports_consumption))
        logging.info("Get PDU energy in kWh for every port...")
        for port in ports_consumption:
            pdu_statistic.ports.append(
                PduPortStatisticView(identity=port.oid_index, consumption=port.value_float)
            )
        return pdu_statistic


logging = get_logger("rpcm")
