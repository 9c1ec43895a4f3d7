"""Functions with which `child.py` makes and reads the platform's objects; these are for the
project's own doubles.

For a variant of tests/conformance or a copy of the real platform, another file replaces the
functions that differ there. Runs in the worker process and imports the standard library and the
platform's modules only.
"""

from __future__ import annotations

from dataclasses import field, make_dataclass
from typing import Any, Optional


class NotMetered(float):
    """The default of a figure that the handler did not set."""


def prepare() -> None:
    """Replaces the doubles' statistics views with views that also have an outlet's current and
    distinguish "not metered" from 0.

    Whether the platform's views can do so is unknown.
    """
    from pdu_common import helper

    unset = NotMetered(0.0)
    setattr(
        helper,
        "PduStatisticView",
        make_dataclass(
            "PduStatisticView",
            [
                ("load", float, unset),
                ("total_consumption", float, unset),
                ("ports", list[Any], field(default_factory=list)),
            ],
        ),
    )
    setattr(
        helper,
        "PduPortStatisticView",
        make_dataclass(
            "PduPortStatisticView",
            ["identity", ("consumption", float, unset), ("load", Optional[float], None)],
        ),
    )


def data(
    protocol: str, address: str, snmp: dict[str, str], settings: dict[str, str], handler: str
) -> Any:
    """The object for make_handler; `protocol` is "snmp" or "custom"."""
    from pdu_common import connection

    if protocol == "snmp":
        return connection.PduSnmpData(
            ip=address, snmp_params=snmp, custom_params=settings, device=handler
        )
    return connection.PduData(ip=address, custom_params=settings, device=handler)


def port(identity: str, state: str) -> Any:
    """The object for port_up and port_down."""
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


def port_metered(view: Any) -> list[str]:
    """Identities of the ports whose energy the handler set.

    All identities if this platform's views cannot show that; [] if the view has no `ports`.
    """
    return [
        item.identity
        for item in getattr(view, "ports", ())
        if not isinstance(getattr(item, "consumption", None), NotMetered)
    ]


def port_load(view: Any) -> dict[str, float]:
    """Current in A by identity; {} if this platform's view cannot hold it."""
    return {
        item.identity: item.load
        for item in getattr(view, "ports", ())
        if getattr(item, "load", None) is not None
    }


def metered(view: Any) -> list[str]:
    """Which of the totals "load" and "energy" the handler set; both if this platform's view cannot
    show that.
    """
    figures = (
        ("load", getattr(view, "load", None)),
        ("energy", getattr(view, "total_consumption", None)),
    )
    return [name for name, value in figures if not isinstance(value, NotMetered)]
