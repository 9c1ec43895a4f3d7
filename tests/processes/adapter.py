"""Functions with which `child.py` makes and reads the platform's objects; these are for the
project's own doubles.

For a variant of tests/conformance or a copy of the real platform, another file replaces the
functions that differ there. Runs in the worker process and imports the standard library and the
platform's modules only.
"""

from __future__ import annotations

from typing import Any


def data(
    protocol: str, address: str, snmp: dict[str, str], settings: dict[str, str], handler: str
) -> Any:
    """The object for make_handler; `protocol` is "snmp" or "custom"."""
    # imported late: pdu_common may be missing where this file is read
    from pdu_common import connection

    if protocol == "snmp":
        return connection.PduSnmpData(
            ip=address, snmp_params=snmp, custom_params=settings, device=handler
        )
    return connection.PduData(ip=address, custom_params=settings, device=handler)


def port(identity: str, state: str) -> Any:
    """The object for port_up and port_down."""
    # imported late, as in `data`
    from pdu_common.helper import EnumPowerStatus, PduPortView

    return PduPortView(identity=identity, power_status=EnumPowerStatus[state])


def totals(view: Any) -> tuple[float, float]:
    """Load in A and energy in kWh."""
    return view.load, view.total_consumption


def port_energy(view: Any) -> dict[str, float]:
    """Energy in kWh by identity.

    For a platform whose view cannot hold it, another file returns {}.
    """
    return {item.identity: item.consumption for item in view.ports}


def port_load(view: Any) -> dict[str, float]:
    """Current in A by identity; {} if this platform's view cannot hold it."""
    return {
        item.identity: item.load
        for item in getattr(view, "ports", ())
        if getattr(item, "load", None) is not None
    }
