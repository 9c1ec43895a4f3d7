"""Vendors' other names: brands, owners, and companies that sell the same PDUs under their own name.

Each with a public source. A brand alone says which families to expect, not that each of its PDUs is
read.
"""

from __future__ import annotations

from typing import NamedTuple


class Brand(NamedTuple):
    """One name under which the PDUs of vendors are sold."""

    name: str
    #: as in `Profile.vendor`
    vendors: tuple[str, ...]
    #: the address of the page that says it
    source: str
    #: if not empty, only these families of the vendors; or a handler that has no families
    families: tuple[str, ...] = ()
    #: whether it is only another spelling of the vendor's own name
    spelling: bool = False
    #: whether the name also stands on PDUs of others, so that it alone answers only "maybe"
    others: bool = False


_MIBS = "https://github.com/librenms/librenms/blob/HEAD/mibs/"
_PYSNMP = "https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/"
_NUT = "https://github.com/networkupstools/nut/blob/HEAD/drivers/"
_HCL = "https://networkupstools.org/stable-hcl.html"

BRANDS = (
    Brand(
        "Schneider Electric",
        ("APC",),
        "https://www.avnetwork.com/avnetwork/ashly-audio-partners-with-jam-industries",
    ),
    Brand(
        "NetShelter",
        ("APC",),
        "https://manuzoid.com/manuals/O8D04-Schneider%20Electric%20NetShelter%209000%20Series%20"
        "Switched%20Rack%20PDU%20User%20guide",
        ("apc-rpdu2", "redfish"),
        others=True,
    ),
    Brand("American Power Conversion", ("APC",), f"{_MIBS}apc/PowerNet-MIB", spelling=True),
    Brand(
        "Legrand",
        ("Raritan", "Server Technology"),
        "https://www.manualslib.com/manual/3092580/Legrand-Server-Technology-Pro4x.html",
    ),
    Brand(
        "Server Technology",
        ("Raritan",),
        "https://www.manualslib.com/manual/3092580/Legrand-Server-Technology-Pro4x.html",
        ("raritan", "raritan-px2"),
    ),
    Brand(
        "ServerTech",
        ("Server Technology", "Raritan"),
        "https://docs.dataminer.services/connector/doc/Server_Technology_CDU.html",
        ("sentry3", "sentry4", "raritan", "raritan-px2", "jaws"),
        spelling=True,
    ),
    Brand(
        "SynLink",
        ("Synaccess",),
        "https://synaccess-pdus.readme.io/reference/outlets",
        ("synaccess-synlink", "synlink"),
    ),
    Brand(  # also the name of the SNMP family
        "Synaccess SynLink",
        ("Synaccess",),
        "https://synaccess-pdus.readme.io/reference/outlets",
        ("synaccess-synlink", "synlink"),
        spelling=True,
    ),
    Brand("Sentry", ("Server Technology",), f"{_MIBS}sentry/Sentry3-MIB"),
    Brand(
        "Eaton",
        ("Tripp Lite",),
        "https://www.sec.gov/Archives/edgar/data/1551182/000155118224000006/R10.htm",
    ),
    Brand("Powerware", ("Eaton",), "https://manualzilla.com/doc/7216416/"),
    Brand("Aphel", ("Eaton",), f"{_NUT}eaton-pdu-genesis2-mib.c"),
    Brand("Pulizzi", ("Eaton",), f"{_NUT}eaton-pdu-pulizzi-mib.c"),
    Brand(
        "Geist",
        ("Vertiv",),
        "https://www.manualslib.com/manual/1617077/Vertiv-Geist-Gu2-Series.html",
        ("geist-v5", "geist-v3", "geist-em"),
    ),
    Brand("Liebert", ("Vertiv",), f"{_MIBS}liebert/LIEBERT-GP-PDU-MIB", ("liebert-mph",)),
    Brand("Emerson", ("Vertiv",), f"{_MIBS}liebert/LIEBERT-GP-PDU-MIB", ("liebert-mph",)),
    Brand("Emerson", ("Avocent",), _HCL),
    Brand("Vertiv", ("Avocent",), f"{_PYSNMP}vertiv/ACS8000-MIB"),
    Brand("Avocent", ("Cyclades",), f"{_MIBS}avocent/ACS-MIB"),
    Brand("HP", ("HPE",), f"{_MIBS}hp/CPQPOWER-MIB"),
    Brand("Hewlett Packard Enterprise", ("HPE",), f"{_MIBS}hp/CPQPOWER-MIB", spelling=True),
    Brand(
        "Lenovo",
        ("Vertiv",),
        "https://manualspro.net/48986-lenovo-1u-switched-and-monitored-3-phase-power-distribution-"
        "units-user-guide",
        ("geist-v5",),
        others=True,
    ),
    Brand(
        "Lenovo",
        ("IBM",),
        "https://github.com/Uninett/nav/blob/HEAD/NOTES.rst",
        ("ibm-dpi",),
        others=True,
    ),
    Brand("Western Telematic", ("WTI",), f"{_MIBS}wti/WTI-POWER-MIB", spelling=True),
    Brand(
        "Chatsworth Products", ("Chatsworth",), f"{_MIBS}chatsworth/CPI-UNITY-MIB", spelling=True
    ),
    Brand("CPI", ("Chatsworth",), f"{_MIBS}chatsworth/CPI-UNITY-MIB", spelling=True),
    Brand("nVent", ("Enlogic",), f"{_MIBS}enlogic/ENLOGIC-PDU-MIB"),
    Brand("Conteg", ("Schleifenbauer",), f"{_MIBS}conteg/CONTEG-DATABUS-MIB"),
    Brand(
        "Minuteman",
        ("DigiPower",),
        "https://github.com/kentik/snmp-profiles",
        ("digipower",),
        others=True,
    ),
    Brand(
        "Lindy",
        ("DigiPower",),
        "https://github.com/ClusterLabs/fence-agents/blob/HEAD/agents/lindy_pdu/fence_lindypdu.py",
    ),
    Brand("Socomec", ("Ingrasys",), f"{_PYSNMP}socomec/SOCOMECIPDU-MIB"),
    Brand("Panduit", ("Sinetica",), f"{_PYSNMP}panduit/HAWK-I2-MIB"),
    Brand("DLI", ("Digital Loggers",), f"{_MIBS}ENERGY-OBJECT-MIB", spelling=True),
    Brand("Network Technologies", ("NTI",), f"{_PYSNMP}nti/IPDUS2", spelling=True),
    Brand("Alentis", ("NetPing",), f"{_MIBS}netping/DKSF-70-6-X-X-1", spelling=True),
    Brand("Cyber Power", ("CyberPower",), f"{_MIBS}cyberpower/CPS-MIB", spelling=True),
    Brand(
        "RPCM",
        ("RCNTEC",),
        "https://www.ispsystem.com/docs/dcimanager-admin/developer-section/handlers/"
        "creating-a-pdu-handler",
    ),
    Brand(
        "Expert Power Control",
        ("Gude",),
        f"{_MIBS}gude/GUDEADS-EPC8031-MIB",
        ("gude-epc",),
        spelling=True,
    ),
    Brand(
        "Expert PDU",
        ("Gude",),
        "https://www.gude.info/en/power-distribution/metered-pdu.html",
        ("gude-pdu",),
        spelling=True,
    ),
)
