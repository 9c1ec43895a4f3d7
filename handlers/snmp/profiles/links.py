"""Links to what a family rests on: MIBs, and the source of programs that switch its PDUs."""

from __future__ import annotations

#: of a family without a public MIB, in its note
NO_PUBLIC_MIB = "No MIB is public: last looked up on 2026-11-27."


def public(repository: str, path: str, commit: str = "HEAD") -> str:
    """The link to a file in a public repository: a MIB, or the source of a program such as a driver
    or an agent.

    >>> public("networkupstools/nut", "drivers/apc-mib.c")
    'https://github.com/networkupstools/nut/blob/HEAD/drivers/apc-mib.c'

    commit: of a file that is no longer there.
    """
    return f"https://github.com/{repository}/blob/{commit}/{path}"


def librenms(path: str) -> str:
    """The link to a MIB in LibreNMS, which collects the vendors' releases.

    >>> librenms("apc/PowerNet-MIB")
    'https://github.com/librenms/librenms/blob/HEAD/mibs/apc/PowerNet-MIB'
    """
    return public("librenms/librenms", f"mibs/{path}")


def pysnmp_mibs(path: str) -> str:
    """The link to a MIB, or to its compiled form, in a collection of MIBs for pysnmp.

    >>> pysnmp_mibs("mibs/akcp/SPAGENT-MIB")
    'https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/akcp/SPAGENT-MIB'
    """
    return public("DotZero24/pysnmp-mibs", path)


# the power driver for PDUs that OpenStack's ironic had until 2026
IRONIC_SNMP = public(
    "openstack/ironic", "ironic/drivers/modules/snmp.py", "908d4d35f7a0d473cc9581bdda2535d6920b7d89"
)
