"""Makes the double of BaseSnmpPdu.

Programs that tests start import this module too, so it imports no pytest and no simulator.
"""

from __future__ import annotations

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData


def connect(port: int, **params: str) -> BaseSnmpPdu:
    """The double for an agent on this port of 127.0.0.1, by default with read and write access."""
    snmp_params = {
        "version": "2",
        "community": "private",
        "timeout": "5",
        "retries": "3",
        "port": str(port),
        **params,
    }
    return BaseSnmpPdu(PduSnmpData("127.0.0.1", snmp_params))
