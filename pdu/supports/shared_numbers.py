"""sysObjectIDs of families that other devices of their vendor have too: consoles, UPSs, coolers and
sensors. Such a number alone does not say that a device is a PDU.

The rule: LibreNMS's definitions or its recordings of real devices have a device with the number, or
with one below it, that is of another kind than "power", or that has none of the family's outlets
and meters.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.snmp.families import ENTERPRISES

# Prefix of the family -> the other devices, and in brackets their names in LibreNMS's tests/snmpsim
# or resources/definitions/os_detection.
SHARED_NUMBERS: Mapping[str, str] = {
    ENTERPRISES + number: devices
    for number, devices in (
        ("10418.16", "console servers (avocent_6000)"),
        ("10418.26", "console servers (avocent_8000)"),
        ("21239.2", "environment monitors (geist-watchdog_wd1000)"),
        ("21239.42.1", "environment monitors (geist-temperature-sensor, geist-watchdog)"),
        ("244.1.1", "console servers (lantronix-slc)"),
        ("25049.1", "console servers and their manager (opengear, opengear-lighthouse)"),
        ("2606.4", "monitoring units without sockets (rittal-cmc)"),
        ("2606.7", "coolers and monitoring units without sockets (rittal-lcp, rittal-cmc-iii-pu)"),
        ("318.1.3.8.4", "environment monitors (apc_environmental-manager)"),
        ("3711.24", "monitoring units (panduit-eagle)"),
        ("3808.1.1.5", "UPSs with an SNMP card (cyberpower_rmcard205)"),
        ("476.1.42", "UPSs and other power equipment (liebert_apm, liebert_weblbds)"),
        ("850.1", "UPSs and console servers (poweralert, trippliteconsole)"),
    )
}
