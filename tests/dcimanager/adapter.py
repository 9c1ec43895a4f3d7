"""How this platform's objects are made and read, for `child.py`; here for the project's own doubles.

Another platform (a variant of tests/conformance, an owner's copy) brings a file with those of these functions that
differ there. Runs in the worker process and imports the platform's modules only.
"""
from __future__ import annotations

from typing import Any, Dict, List, Tuple

EMPTY: Dict[str, float] = {}


def data(protocol: str, address: str, snmp: Dict[str, str], settings: Dict[str, str], handler: str) -> Any:
    """The object for make_handler; `protocol` is "snmp" or "custom"."""
    from pdu_common import connection
    if protocol == "snmp":
        return connection.PduSnmpData(ip=address, snmp_params=snmp, custom_params=settings, device=handler)
    return connection.PduData(ip=address, custom_params=settings, device=handler)


def port(identity: str, state: str) -> Any:
    """The object for port_up and port_down."""
    from pdu_common.helper import EnumPowerStatus, PduPortView
    return PduPortView(identity=identity, power_status=EnumPowerStatus[state])


def ports(view: Any) -> List[Tuple[str, str]]:
    """Identity and name of the state, in the view's order."""
    return [(item.identity, item.power_status.name) for item in view.ports]


def totals(view: Any) -> Tuple[float, float]:
    """Load in A and energy in kWh."""
    return view.load, view.total_consumption


def port_energy(view: Any) -> Dict[str, float]:
    """Energy by identity; EMPTY where this platform's view cannot hold it."""
    return {item.identity: item.consumption for item in view.ports}
