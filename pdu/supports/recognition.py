"""Which SNMP families a sysObjectID names, for `find`, `supports` and `identify`.

A sysObjectID is an OID, here also called the *number* of a device; its *arcs* are the numbers
between the dots, of which the first seven are those of the vendor: 1.3.6.1.4.1.318 is APC. A number
*names* a family if it alone says that a device is of it. If not, the family is a *candidate*: the
rows of the device say whether it is of this family, and `handlers.snmp.detection` reads them.

Other devices of a vendor, such as consoles, UPSs, coolers and sensors, may have a family's number
(`SHARED_NUMBERS`), or one of their own below the vendor's (`OTHER_NUMBERS`). Such a number alone
does not say that a device is a PDU. The rule of SHARED_NUMBERS: LibreNMS's definitions or its
recordings of real devices have a device with the number, or with one below it, that is of another
kind than "power", or that has none of the family's outlets and meters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from handlers.snmp.detection import candidates
from handlers.snmp.profile import ENTERPRISES, NET_SNMP, Profile, is_below, oids
from handlers.snmp.profiles import PROFILES

# Prefix of the family -> the other devices, and in brackets their names in LibreNMS's tests/snmpsim
# or resources/definitions/os_detection.
SHARED_NUMBERS: Mapping[str, str] = {
    ENTERPRISES + number: devices
    for number, devices in (
        ("10418.16", "console servers (avocent_6000)"),
        ("10418.26", "console servers (avocent_8000)"),
        ("21239.2", "environment monitors (geist-watchdog_wd1000)"),
        ("21239.42.1", "environment monitors (geist-temperature-sensor, geist-watchdog)"),
        ("232.165.3", "UPSs (hpe-rtups)"),
        ("244.1.1", "console servers (lantronix-slc)"),
        ("25049.1", "console servers and their manager (opengear, opengear-lighthouse)"),
        ("2606.4", "monitoring units without sockets (rittal-cmc)"),
        ("2606.7", "coolers and monitoring units without sockets (rittal-lcp, rittal-cmc-iii-pu)"),
        ("318.1.3.8.4", "environment monitors (apc_environmental-manager)"),
        ("318.1.3.1", "UPSs (PowerNet-MIB)"),
        ("318.1.3.13", "UPSs (PowerNet-MIB)"),
        ("318.1.3.16", "UPSs (PowerNet-MIB)"),
        ("318.1.3.17", "UPSs (PowerNet-MIB)"),
        ("318.1.3.2", "UPSs (PowerNet-MIB, apc-mib.c)"),
        ("318.1.3.27", "UPSs (apc-mib.c)"),
        ("318.1.3.3", "UPSs (PowerNet-MIB)"),
        ("318.1.3.5", "UPSs (PowerNet-MIB)"),
        ("3711.24", "monitoring units (panduit-eagle)"),
        ("3808.1.1.5", "UPSs with an SNMP card (cyberpower_rmcard205)"),
        ("476.1.42", "UPSs and other power equipment (liebert_apm, liebert_weblbds)"),
        ("534.1", "UPSs (eatonups)"),
        ("705.1", "UPSs (apc-mgeups, eaton-mgeups)"),
        ("850", "UPSs and console servers (poweralert, trippliteconsole)"),
        ("850.1", "UPSs and console servers (poweralert, trippliteconsole)"),
    )
}
# Prefix -> devices that are no PDUs, and in brackets who says so: LibreNMS as above,
# or a MIB of NUT's snmp-ups (drivers/*-mib.c), or PowerNet-MIB, "system"
OTHER_NUMBERS: Mapping[str, str] = {
    ENTERPRISES + number: devices
    for number, devices in (
        ("10418.18", "console servers (avocent-mp)"),
        ("13742.3", "KVM switches (raritan-kvm)"),
        ("13742.8", "environment monitors (raritan-emx)"),
        ("2254.2.4", "UPSs (delta_ups-mib.c)"),
        ("318.1.3.14", "coolers (PowerNet-MIB)"),
        ("318.1.3.20", "console servers (PowerNet-MIB)"),
        ("3808.1.1.1", "UPSs (cyberpower-mib.c)"),
        ("4555.1.1.1", "UPSs (netvision-mib.c)"),
        ("4555.1.1.7", "UPSs (socomec-ups)"),
        ("534.2", "UPSs (eatonups)"),
        ("674.10902.2", "UPSs (dell-ups)"),
        ("818.1.100.1.1", "UPSs (ge-ups)"),
        ("935", "UPSs (xppc-mib.c)"),
    )
}
UPS_ADVICE = "a UPS is read by the handler nut if a driver of NUT reads it"
_VENDOR_ARCS = ENTERPRISES.count(".") + 1


class Recognition(NamedTuple):
    """What a sysObjectID says.

    1.3.6.1.4.1.318.1.3.4.6    families (apc-rpdu2,)
    1.3.6.1.4.1.534.1          candidates (eaton-epdu, eaton-ups), other_devices "UPSs ..."
    1.3.6.1.4.1.534.2          other_devices "UPSs (eatonups)", is_other
    """

    #: the families that it names, the closest ones alone, in the order in which they are tried
    families: tuple[Profile, ...] = ()
    #: families that are tried on any device of this vendor, or of this number
    candidates: tuple[Profile, ...] = ()
    #: the other devices that have the number, "" for none
    other_devices: str = ""
    #: whether only other devices have it
    is_other: bool = False

    @property
    def likely(self) -> tuple[Profile, ...]:
        """The named families, then the candidates."""
        return (*self.families, *self.candidates)

    @property
    def sentence(self) -> str:
        """Which other devices have the number, for people; "" for none.

        >>> Recognition(other_devices="console servers (avocent-mp)", is_other=True).sentence
        'console servers (avocent-mp) have this number'
        >>> Recognition().sentence
        ''
        """
        if not self.other_devices:
            return ""
        has = "have this number" if self.is_other else "have this number too"
        advice = f"; {UPS_ADVICE}" if self.other_devices.startswith("UPS") else ""
        return f"{self.other_devices} {has}{advice}"


def is_of_agent(oid: str) -> bool:
    """Whether the number names only the agent, Net-SNMP, which servers run too.

    >>> is_of_agent("1.3.6.1.4.1.8072.3.2.10"), is_of_agent("1.3.6.1.4.1.318.1.3.4.6")
    (True, False)
    """
    return any(is_below(oid, agent) for agent in NET_SNMP)


def recognise(oid: str) -> Recognition:
    """What a sysObjectID, or an OID of a family's objects, says of the device that has it. `oid`:
    in full, "1.3.6.1.4.1.318.1.3.4.6"; "" for a device that has none.

    >>> for arcs in ("318.1.3.4.6", "534.1", "534.2", "99999"):
    ...     seen = recognise(f"1.3.6.1.4.1.{arcs}")
    ...     families = [family.key for family in seen.families]
    ...     candidates = [family.key for family in seen.candidates]
    ...     print(arcs, families, candidates, seen.other_devices, seen.is_other)
    318.1.3.4.6 ['apc-rpdu2'] ['apc-rpdu', 'apc-masterswitch']  False
    534.1 [] ['eaton-epdu', 'eaton-ups'] UPSs (eatonups) False
    534.2 [] [] UPSs (eatonups) True
    99999 [] []  False

    It names apc-rpdu2; it is shared by PDUs and UPSs; it is of UPSs alone; nobody knows it.
    """
    tried_profiles = [row.profile for row in candidates(oid, PROFILES)] if oid else []
    if is_of_agent(oid):
        return Recognition(candidates=_distinct(tried_profiles))
    named_families: list[tuple[Profile, int]] = []  # with their arcs, by `_named_arcs`
    possible_families: list[Profile] = []
    other_devices = ""
    for profile in _distinct((*tried_profiles, *PROFILES)):
        arcs = profile.match(oid)
        if _is_shared(profile, oid, arcs):
            number = ".".join(oid.split(".")[:arcs])
            other_devices = other_devices or SHARED_NUMBERS.get(number, "")
            possible_families.append(profile)
            continue
        named_arcs = _named_arcs(profile, oid, arcs)
        if named_arcs:
            named_families.append((profile, named_arcs))
        elif arcs or _is_above(oid, profile):
            possible_families.append(profile)
    if not named_families and not other_devices:
        only_devices = _other_devices(oid)
        return Recognition(
            candidates=tuple(possible_families),
            other_devices=only_devices,
            is_other=bool(only_devices),
        )
    most_arcs = max((arcs for _, arcs in named_families), default=0)
    closest_families = [profile for profile, arcs in named_families if arcs == most_arcs]
    less_close_families = [profile for profile, arcs in named_families if arcs < most_arcs]
    return Recognition(
        families=tuple(closest_families),
        candidates=(*possible_families, *less_close_families),
        other_devices=other_devices,
    )


def _named_arcs(profile: Profile, oid: str, arcs: int) -> int:
    """How many of the first arcs of an OID name the family: `arcs`, those that it shares with the
    family's sysObjectID, if they are more than the vendor's seven; seven for an OID of the family's
    objects; 0 if it does not name it.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> _named_arcs(apc, "1.3.6.1.4.1.318.1.3.4.6", 11), _named_arcs(apc, "1.3.6.1.4.1.318", 7)
    (11, 0)
    """
    if arcs > _VENDOR_ARCS:
        return arcs
    is_below_vendor = oid.count(".") + 1 > _VENDOR_ARCS
    return _VENDOR_ARCS if is_below_vendor and _reads(profile, oid) else 0


def _is_above(oid: str, profile: Profile) -> bool:
    """Whether a sysObjectID or a table of the family is below this OID, as below the vendor's.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> _is_above("1.3.6.1.4.1.318", apc), _is_above("1.3.6.1.4.1.534", apc)
    (True, False)
    """
    family_oids = [*profile.sys_object_ids]
    family_oids += [root.oid for root in profile.roots]
    return any(family_oid.startswith(f"{oid}.") for family_oid in family_oids)


def _other_devices(oid: str) -> str:
    """The devices that are no PDUs and have this number or one above it, "" for none.

    >>> _other_devices("1.3.6.1.4.1.534.2.3"), _other_devices("1.3.6.1.4.1.318.1.3.4.6")
    ('UPSs (eatonups)', '')
    """
    for number, devices in OTHER_NUMBERS.items():
        if is_below(oid, number):
            return devices
    return ""


def _is_shared(profile: Profile, oid: str, arcs: int) -> bool:
    """Whether devices that are no PDUs have the family's number in this OID, too. The OID of an
    object of the family is no such number. `arcs`: how many first arcs of the OID are the family's
    sysObjectID; 0 if none are.

    >>> by_key = {profile.key: profile for profile in PROFILES}
    >>> _is_shared(by_key["eaton-epdu"], "1.3.6.1.4.1.534.1", 8)
    True
    >>> _is_shared(by_key["apc-rpdu2"], "1.3.6.1.4.1.318.1.3.4.6", 11)
    False
    """
    if oid in SHARED_NUMBERS:
        return bool(arcs) or _reads(profile, oid)
    family_number = ".".join(oid.split(".")[:arcs])
    return family_number in SHARED_NUMBERS and not _reads(profile, oid)


def _reads(profile: Profile, oid: str) -> bool:
    """Whether the family reads an object below this OID, or one that it is below.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> _reads(apc, "1.3.6.1.4.1.318.1.1.26"), _reads(apc, "1.3.6.1.4.1.534")
    (True, False)
    """
    return any(is_below(root, oid) or is_below(oid, root) for root in _objects()[profile.key])


@cache
def _objects() -> Mapping[str, tuple[str, ...]]:
    """Key of each family -> the OIDs of all objects that it reads or writes."""
    return {profile.key: tuple(dict.fromkeys(oids(profile))) for profile in PROFILES}


def _distinct(profiles: Iterable[Profile]) -> tuple[Profile, ...]:
    """Each profile once, in the order of its first place. Compared by key: the hash of a profile
    goes through hundreds of parts.
    """
    return tuple({profile.key: profile for profile in profiles}.values())
