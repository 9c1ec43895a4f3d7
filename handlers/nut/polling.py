"""How often a NUT driver reads the outlets of its device. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .numbers import parse_number

# Seconds between two readings of all variables unless `pollfreq` is set: DEFAULT_POLLFREQ of
# snmp-ups.h and usbhid-ups.h, NUT 2.8.0 to 2.8.5. mge-shut is built from usbhid-ups.c.
_POLLFREQ_S: Mapping[str, float] = {"snmp-ups": 30.0, "usbhid-ups": 30.0, "mge-shut": 30.0}


def late_reading(variables: Mapping[str, str], waited_s: float) -> str:
    """Why a driver may still show an old state `waited_s` seconds after a command, and when to read
    again; "" if it read its device since.
    """
    driver = variables.get("driver.name", "")
    if driver not in _POLLFREQ_S:
        return ""
    setting = parse_number(variables.get("driver.parameter.pollfreq"))
    seconds = setting or _POLLFREQ_S[driver]
    if seconds < waited_s:
        return ""
    poll_interval = (
        f"pollfreq in ups.conf is {seconds:g}" if setting else "pollfreq in ups.conf is not set"
    )
    return (
        f"the NUT driver {driver} reads its device only every {seconds:g} s ({poll_interval}), and"
        f" shows the old state until then: read it again in {seconds:g} s; with a shorter pollfreq,"
        " commands are proven sooner"
    )
