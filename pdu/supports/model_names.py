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
    #: what the owner of such a PDU should know
    note: str = ""
    #: False if it is not certain that it is read; the note then says why
    sure: bool = True


_NETBOX = "https://github.com/netbox-community/devicetype-library/tree/master/device-types/"
_LIBRENMS = "https://github.com/librenms/librenms/tree/master/tests/snmpsim"
_MIBS = "https://github.com/librenms/librenms/blob/HEAD/mibs/"
_POWERNET = f"{_MIBS}apc/PowerNet-MIB"
_IRONIC = "https://docs.openstack.org/ironic/latest/admin/drivers/snmp.html"
_EASY_RPDU2 = "https://github.com/librenms/librenms/issues/15069"
_EASY_MAYBE = "firmware 1.7.0 of an EPDU1132MBO has the tables of this family"
_CYBERPOWER = "https://somanualss.com/html/19/CYBERPOWER-PDU41009-User-Manual.html"
_CYBERPOWER_GUIDE = "https://www.notice-facile.com/en/manual/1227560/cyberpower+pdu71009"
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
_HCL = "https://networkupstools.org/stable-hcl.html"
_GU2 = "https://manualmachine.com/vertiv/geistgu2series/20037677-installeruser-manual"
_DOMINION = "https://www.notice-facile.com/en/manual/"
_POWERMAN = "https://github.com/chaos/powerman/blob/HEAD/etc/"
_UPS = "a UPS: the handler nut reads it if a driver of NUT does"
_BASIC = "a basic PDU without a network interface"
_DPI = "https://github.com/xcat2/xcat-core/blob/HEAD/xCAT-server/lib/xcat/plugins/pdu.pm"


def _names(
    patterns: str,
    of: str,
    source: str,
    switched: Optional[bool] = None,
    outlets: Optional[bool] = None,
    note: str = "",
) -> tuple[Name, ...]:
    """One name for each of the `patterns`, which commas separate."""
    return tuple(
        Name(pattern.strip(), of, source, switched, outlets, note=note)
        for pattern in patterns.split(",")
    )


def _perhaps(
    patterns: str,
    of: str,
    source: str,
    note: str,
    switched: Optional[bool] = None,
    outlets: Optional[bool] = None,
) -> tuple[Name, ...]:
    """Names of PDUs that the family may read; the note says what is not certain."""
    return tuple(
        Name(pattern.strip(), of, source, switched, outlets, note=note, sure=False)
        for pattern in patterns.split(",")
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
    *_names(
        "AP78xxB*",
        "apc-rpdu2",
        "https://manualmachine.com/apc/ap7911b/27686980-owners-manual",
        False,
        False,
    ),
    *_names("APDU9xxx*, RPDU 2G, Rack PDU 2G", "apc-rpdu2", _POWERNET),
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
    # An Easy PDU says what it is by its sysObjectID, and has the tables of its firmware.
    *_names("EPDU1xxxMBO*", "apc-rpdu2", _EASY_RPDU2, False, True),
    *_perhaps("EPDU1xxxS*", "apc-rpdu2", _EASY_RPDU2, _EASY_MAYBE, True),
    *_perhaps("EPDU1xxxM*", "apc-rpdu2", _EASY_RPDU2, _EASY_MAYBE, False),
    *_names("AP9320, AP9340", "apc-ems-outlet", _POWERNET, True, False),
    *_names("AP44xx*, AP77xx*", "apc-ats", _POWERNET, False, False),
    *_unsupported(
        "AP75xx*",
        _BASIC,
        "https://manualmachine.com/apc/ap7562j/414269-user-manual",
    ),
    *_unsupported(
        "AP6015A, AP6020A, AP6031A, AP6037A, AP6120A, EPDU1xxxB*",
        _BASIC,
        f"{_NETBOX}APC/",
    ),
    *_unsupported(
        "AP9617, AP9618, AP9619, AP9630, AP9631, AP9635",
        "a network card of a UPS",
        f"{_NETBOX}APC/",
    ),
    *_unsupported(
        "AP955x*, AP956x*, AP957x*",
        "a basic PDU that is not manageable",
        "https://manualmachine.com/apc/ap7610/414726-user-manual",
    ),
    # Raritan, Legrand, Server Technology
    *_names("PX, PX2xxxx*, PX3xxxx*, PX2, PX3, PXO, PXC", "raritan", _XERUS),
    *_names("PX3TSxxxx*, PX3TS", "raritan", f"{_NETBOX}Raritan/"),
    *_names(
        "PX4, PX4xxxx*, PX4xxx?*",  # PX4316 is of the first generation
        "raritan",
        "https://manuzoid.com/manuals/y4Llr-Raritan%20PX4%20User%20guide",
    ),
    *_names("Dominion PX2xxxx*", "raritan", f"{_DOMINION}1206301/raritan+dominion-px2-1098"),
    *_names("Dominion PX3xxxx*", "raritan", f"{_DOMINION}1206317/raritan+dominion-px3-5176r"),
    *_names(
        "PXE",
        "raritan",
        "https://manuals.online/raritan/power-distribution-unit/pxe/user-manual/1s6qr",
    ),
    *_names("PRO3X, PRO3XC3*, C3WGxx*", "raritan", f"{_NETBOX}Server%20Technology/"),
    *_perhaps(
        "C3Sxx*, C3SGxx*",
        "raritan",
        f"{_NETBOX}Server%20Technology/",
        "a PRO3X by its first letters (switched ones are C3W), which no source says of this one",
    ),
    *_names(
        "PRO4X",
        "raritan",
        "https://www.manualslib.com/manual/3092580/Legrand-Server-Technology-Pro4x.html",
    ),
    *_names("BCM2, PMC", "raritan", _XERUS_RPC),
    *_names(
        "PX2, PX2xxxx*, PX3, PX3xxxx*, PX3TS, PX3TSxxxx*, PX4, PX4xxxx*, PX4xxx?*, PRO4X,"
        " Dominion PX2xxxx*, Dominion PX3xxxx*",
        "raritan-px2",
        f"{_MIBS}raritan/PDU2-MIB",
    ),
    *_names(
        "Dominion PX, DPXRxx*, DPXSxx*, DPCSxx*, DPCRxx*, PCRxx*, PCSxx*",
        "raritan-px1",
        f"{_MIBS}raritan/PDU-MIB",
    ),
    *_names("PX4316", "raritan-px1", f"{_POWERMAN}raritan-px4316.dev", True),
    *_names("PX5523", "raritan-px1", f"{_POWERMAN}raritan-px5523.dev", True),
    *_unsupported("DKXx*", "a KVM switch", f"{_NETBOX}Raritan/"),
    *_unsupported("DSXx*", "a console server", f"{_NETBOX}Raritan/"),
    *_names("CWxH*, CWxxV*", "sentry3", _CDU, True),
    *_names(
        "CXxH*, CXxxV*",
        "sentry3",
        _CDU,
        True,
        note="an expansion unit: read through its primary unit (CW)",
    ),
    *_perhaps(
        "C2XGxx*",
        "sentry4",
        "https://adhesivenetworks.com/server-technology-master-vs-link-expansion-pdus-"
        "differences-explained/",
        "a link unit without a network port: it is read through its primary unit (C2W), which lists"
        " its outlets",
    ),
    *_names("CWGxx*", "sentry3", _LIBRENMS, True),
    *_names(
        "4805-XLS*",
        "sentry3",
        "https://github.com/labgrid-project/labgrid/blob/HEAD/labgrid/driver/power/sentry.py",
        True,
    ),
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
    *_names(
        "ePDU G4, Rack PDU G4, EVMI*",
        "eaton-epdu",
        "https://github.com/zabbix/community-templates/blob/HEAD/Power_(UPS)/Eaton/"
        "template_Eaton_ePDU/6.4/README.md",
        note="a public template reads a G4 through the objects of this MIB; if it is not"
        " recognised, set profile=eaton-epdu",
    ),
    *_names(
        "EVMA*",
        "eaton-epdu",
        "https://github.com/zabbix/community-templates/blob/HEAD/Power_(UPS)/Eaton/"
        "template_Eaton_ePDU/6.4/README.md",
        True,
        note="a managed G4: a public template reads one through the objects of this MIB; if it is"
        " not recognised, set profile=eaton-epdu",
    ),
    *_unsupported("EBA?xx*, EFLXxx*, PWxxxBAxU*", _BASIC, f"{_NETBOX}Eaton/"),
    *_unsupported(
        "PDU1215, PDU121506, PDU1220, PDU1220T, PDU1220T6, PDU1226, PDU1230, PDU12IEC, PDU1415,"
        " PDUH20DV, PDUH20HVL6, PDUV15, PDUV1548",
        _BASIC,
        f"{_NETBOX}Eaton/",
    ),
    *_perhaps(
        "PDUMNHxx*, PDUMNVxx*",
        "tripplite-products",
        f"{_NETBOX}Eaton/",
        "a monitored PDU: only those with a network card are read",
    ),
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
    *_perhaps(
        "PDUMHxx*AT",
        "tripplite-legacy-pdu",
        f"{_NETBOX}Eaton/",
        "a transfer switch with a slot for a network card: only with a card is it read",
    ),
    *_names(
        "PDUxxNETLX*",
        "tripplite-products",
        "https://manualmachine.com/tripplite/poweralert/17911913-user-manual",
        True,
    ),
    *_unsupported(
        "PDU3MVxL*",
        "its meter is a display; only names with NET have a network interface",
        "https://tripplite.eaton.com/products/power-distribution-units-pdus~15",
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
    # older firmware answers and is switched by the tables of ePDU, without loads of outlets
    *_names(
        "PDU81001*, PDU81005*",
        "cyberpower-epdu",
        "https://github.com/centreon/centreon-plugins/issues/3585",
        True,
        False,
    ),
    *_names("PDU71xxx*, PDU7xxxx", "cyberpower-epdu2", _CYBERPOWER, False, True),
    *_names(
        "PDU44xxx*",
        "cyberpower-epdu",
        "https://github.com/mvalancy/CyberPower-PDU/blob/HEAD/docs/snmp-oids.md",
        True,
    ),
    *_names("PDU44xxx*", "cyberpower-epdu2", _CYBERPOWER_GUIDE, True),
    *_perhaps(
        "PDU41xxx*",
        "cyberpower-epdu2",
        _CYBERPOWER_GUIDE,
        "firmware with a daisy chain has the tables of this family, and its guide names these"
        " models",
        True,
        False,
    ),
    *_perhaps(
        "PDU31xxx*, PDU33xxx*, PDU34xxx*",
        "cyberpower-epdu2",
        _CYBERPOWER,
        "a monitored unit without switched outlets: no source says which tables it has",
    ),
    *_unsupported("CPS12xxRM*, PDU20BHVIEC*", _BASIC, f"{_NETBOX}CyberPower/"),
    *_unsupported("PDU15B*, PDU20B*, PDU30B*", _BASIC, "https://pastebin.com/33pr7nXv"),
    *_unsupported("PDU15M2F*", "its meter is a display without a network", f"{_NETBOX}CyberPower/"),
    *_unsupported(
        "PDU20M2F*, PDU20MVHVIEC*",
        "its meter is a display without a network",
        "https://www.cyberpowersystems.com/products/pdu/metered/",
    ),
    *_perhaps(
        "RMCARD202, RMCARD203, RMCARD205, RMCARD302, RMCARD303, RMCARD305",
        "cyberpower-epdu2",
        "https://github.com/nutdotnet/WinNUT-Client/issues/126",
        "this card is also that of UPSs: one in a PDU is read, a UPS is read by the handler nut if"
        " a driver of NUT reads it",
    ),
    *_names("PDUxxSW*ATNET", "cyberpower-ats", f"{_MIBS}cyberpower/CPS-MIB", True, False),
    # Others, by vendor
    *_unsupported(
        "PE0118*",
        _BASIC,
        "https://www.aten.com/global/en/products/power-distribution-&-racks/rack-pdu/",
    ),
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
        "RPCxNC, RPCxxNC, RPCxxxNC, RPCxxxxNC",
        "baytech",
        "https://networkupstools.org/stable-hcl.html",
        True,
    ),
    *_names("MMPxxx*", "baytech", "https://manualmachine.com/baytech/mrp/1503113-user-manual"),
    *_names("hPDU G3*", "schleifenbauer", "https://www.schleifenbauer.eu/de/unterstutzung/"),
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
        "1100",
        "gude-epc",
        "https://github.com/Checkmk/checkmk/blob/HEAD/cmk/base/legacy_checks/gude_powerbanks.py",
        True,
    ),
    *_names(
        "8210",
        "gude-epc",
        "https://github.com/labgrid-project/labgrid/blob/HEAD/labgrid/driver/power/gude8210.py",
        True,
    ),
    *_names(
        "822x",
        "gude-epc",
        "https://github.com/Checkmk/checkmk/blob/HEAD/cmk/base/legacy_checks/gude_relayport.py",
        True,
    ),
    *_names("871210*, 871310*, 873300*", "gude-epc", f"{_MIBS}gude/GUDEADS-EPC871210-MIB", True),
    *_names(
        "1104x, 1105x, 1121x, 1141x, 1202x, 8021x, 8031x, 8035x, 8041x, 8045x, 8221x, 8226x,"
        " 8291x, 8314x, 8316x, 8712x, 8713x, 8733x, 7214x",
        "gude-epc",
        f"{_NETBOX}Gude/",
        True,
    ),
    *_names(
        "8110, 818x, 8306, 8310, 8311, 8340, 8341, 835x, 3020, 8801",
        "gude-pdu",
        "https://www.gude.info/en/power-distribution/metered-pdu.html",
        False,
    ),
    *_names("P9SxxA, P9RxxA, H8BxxA", "hpe-mapdu2", _HPE),
    *_names("P9SxxA", "hpe-mapdu3", _LIBRENMS),
    *_names("AF5xxA", "hpe-ipdu", f"{_MIBS}hp/CPQPOWER-MIB", False),
    *_names("AF400A", "hpe-pdu-module", f"{_MIBS}hp/CPQPOWER-MIB", False, False),
    *_names(
        "39M2816",
        "ibm-dpi",
        "https://manualarchiveguide.com/manuals/"
        "IBM-88743BU---System-x3950-E-User-Manual-3493397?page=379",
    ),
    *_names(
        "46M400x",
        "ibm-dpi",
        _DPI,
    ),
    *_names(
        "46W1608, dPDU4230",
        "ibm-dpi",
        "https://github.com/xcat2/xcat-core/blob/HEAD/docs/source/advanced/pdu/irpdu.rst",
        True,
        True,
    ),
    *_names(
        "00AK184, 00AK187, dPDU4500, dPDU4530",
        "ibm-dpi",
        "https://github.com/xcat2/xcat-core/issues/5213",
        True,
    ),
    *_names("IBM Constellation", "ibm-constellation", _DPI, False, False),
    *_names("Borri STS32A", "smart-ats", f"{_MIBS}ats/ATS-MIB", False, False),
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
    *_names(
        "VP4Nxx*, MN0xMx*, MN0xxMx*",
        "geist-v5",
        f"{_NETBOX}Vertiv/",
        False,
        False,
    ),
    *_names("VP5Nxx*, MNSxMx*", "geist-v5", f"{_NETBOX}Vertiv/", True, False),
    *_names("VP7Nxx*, MNUxMx*", "geist-v5", f"{_NETBOX}Vertiv/", True, True),
    *_names("MNSx*, MNRx*, MNUx*", "geist-v5", _GU2),
    *_perhaps(
        "MGxx?x*, GI1xxxx*",
        "geist-v5",
        "https://www.notice-facile.com/en/manual/1220961/geist+gi10054l",
        "metered units show their figures on a display: only with a monitored IMD do they have a"
        " network",
    ),
    *_unsupported("VP956x*, VP957x*", _BASIC, f"{_NETBOX}Vertiv/"),
    *_names("MPHRxxxx, MPH2", "liebert-mph", _LIBRENMS, True),
    *_perhaps(
        "MPH?xxxx*",
        "liebert-mph",
        "https://www.easymanua.ls/vertiv/rpc2/manual?p=9",
        "only with an RPC2 card does it have a network, and its model says what it reports",
    ),
    *_perhaps(
        "GUxxxxx*, NU3xxxx*",
        "geist-v5",
        "https://fdocuments.in/document/upgradable-pdu-instruction-manual-geist.html",
        "an upgradeable PDU: only with a monitored IMD does it have a network",
    ),
    *_names(
        "PM10xx*, PM20xx*, PM30xx*",
        "avocent-pm",
        "https://networkupstools.org/stable-hcl.html",
        True,
    ),
    *_names("ACS 6000, ACS 8000", "avocent-pm", f"{_MIBS}avocent/ACS-MIB"),
    *_names(
        "PM10, PM20, PM10xxA, PM10LxxA, PM10IxxA, PM10ILxxA, PM20xxA, PM20LxxA, PM20IxxA,"
        " PM20ILxxA",
        "avocent-pm",
        "https://manualmachine.com/avocent/cycladespmipdu/376758-user-manual",
        True,
        note="a PDU with a serial port: read behind an ACS 6000 or 8000 console server",
    ),
    *_names(
        "PM8, PM10, PM20, PM42, PM10xxA, PM10LxxA, PM10IxxA, PM10ILxxA, PM20xxA, PM20LxxA,"
        " PM20IxxA, PM20ILxxA",
        "cyclades-acs5k",
        "https://manualsdump.com/en/manuals/avocent-acs_5000/145838/19",
        True,
        note="a PDU with a serial port: read behind an ACS 5000 console server",
    ),
    *_names(
        "SLC 8000",
        "lantronix-slc",
        "https://github.com/DotZero24/pysnmp-mibs/blob/HEAD/mibs/lantronix/LANTRONIX-SLC-MIB",
    ),
    *_unsupported(
        "VP0Nxxxx",
        _BASIC,
        f"{_NETBOX}Vertiv/",
    ),
    *_unsupported(
        "SmartZone Gateway*",
        "a gateway for sensors, not a PDU",
        "https://manualmachine.com/panduit/e24/2575673-user-manual",
    ),
    *_names(
        "Pxx?xxM*",
        "panduit-g5",
        "https://manuals.plus/panduit/p06d17m-horizontal-intelligent-power-distribution-unit-manual",
    ),
    *_names(
        "79792xx, DK 79792xx",
        "rittal-cmc3",
        "https://github.com/hkessener/check_rittal_pdu",
        False,
    ),
    *_perhaps(
        "7979xxx, DK 7979xxx, 7955xxx, DK 7955xxx",
        "rittal-cmc3",
        "https://github.com/hkessener/check_rittal_pdu",
        "metered, switched and managed PDUs of this series have a PDU controller, basic ones do"
        " not",
    ),
    *_names(
        "MPCxH*, MPCxxH*, MPCxxV*",
        "wti-power",
        "https://somanuals.com/html/17/Western-Telematic-Network-Card-M-User-Manual.html",
        True,
    ),
    *_names(
        "RSM8R4*, RSM8R8*",
        "wti-power",
        "https://www.easymanua.ls/wti/tsm-series/manual?p=180",
        True,
    ),
    *_names(
        "CPM800*, CPM1600*",
        "wti-power",
        "https://www.manualslib.com/manual/1350305/Wti-Dsm-40.html",
        True,
    ),
    *_perhaps(
        "REM0R4*, REM4R4*",
        "wti-power",
        f"{_NETBOX}WTI/",
        "it has four outlets, but no public text says that its MIB is WTI-POWER-MIB",
    ),
    *_perhaps(
        "MPSHx?xx*, MPSHxx?xx*",
        "wti-power",
        "https://manualsbrain.com/en/manuals/1152838/?page=157",
        "its manual has the plugTable of WTI-POWER-MIB, but not the number above it",
    ),
    *_unsupported("REM4R0*, DSMxxNM*, DSMxNM*", "a console server", f"{_NETBOX}WTI/"),
    *_names("VMRxxH*, VMRxH*, VMRHDx*, NPSx*, NBBxx*", "wti-power", f"{_NETBOX}WTI/", True),
    *_names("CPC PDU", "clever-ms-pdu", "https://github.com/ChinaClever"),
    *_names(
        "C3 Solutions",
        "clever-rpdu",
        "https://docs.ispsystem.com/dcimanager-admin/statistics/server-statistics",
    ),
    *_names(
        "PowerBOX 3P*, PowerBOX 4K*, PowerDIN 4PZ, PowerPDU 4C, PowerPDU 4PS, PowerPDU 8QS,"
        " PowerCable REST 101*",
        "netio",
        "https://netio-products.com/en/application-notes/"
        "an11-snmp-management-of-110230v-power-outlets-from-the-command-line-in-windows-and-linux",
        True,
    ),
    # NUT: units whose dumps are read
    *_names(
        "AP7724, PX2-1486, 5PX, SMART3000RM2U, R3000 XR, RT3000 G2, ePDU MA",
        "nut",
        _DUMPS,
    ),
    *_perhaps(
        "SMTxxx*, SMXxxx*, SMCxxx*, SRTxxx*, SUAxxx*, SURTxxx*, 9PX, 9PXx*, 9SX, 9SXx*, 5SC,"
        " 5PXx*, 5SXx*, 5SCx*, ORxxxLCD*, ORxxxxLCD*, OLxxxxRT*, PRxxxxLCD*, PRxxxxRT*,"
        " PRxxxxE*, CPxxxxAVR*, CPxxxxPFC*, CPxxxAVR*, CPSxxxAVR*, CPSxxxxAVR*, GXTx*,"
        " SMARTxxx*, SUxxxxRT*, SUxxxxXL*",
        "nut",
        _HCL,
        _UPS,
    ),
)
