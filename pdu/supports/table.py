"""One table of all that the handlers read: SNMP families, and the handlers without families."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES

from ..families.recorded import UNPROVEN, evidence_of, switching_basis
from .model_names import BRANDS, NAMES, Name
from .normalization import GENERIC, squeezed, telling, word

_PROOFS: Mapping[EvidenceLevel, str] = {
    EvidenceLevel.DRIVER: "another program or an example",
    EvidenceLevel.MIB: "the vendor's MIB, not tried",
    EvidenceLevel.SIMULATED: "the vendor's MIB, tried on a simulated unit",
    EvidenceLevel.RECORDING: "the recording of a real unit",
    EvidenceLevel.UNIT: "a real unit",
}
READ = "yes"
VARIES = "if the unit does it"
_UPS_NOTE = "The UPS itself is read by the handler nut."


class SupportEntry(NamedTuple):
    """A family, or a handler that has no families."""

    handler: str
    #: "" for a handler that has no families
    family: str
    vendors: tuple[str, ...]
    #: as in `Profile.models`
    models: tuple[str, ...]
    #: the MIB or another description of the protocol
    document: str
    #: the address of the document
    source: str
    #: whether the states of outlets are read: "yes", "no" or a condition
    states: str
    #: the figures of an outlet that are read (current, power, energy), each with "yes" or a
    #: condition
    outlet: Mapping[str, str]
    #: the figures of the PDU that are read (load, power, energy), each with "yes" or a condition
    unit: Mapping[str, str]
    #: whether outlets are switched: "yes", "no", "unproven" or a condition
    switching: str
    #: capability -> its basis
    evidence: Mapping[str, str]
    #: what else an owner should know, "" for nothing
    note: str = ""
    #: the patterns of models that it reads
    names: tuple[Name, ...] = ()
    #: other names under which these vendors' PDUs are sold
    brands: tuple[str, ...] = ()
    #: brands that other makers' PDUs have too; not in `brands`
    shared_brands: tuple[str, ...] = ()
    #: the words above that tell it from others, in the form of `normalization.py`
    words: frozenset[str] = frozenset()
    #: vendors and brands, whole and in their parts, in that form
    makers: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The family, or the handler where there is none: what `Name.key` has."""
        return self.family or self.handler

    @property
    def label(self) -> str:
        """Handler, and family if there is one."""
        return f"{self.handler}, family {self.family}" if self.family else self.handler


@cache
def entries() -> tuple[SupportEntry, ...]:
    """All entries. The first call builds all profiles."""
    raritan, *other_handlers = _OTHERS
    return tuple(map(_add_names, (raritan, *map(_profile_entry, PROFILES), *other_handlers)))


def _profile_entry(profile: Profile) -> SupportEntry:
    """The table's entry of an SNMP family."""
    evidence = evidence_of(profile)
    totals = {"load": profile.load, "power": profile.power, "energy": profile.energy}
    return SupportEntry(
        handler="snmp",
        family=profile.key,
        vendors=tuple(vendor.strip() for vendor in profile.vendor.split(",")),
        models=profile.models,
        document=profile.mib,
        source=profile.source,
        states=READ if any(outlets.states for outlets in profile.outlets) else "no",
        outlet={
            name: READ
            for name in _ALL
            if any(getattr(outlets, name) for outlets in profile.outlets)
        },
        unit={name: READ for name, total in totals.items() if total},
        switching=("no" if not profile.is_switched else READ if profile.is_proven else UNPROVEN),
        evidence={
            name: switching_basis(profile)
            if name == "switching" and profile.is_proven
            else _PROOFS[getattr(evidence, name)]
            for name in Evidence.FIELDS
            if getattr(evidence, name) is not EvidenceLevel.NONE
        },
        note=f"{profile.note} {_UPS_NOTE}".strip() if profile.ups else profile.note,
    )


def _add_names(entry: SupportEntry) -> SupportEntry:
    """The entry with its models' names, its brands and the words that are compared."""
    brands = [
        brand
        for brand in BRANDS
        if set(brand.vendors) & set(entry.vendors)
        and (not brand.families or entry.key in brand.families)
    ]
    own = tuple(brand.name for brand in brands if not brand.is_shared)
    shared = tuple(brand.name for brand in brands if brand.is_shared)
    names = tuple(name for name in NAMES if name.key == entry.key)
    patterns = [name.pattern for name in names]
    # a MIB's name tells a family; another document only says how a handler speaks
    document = entry.document if entry.family else ""
    # a handler's models are also makes, such as HP
    makes = () if entry.family else entry.models
    full_names = [pattern for pattern in patterns if not re.search(r"[x?*]", pattern)]
    makers = [word(text) for text in (*entry.vendors, *own, *shared)]
    return entry._replace(
        names=names,
        brands=own,
        shared_brands=shared,
        words=squeezed((entry.key, *entry.vendors, *own, *full_names, *makes))
        | telling(
            (entry.handler, entry.family, document, *entry.vendors, *own, *entry.models, *patterns)
        ),
        makers=frozenset(text for maker in makers for text in (maker.squeezed, *maker.parts))
        - GENERIC,
    )


_ALL = {"current": VARIES, "power": VARIES, "energy": VARIES}
_TOTALS = {"load": VARIES, "power": VARIES, "energy": VARIES}
_SDK = "the vendor's SDK and simulated units"
_OTHERS = (
    SupportEntry(
        "raritan",
        "",
        ("Raritan", "Legrand", "Server Technology"),
        ("PX series PX2, PX3, PX4, PXC, PXO, PXE, PX3TS", "PRO3X, PRO4X", "BCM2, PMC", "Xerus"),
        "JSON-RPC of Xerus firmware 3.3 to 4.4",
        "https://help.raritan.com/json-rpc/",
        VARIES,
        _ALL,
        _TOTALS,
        VARIES,
        {
            **dict.fromkeys(Evidence.FIELDS, _SDK),
            **dict.fromkeys(_ALL, f"{_SDK}; recorded figures of two real units"),
        },
    ),
    SupportEntry(
        "redfish",
        "",
        ("Raritan", "Legrand", "Server Technology", "Panduit", "Rittal", "HPE", "APC"),
        ("Redfish",),
        "DMTF's PowerDistribution schemas",
        "https://www.dmtf.org/dsp/DSP8010",
        VARIES,
        _ALL,
        _TOTALS,
        VARIES,
        dict.fromkeys(Evidence.FIELDS, "DMTF's schemas, tried on simulated units"),
        "The PDU must have a Redfish service, and it must be on. Panduit: G5. HPE: G2, switched"
        " only with switch_unproven=yes. APC: NetShelter Advanced. Raritan, Legrand and Server"
        " Technology: Xerus 4. No unit was tried.",
    ),
    SupportEntry(
        "netio",
        "",
        ("NETIO",),
        ("PowerPDU 4C, 4KS, 4PS, 8QS, 8KS, 8KF", "PowerBOX", "PowerDIN"),
        "NETIO M2M API Protocol JSON",
        "https://www.netio-products.com/files/NETIO-M2M-API-Protocol-JSON.pdf",
        READ,
        _ALL,
        _TOTALS,
        READ,
        dict.fromkeys(Evidence.FIELDS, "the vendor's client and simulated units"),
        "JSON API must be on, on the unit's page M2M API Protocols; it usually speaks HTTP"
        " (scheme=http). No SNMP is needed.",
    ),
    SupportEntry(
        "jaws",
        "",
        ("Server Technology",),
        ("PRO1 and PRO2 CDUs, Switched CDUs with firmware 8.0m or later",),
        "JAWS V1.06, as public clients rely on it",
        "https://github.com/Cray-HPE/hms-redfish-translation-layer",
        READ,
        _ALL,
        _TOTALS,
        READ,
        dict.fromkeys(Evidence.FIELDS, "two public clients and simulated units"),
        "The firmware must be 8.0m or later. The family sentry4 reads the same figures over SNMP,"
        " and also tells locked outlets. No unit was tried.",
    ),
    SupportEntry(
        "synlink",
        "",
        ("Synaccess",),
        ("SynLink SP, SM",),
        "SynLink's web API, by the maker's references and client",
        "https://synaccess-pdus.readme.io/reference/outlets",
        READ,
        {"current": VARIES},
        {"load": READ, "power": VARIES, "energy": READ},
        VARIES,
        dict.fromkeys(Evidence.FIELDS, "the maker's client and simulated units"),
        "Take this handler rather than the SNMP family: it reads the voltage behind each relay, the"
        " relay's health, and currents. No unit was tried.",
    ),
    SupportEntry(
        "shelly",
        "",
        ("Shelly",),
        ("relays of generation 2 and later: Pro 3, Pro 4PM, Plug, Power Strip",),
        "Shelly's RPC over HTTP, by the maker's pages",
        "https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Switch",
        READ,
        _ALL,
        _TOTALS,
        READ,
        dict.fromkeys(Evidence.FIELDS, "the maker's pages and simulated units"),
        "Models with PM in their name, plugs and strips have meters. Generation 1 is not read. It"
        " speaks HTTP (scheme=http). No unit was tried.",
    ),
    SupportEntry(
        "digitalloggers",
        "",
        ("Digital Loggers",),
        ("Web Power Switch Pro", "Ethernet Power Controller III and later, with Wi-Fi"),
        "Digital Loggers' REST API, by the maker's pages and public clients",
        "https://www.digital-loggers.com/rest.html",
        READ,
        {},
        _TOTALS,
        READ,
        dict.fromkeys(Evidence.FIELDS, "the maker's pages, public clients and simulated units"),
        "The REST-style API must be allowed on the unit's page External APIs. Its outlets have no"
        " meters. No unit was tried.",
    ),
    SupportEntry(
        "nut",
        "",
        ("NUT",),
        (
            *("upsd", "Network UPS Tools", "APC", "CyberPower", "Dell", "Eaton", "HP", "Liebert"),
            *("Raritan", "Tripp Lite", "Vertiv"),
        ),
        "a NUT server whose driver reads the device",
        "https://networkupstools.org/stable-hcl.html",
        VARIES,
        _ALL,
        _TOTALS,
        VARIES,
        {
            **dict.fromkeys(Evidence.FIELDS, "dumps of real devices, served by upsd 2.8"),
            "switching": "upsd 2.8 with its simulating driver",
        },
        "It shows what the NUT driver of the device reports.",
    ),
)
