"""Models by their public names: patterns, the family or handler that reads them, and a source.

In a pattern, `x` is a digit, `?` a letter, `*` any letters and digits; hyphens and blanks do not
count. A name is in this table only if its source, the MIB of its family or a recording of
such a unit says that it belongs there.
"""

from __future__ import annotations

from typing import NamedTuple, Optional


class Name(NamedTuple):
    """One pattern."""

    pattern: str
    #: the family, or the handler where it has no families; "" if the PDU is not supported
    of: str
    #: the address of the page that says it
    source: str
    #: whether these models switch outlets; None where the name does not say it
    switched: Optional[bool] = None
    #: whether these models meter each outlet; None where the name does not say it
    outlets: Optional[bool] = None
    #: why the PDU is not supported
    why: str = ""


_NETBOX = "https://github.com/netbox-community/devicetype-library/tree/master/device-types/"
_LIBRENMS = "https://github.com/librenms/librenms/tree/master/tests/snmpsim"
_MIBS = "https://github.com/librenms/librenms/blob/HEAD/mibs/"
_POWERNET = f"{_MIBS}apc/PowerNet-MIB"
_IRONIC = "https://docs.openstack.org/ironic/latest/admin/drivers/snmp.html"
_CYBERPOWER = "https://somanualss.com/html/19/CYBERPOWER-PDU41009-User-Manual.html"
_XERUS = (
    "https://manualspro.net/646630-legrand-px-series-pdu-rack-power-distribution-units-user-guide"
)
_XERUS_RPC = "https://help.raritan.com/json-rpc/"
_G3 = "https://studylib.net/doc/18537891/epdu-g3-operations-manual"
_CDU = (
    "https://vdocument.in/switched-cabinet-distribution-2013-12-09-"
    "experience-server-technologys-free-smarter.html"
)
_HPE = "https://scribd.com/document/673256523/"
_EATON_EPDU = f"{_MIBS}eaton/EATON-EPDU-MIB"
_DUMPS = "https://github.com/networkupstools/nut-ddl"


def _names(
    patterns: str,
    of: str,
    source: str,
    switched: Optional[bool] = None,
    outlets: Optional[bool] = None,
) -> tuple[Name, ...]:
    """One name for each of the `patterns`, which commas separate."""
    return tuple(
        Name(pattern.strip(), of, source, switched, outlets) for pattern in patterns.split(",")
    )


def _unsupported(patterns: str, why: str, source: str) -> tuple[Name, ...]:
    return tuple(Name(pattern.strip(), "", source, why=why) for pattern in patterns.split(","))


NAMES: tuple[Name, ...] = (
    # APC
    *_names("AP89xx*", "apc-rpdu2", _IRONIC, True, False),
    *_names(
        "AP86xx*",
        "apc-rpdu2",
        "https://docslib.org/doc/11634806/"
        "user-guide-rack-power-distribution-unit-metered-by-outlet-with-switching-ap86xx",
        True,
        True,
    ),
    *_names(
        "AP84xx*",
        "apc-rpdu2",
        "https://docslib.org/doc/3320499/"
        "user-guide-rack-power-distribution-unit-metered-by-outlet-ap84xx",
        False,
        True,
    ),
    *_names(
        "AP88xx*",
        "apc-rpdu2",
        "https://manualmachine.com/apc/ap8870/27686743-owners-manual",
        False,
        False,
    ),
    *_names(
        "AP79xxB*",
        "apc-rpdu2",
        "https://manualmachine.com/apc/ap7922b/8075761-service-manual",
        True,
        False,
    ),
    *_names("APDU9xxx*", "apc-rpdu2", _POWERNET),
    *_names("AP79xx, AP79xxA, AP79xxJ, AP7155", "apc-rpdu", _IRONIC, True, False),
    *_names(
        "AP78xx, AP78xxJ",
        "apc-rpdu",
        "https://manualmachine.com/apc/ap7562j/414269-user-manual",
        False,
        False,
    ),
    *_names(
        "AP921x",
        "apc-masterswitch",
        "https://technodocbox.com/amp/77150203-Email/"
        "Masterswitch-user-s-guide-power-distribution-unit-ap9211-ap9212-ap9217.html",
        True,
        False,
    ),
    *_names("AP9606", "apc-masterswitch", _IRONIC, True, False),
    *_names(
        "AP9225, AP9225EXP",
        "apc-masterswitch-plus",
        "https://www.manualshelf.com/manual/apc/ap9225/user-s-guide-english.html",
        True,
        False,
    ),
    *_names("AP9224", "apc-masterswitch-vm", _POWERNET, True, False),
    *_names("APDU10xxx*", "apc-cpdu", f"{_MIBS}apc-cpdu/PowerNet-MIB"),
    *_names("EPDU1xxxS*", "apc-easy-epdu", _POWERNET, True),
    *_names("EPDU1xxxM*", "apc-easy-epdu", _POWERNET, False, False),
    *_names("AP9320, AP9340", "apc-ems-outlet", _POWERNET, True, False),
    *_names("AP44xx*, AP77xx*", "apc-ats", _POWERNET, False, False),
    *_unsupported(
        "AP75xx*",
        "a basic PDU without a network interface",
        "https://manualmachine.com/apc/ap7562j/414269-user-manual",
    ),
    *_unsupported(
        "AP6015A, AP6020A, AP6031A, AP6037A, AP6120A",
        "a basic PDU without a network interface",
        f"{_NETBOX}APC/",
    ),
    *_unsupported(
        "AP9551, AP9554, AP9558, AP9559, AP9563",
        "a basic PDU that is not manageable",
        "https://manualmachine.com/apc/ap7610/414726-user-manual",
    ),
    # Raritan, Legrand, Server Technology
    *_names("PX, PX2xxxx*, PX3xxxx*, PX2, PX3, PXO, PXC", "raritan", _XERUS),
    *_names("PX3TSxxxx*, PX3TS", "raritan", f"{_NETBOX}Raritan/"),
    *_names(
        "PX4, PX4xxx*", "raritan", "https://manuzoid.com/manuals/y4Llr-Raritan%20PX4%20User%20guide"
    ),
    *_names(
        "PXE",
        "raritan",
        "https://manuals.online/raritan/power-distribution-unit/pxe/user-manual/1s6qr",
    ),
    *_names("PRO3X, PRO3XC3*, C3WGxx*", "raritan", f"{_NETBOX}Server%20Technology/"),
    *_names(
        "PRO4X",
        "raritan",
        "https://www.manualslib.com/manual/3092580/Legrand-Server-Technology-Pro4x.html",
    ),
    *_names("BCM2, PMC", "raritan", _XERUS_RPC),
    *_names(
        "PX2, PX2xxxx*, PX3, PX3xxxx*, PX3TS, PX3TSxxxx*, PX4, PX4xxx*, PRO4X",
        "raritan-px2",
        f"{_MIBS}raritan/PDU2-MIB",
    ),
    *_names(
        "DPXRxx*, DPXSxx*, DPCSxx*, DPCRxx*, PCRxx*, PCSxx*",
        "raritan-px1",
        f"{_MIBS}raritan/PDU-MIB",
    ),
    *_names("CWxH*, CWxxV*, CXxH*, CXxxV*", "sentry3", _CDU, True),
    *_names("CWGxx*", "sentry3", _LIBRENMS, True),
    *_names("CSxH*, CSxxV*", "sentry3", f"{_MIBS}sentry/Sentry3-MIB", False),
    *_names("C1Wxx*, C2WGxx*", "sentry4", f"{_NETBOX}Server%20Technology/", True),
    *_names(
        "PRO2, PRO1",
        "sentry4",
        "https://manualmachine.com/servertechnology/switchedpro2/20322302-user-manual",
    ),
    # Eaton, Tripp Lite
    *_names("EMA?xx*, EMAxxx*", "eaton-epdu", _EATON_EPDU, True, True),
    *_names("ESW?xx*, ESWxxx*", "eaton-epdu", _EATON_EPDU, True),
    *_names("EMO?xx*, EMOxxx*", "eaton-epdu", _EATON_EPDU, False, True),
    *_names("EMI?xx*, EMIxxx*", "eaton-epdu", _EATON_EPDU, False, False),
    *_names("ePDU G2, ePDU G3, ePDU MA", "eaton-epdu", _G3),
    *_names("EATS16, EATS16N", "eaton-ats2", f"{_NETBOX}Eaton/", False, False),
    *_names(
        "IPC34xx*, IPC36xx*, IPV36xx*",
        "eaton-pulizzi",
        "https://github.com/networkupstools/nut/blob/HEAD/drivers/eaton-pdu-pulizzi-mib.c",
        True,
    ),
    *_names(
        "PDUMHxx*NET*, PDUMVxx*NET*, PDUMVRxx*NET*",
        "tripplite-products",
        f"{_NETBOX}Eaton/",
        True,
    ),
    *_names(
        "PDUMHxx*NET, PDUMVxx*NET",
        "tripplite-legacy-pdu",
        "https://github.com/ClusterLabs/fence-agents/blob/HEAD/agents/apc_snmp/fence_apc_snmp.py",
        True,
        False,
    ),
    *_unsupported(
        "PDUMHxx*, PDUMVxx*",
        "its meter is a display; only names with NET have a network interface",
        "https://valiantpowerco.com/blogs/news/a-guide-to-power-distribution-units-pdus",
    ),
    # CyberPower
    *_names("PDU41xxx*", "cyberpower-epdu", _CYBERPOWER, True, False),
    *_names(
        "PDU15SWx*NET, PDU20SWx*NET, PDU30SWx*NET",
        "cyberpower-epdu",
        f"{_MIBS}cyberpower/CPS-MIB",
        True,
    ),
    *_names("PDU81xxx*, PDU8xxxx", "cyberpower-epdu2", _CYBERPOWER, True, True),
    *_names("PDU71xxx*, PDU7xxxx", "cyberpower-epdu2", _CYBERPOWER, False, True),
    *_names("PDUxxSW*ATNET", "cyberpower-ats", f"{_MIBS}cyberpower/CPS-MIB", True, False),
    # Others, by vendor
    *_names(
        "PE6xxx*, PE7xxx*, PE8xxx*, PE9xxx*",
        "aten-pe",
        "https://www.easymanua.ls/aten/pe6108av/manual?p=50",
    ),
    *_names(
        "PE6xxx*, PE7xxx*, PE8xxx*, PE9xxx*",
        "aten-pe2",
        "https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/aten/ATEN-PE2-CFG",
    ),
    *_names(
        "BN2xxx*, BN3xxx*, BN5xxx*, BN7xxx*",
        "bachmann-bluenet2",
        "https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/bachmann/BACHMANN-BLUENET2-MIB",
    ),
    *_names(
        "MRP27",
        "baytech",
        "https://docs.openstack.org/ironic/latest/admin/drivers/snmp.html",
        True,
    ),
    *_names(
        "RPCxNC, RPCxxNC, RPCxxxxNC",
        "baytech",
        "https://networkupstools.org/stable-hcl.html",
        True,
    ),
    *_names("iBoot-PDU4*, iBoot-PDU8*", "dataprobe-iboot", _LIBRENMS, True, False),
    *_names(
        "66xx, 68xx",
        "dell-rpdu",
        "https://www.manualshelf.com/manual/dell/openmanage-power-center-v2-0/"
        "1-owner-s-manual-english/page-69.html",
    ),
    *_names("SWH*, SWVxxxx*", "digipower", _LIBRENMS, True),
    *_names(
        "32657, 32658, 32659",
        "digipower",
        "https://github.com/ClusterLabs/fence-agents/blob/HEAD/agents/lindy_pdu/fence_lindypdu.py",
        True,
    ),
    *_names("LPC9, Web Power Switch Pro", "dli-energy-object", _LIBRENMS, True, False),
    *_names(
        "EN1xxx*, EN2xxx*, EN3xxx*, EN4xxx*, EN5xxx*, EN6xxx*",
        "enlogic",
        f"{_MIBS}enlogic/ENLOGIC-PDU-MIB",
    ),
    *_names(
        "1104, 1105, 1121, 1141, 1202, 1292, 8001, 8021, 8031, 8032, 8035, 8041, 8045, 8221,"
        " 8226, 8291, 8314, 8316, 8712, 8713, 8733, 7214",
        "gude-epc",
        f"{_MIBS}gude/GUDEADS-EPC8031-MIB",
        True,
    ),
    *_names(
        "1104x, 1105x, 1121x, 1141x, 1202x, 8021x, 8031x, 8035x, 8041x, 8045x, 8221x, 8226x,"
        " 8291x, 8314x, 8316x, 8712x, 8713x, 8733x, 7214x",
        "gude-epc",
        f"{_NETBOX}Gude/",
        True,
    ),
    *_names(
        "8110, 818x, 8306, 8310, 8311, 8340, 8341, 835x, 3020",
        "gude-pdu",
        "https://www.gude.info/en/power-distribution/metered-pdu.html",
        False,
    ),
    *_names("P9SxxA, P9RxxA, H8BxxA", "hpe-mapdu2", _HPE),
    *_names("P9SxxA", "hpe-mapdu3", _LIBRENMS),
    *_names("AF5xxA", "hpe-ipdu", f"{_MIBS}hp/CPQPOWER-MIB", False),
    *_names(
        "39M2816",
        "ibm-dpi",
        "https://manualarchiveguide.com/manuals/"
        "IBM-88743BU---System-x3950-E-User-Manual-3493397?page=379",
    ),
    *_names(
        "46M400x",
        "ibm-dpi",
        "https://github.com/xcat2/xcat-core/blob/HEAD/xCAT-server/lib/xcat/plugins/pdu.pm",
    ),
    *_names("ICT180S*, ICT200DB*", "ict-pdu", _LIBRENMS, True),
    *_names("IPM-4120, IPM-8220, IPM-8221, IPM-12120", "planet-ipm", _LIBRENMS, True),
    *_names("1502, 1532", "rpcm", "https://www.ispsystem.com/docs/dcimanager-admin", True),
    *_names("RN3xxx*", "riedo-updu", f"{_MIBS}riedo/RNX-UPDU-MIB"),
    *_names(
        "GU1, GU2, NU300xx*",
        "geist-v5",
        f"{_MIBS}vertiv/VERTIV-V5-MIB",
    ),
    *_names(
        "UI30028, IMD-03x",
        "geist-v5",
        "https://manual-pdf.com/brands/vertiv/ui30028",
        False,
        False,
    ),
    *_names("MPHRxxxx, MPH2", "liebert-mph", _LIBRENMS, True),
    *_names(
        "PM1000, PM2000, PM3000", "avocent-pm", "https://networkupstools.org/stable-hcl.html", True
    ),
    *_names("ACS 6000, ACS 8000", "avocent-pm", f"{_MIBS}avocent/ACS-MIB"),
    *_names(
        "SLC 8000",
        "lantronix-slc",
        "https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/lantronix/LANTRONIX-SLC-MIB",
    ),
    *_unsupported(
        "VP0Nxxxx",
        "a basic PDU without a network interface",
        f"{_NETBOX}Vertiv/",
    ),
    *_names("VMRxxH*, VMRxH*, VMRHDx*, NPSx*, NBBxx*", "wti-power", f"{_NETBOX}WTI/", True),
    *_names("CPC PDU", "clever-ms-pdu", "https://github.com/ChinaClever"),
    *_names(
        "C3 Solutions",
        "clever-rpdu",
        "https://docs.ispsystem.com/dcimanager-admin/statistics/server-statistics",
    ),
    # NUT: units whose dumps are read
    *_names(
        "AP7724, PX2-1486, 5PX, SMART3000RM2U, R3000 XR, RT3000 G2, ePDU MA",
        "nut",
        _DUMPS,
    ),
)
