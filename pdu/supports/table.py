"""One table of all that the handlers read: a row for each SNMP family, and one for each handler
without families, such as netio.

A *capability* is state, current, power, energy or switching; its *basis*, in words, is what says
that it is right, such as "the recording of a real unit". "yes" is of each unit of the row; VARIES
is a condition: only of some units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from handlers.snmp.evidence import CAPABILITIES, EvidenceLevel
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES

from .model_names import BRANDS, NAMES, Brand, Name
from .preference import rank_of
from .recorded import UNPROVEN, evidence_of, switching_basis
from .words import compact, is_generic, parts_of, words_of

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
    """A row: a family, or a handler that has no families. That of apc-rpdu2 has `handler="snmp"`,
    `vendors=("APC",)`, `states="yes"`, `switching="yes"`.
    """

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
    outlet_figures: Mapping[str, str]
    #: the figures of the PDU that are read (load, power, energy), each with "yes" or a condition
    pdu_figures: Mapping[str, str]
    #: whether outlets are switched: "yes", "no", "unproven" or a condition
    switching: str
    #: capability -> its basis, such as "the vendor's MIB, not tried"
    evidence: Mapping[str, str]
    #: what else an owner should know, "" for nothing
    note: str = ""
    #: the patterns of models that it reads
    names: tuple[Name, ...] = ()
    #: other names under which these vendors' PDUs are sold
    brands: tuple[str, ...] = ()
    #: the compact words of the texts above
    words: frozenset[str] = frozenset()
    #: the compact names of vendors and brands
    makers: frozenset[str] = frozenset()
    #: those of them that are on no PDU of another maker
    own_makers: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The family, or the handler where there is none: "apc-rpdu2", "netio". A name of models
        (`Name`) refers to its row by this key.
        """
        return self.family or self.handler

    @property
    def label(self) -> str:
        """Handler, and family if there is one: "snmp, family apc-rpdu2", "netio"."""
        return f"{self.handler}, family {self.family}" if self.family else self.handler


@cache
def entries() -> tuple[SupportEntry, ...]:
    """All rows, those of preferred handlers first, of the others in the order of their tables."""
    families = [_profile_entry(profile) for profile in PROFILES]
    ordered_entries = sorted([*families, *_OTHERS], key=lambda entry: rank_of(entry.handler))
    return tuple(_with_names(entry) for entry in ordered_entries)


def _profile_entry(profile: Profile) -> SupportEntry:
    """The row of an SNMP family, without the names of models and the words that are compared.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> entry = _profile_entry(apc)
    >>> entry.vendors, entry.states, entry.switching, list(entry.outlet_figures)
    (('APC',), 'yes', 'yes', ['current', 'power', 'energy'])
    """
    has_states = any(outlets.states for outlets in profile.outlets)
    outlet_figures: dict[str, str] = {}
    for name in _ALL:
        if any(getattr(outlets, name) for outlets in profile.outlets):
            outlet_figures[name] = READ
    pdu_figures = {name: READ for name in _TOTALS if getattr(profile, name)}
    note = profile.note
    if profile.ups:
        note = f"{note} {_UPS_NOTE}".strip()
    return SupportEntry(
        handler="snmp",
        family=profile.key,
        vendors=tuple(vendor.strip() for vendor in profile.vendor.split(",")),
        models=profile.models,
        document=profile.mib,
        source=profile.source,
        states=READ if has_states else "no",
        outlet_figures=outlet_figures,
        pdu_figures=pdu_figures,
        switching=_switching(profile),
        evidence=_basis_by_capability(profile),
        note=note,
    )


def _switching(profile: Profile) -> str:
    """Whether the family's outlets are switched: "yes", "no", or "unproven": only if the owner says
    so.

    >>> by_key = {profile.key: profile for profile in PROFILES}
    >>> _switching(by_key["apc-rpdu2"]), _switching(by_key["apc-ats"])
    ('yes', 'no')
    """
    if not profile.is_switched:
        return "no"
    return READ if profile.is_proven else UNPROVEN


def _basis_by_capability(profile: Profile) -> Mapping[str, str]:
    """The basis of each capability that the family has, in words.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> _basis_by_capability(apc)["energy"], _basis_by_capability(apc)["switching"]
    ('the recording of a real unit', 'public programs: chaos/powerman, dana-i2cat/opennaas')
    """
    levels = evidence_of(profile)
    basis_by_capability: dict[str, str] = {}
    for name in CAPABILITIES:
        level = getattr(levels, name)
        if level is not EvidenceLevel.NONE:
            basis_by_capability[name] = _PROOFS[level]
    if profile.is_switched and profile.is_proven:
        basis_by_capability["switching"] = switching_basis(profile)
    return basis_by_capability


def _with_names(entry: SupportEntry) -> SupportEntry:
    """The row with its models' names, its brands, and the words that are compared.

    >>> apc = next(profile for profile in PROFILES if profile.key == "apc-rpdu2")
    >>> entry = _with_names(_profile_entry(apc))
    >>> "AP89XX" in entry.words, "APC" in entry.own_makers, "NETSHELTER" in entry.own_makers
    (True, True, False)
    """
    names = tuple(name for name in NAMES if name.key == entry.key)
    brands = [brand for brand in BRANDS if _is_brand_of(entry, brand)]
    brand_names = [brand.name for brand in brands]
    own_brand_names = [brand.name for brand in brands if not brand.is_shared]
    texts = [*entry.vendors, *brand_names, entry.key, *entry.models]
    texts += [name.pattern for name in names]
    if entry.family:
        texts.append(entry.document)  # a MIB's name tells a family
    return entry._replace(
        names=names,
        brands=tuple(brand_names),
        words=words_of(texts),
        makers=_maker_words([*entry.vendors, *brand_names]),
        own_makers=_maker_words([*entry.vendors, *own_brand_names]),
    )


def _maker_words(names: Iterable[str]) -> frozenset[str]:
    """The compact names of makers, and their words that are not generic.

    >>> sorted(_maker_words(["Schneider Electric"]))
    ['SCHNEIDER', 'SCHNEIDERELECTRIC']
    """
    words: set[str] = set()
    for name in names:
        words.add(compact(name))
        words.update(part for part in parts_of(name) if not is_generic(part))
    return frozenset(words)


def _is_brand_of(entry: SupportEntry, brand: Brand) -> bool:
    """Whether PDUs of this row are sold under the brand, a vendor's other name: that of one of the
    row's vendors, and if the brand names families, also of this family.
    """
    is_of_vendor = not set(brand.vendors).isdisjoint(entry.vendors)
    is_of_family = not brand.families or entry.key in brand.families
    return is_of_vendor and is_of_family


_ALL = {"current": VARIES, "power": VARIES, "energy": VARIES}
_TOTALS = {"load": VARIES, "power": VARIES, "energy": VARIES}
_SDK = "the vendor's SDK and simulated units"
_OTHERS = (
    SupportEntry(
        handler="raritan",
        family="",
        vendors=("Raritan", "Legrand", "Server Technology"),
        models=(
            "PX series PX2, PX3, PX4, PXC, PXO, PXE, PX3TS",
            "PRO3X, PRO4X",
            "BCM2, PMC",
            "Xerus",
        ),
        document="JSON-RPC of Xerus firmware 3.3 to 4.4",
        source="https://help.raritan.com/json-rpc/",
        states=VARIES,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=VARIES,
        evidence={
            **dict.fromkeys(CAPABILITIES, _SDK),
            **dict.fromkeys(_ALL, f"{_SDK}; recorded figures of two real units"),
        },
    ),
    SupportEntry(
        handler="redfish",
        family="",
        vendors=("Raritan", "Legrand", "Server Technology", "Panduit", "Rittal", "HPE", "APC"),
        models=("Redfish",),
        document="DMTF's PowerDistribution schemas",
        source="https://www.dmtf.org/dsp/DSP8010",
        states=VARIES,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=VARIES,
        evidence=dict.fromkeys(CAPABILITIES, "DMTF's schemas, tried on simulated units"),
        note=(
            "The PDU must have a Redfish service, and it must be on. Panduit: G5. HPE: G2, switched"
            " only with switch_unproven=yes. APC: NetShelter Advanced. Raritan, Legrand and Server"
            " Technology: Xerus 4. No unit was tried."
        ),
    ),
    SupportEntry(
        handler="netio",
        family="",
        vendors=("NETIO",),
        models=("PowerPDU 4C, 4KS, 4PS, 8QS, 8KS, 8KF", "PowerBOX", "PowerDIN"),
        document="NETIO M2M API Protocol JSON",
        source="https://www.netio-products.com/files/NETIO-M2M-API-Protocol-JSON.pdf",
        states=READ,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=READ,
        evidence=dict.fromkeys(CAPABILITIES, "the vendor's client and simulated units"),
        note=(
            "JSON API must be on, on the unit's page M2M API Protocols; it usually speaks HTTP"
            " (scheme=http). No SNMP is needed."
        ),
    ),
    SupportEntry(
        handler="jaws",
        family="",
        vendors=("Server Technology",),
        models=("PRO1 and PRO2 CDUs, Switched CDUs with firmware 8.0m or later",),
        document="JAWS V1.06, as public clients rely on it",
        source="https://github.com/Cray-HPE/hms-redfish-translation-layer",
        states=READ,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=READ,
        evidence=dict.fromkeys(CAPABILITIES, "two public clients and simulated units"),
        note=(
            "The firmware must be 8.0m or later. The family sentry4 reads the same figures over"
            " SNMP, and also tells locked outlets. No unit was tried."
        ),
    ),
    SupportEntry(
        handler="synlink",
        family="",
        vendors=("Synaccess",),
        models=("SynLink SP, SM",),
        document="SynLink's web API, by the maker's references and client",
        source="https://synaccess-pdus.readme.io/reference/outlets",
        states=READ,
        outlet_figures={"current": VARIES},
        pdu_figures={"load": READ, "power": VARIES, "energy": READ},
        switching=VARIES,
        evidence=dict.fromkeys(CAPABILITIES, "the maker's client and simulated units"),
        note=(
            "Take this handler rather than the SNMP family: it reads the voltage behind each"
            " relay, the relay's health, and currents. No unit was tried."
        ),
    ),
    SupportEntry(
        handler="shelly",
        family="",
        vendors=("Shelly",),
        models=("relays of generation 2 and later: Pro 3, Pro 4PM, Plug, Power Strip",),
        document="Shelly's RPC over HTTP, by the maker's pages",
        source="https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Switch",
        states=READ,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=READ,
        evidence=dict.fromkeys(CAPABILITIES, "the maker's pages and simulated units"),
        note=(
            "Models with PM in their name, plugs and strips have meters. Generation 1 is not read."
            " It speaks HTTP (scheme=http); made with firmware 2.0 or later, HTTPS with a"
            " certificate of the maker's own authority (ca_pem or fingerprint). No unit was tried."
        ),
    ),
    SupportEntry(
        handler="digitalloggers",
        family="",
        vendors=("Digital Loggers",),
        models=("Web Power Switch Pro", "Ethernet Power Controller III and later, with Wi-Fi"),
        document="Digital Loggers' REST API, by the maker's pages and public clients",
        source="https://www.digital-loggers.com/rest.html",
        states=READ,
        outlet_figures={},
        pdu_figures=_TOTALS,
        switching=READ,
        evidence=dict.fromkeys(
            CAPABILITIES, "the maker's pages, public clients and simulated units"
        ),
        note=(
            "The REST-style API must be allowed on the unit's page External APIs. Its outlets have"
            " no meters. No unit was tried."
        ),
    ),
    SupportEntry(
        handler="nut",
        family="",
        vendors=("NUT",),
        models=(
            *("upsd", "Network UPS Tools", "APC", "CyberPower", "Dell", "Eaton", "HP", "Liebert"),
            *("Raritan", "Tripp Lite", "Vertiv"),
        ),
        document="a NUT server whose driver reads the device",
        source="https://networkupstools.org/stable-hcl.html",
        states=VARIES,
        outlet_figures=_ALL,
        pdu_figures=_TOTALS,
        switching=VARIES,
        evidence={
            **dict.fromkeys(CAPABILITIES, "dumps of real devices, served by upsd 2.8"),
            "switching": "upsd 2.8 with its simulating driver",
        },
        note="It shows what the NUT driver of the device reports.",
    ),
)
