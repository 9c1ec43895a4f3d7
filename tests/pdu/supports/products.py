"""Products that a newcomer may ask for, by the names that vendors and others publish.

The list was made from the sources that it names, before any search existed and not from the
profiles. `pdu supports` must answer each without a false yes and without a false no.
"""

from __future__ import annotations

from typing import NamedTuple

_NETBOX = "https://github.com/netbox-community/devicetype-library/tree/master/device-types/"
_APC, _EATON = f"{_NETBOX}APC/", f"{_NETBOX}Eaton/"
_RARITAN, _SERVERTECH = f"{_NETBOX}Raritan/", f"{_NETBOX}Server%20Technology/"
_CYBERPOWER, _VERTIV = f"{_NETBOX}CyberPower/", f"{_NETBOX}Vertiv/"
_IRONIC = "https://docs.openstack.org/ironic/latest/admin/drivers/snmp.html"
_CYBERPOWER_MANUAL = "https://somanualss.com/html/19/CYBERPOWER-PDU41009-User-Manual.html"
_LIBRENMS = "https://github.com/librenms/librenms/tree/master/tests/snmpsim"
_HCL = "https://networkupstools.org/stable-hcl.html"
_PDUDAEMON = "https://github.com/pdudaemon/pdudaemon/tree/main/pdudaemon/drivers"
_LABGRID = "https://labgrid.readthedocs.io/en/latest/configuration.html"

_MIBS = "https://github.com/librenms/librenms/blob/HEAD/mibs/"
_XCAT = "https://github.com/xcat2/xcat-core/blob/HEAD/docs/source/advanced/pdu/irpdu.rst"

YES, NO = True, False


class Product(NamedTuple):
    """One product: what is typed, whether a handler reads it, and who publishes the name.

    `by`: the family, or the handler where it has no families; of a product that is not supported
    the reason. `switched`: None where the name does not say it.
    """

    asked: str
    supported: bool
    by: str
    source: str
    switched: bool | None = None


PRODUCTS = (
    Product("AP8959", YES, "apc-rpdu2", _IRONIC, switched=True),
    Product("AP8959NA3", YES, "apc-rpdu2", _APC, switched=True),
    Product("APC AP8959EU3", YES, "apc-rpdu2", _LIBRENMS, switched=True),
    Product("AP7921B", YES, "apc-rpdu2", _APC, switched=True),
    Product("AP7920", YES, "apc-rpdu", _IRONIC, switched=True),
    Product("AP7998", YES, "apc-rpdu", _IRONIC, switched=True),
    Product(
        "AP8653",
        YES,
        "apc-rpdu2",
        "https://docslib.org/doc/11634806/"
        "user-guide-rack-power-distribution-unit-metered-by-outlet-with-switching-ap86xx",
        switched=True,
    ),
    Product("AP8858", YES, "apc-rpdu2", _APC, switched=False),
    Product(
        "AP8441",
        YES,
        "apc-rpdu2",
        "https://docslib.org/doc/3320499/"
        "user-guide-rack-power-distribution-unit-metered-by-outlet-ap84xx",
        switched=False,
    ),
    Product("AP7841", YES, "apc-rpdu", _APC, switched=False),
    Product("APDU9953", YES, "apc-rpdu2", _APC),
    Product("APDU10350SW", YES, "apc-cpdu", _APC),
    Product(
        "AP9211",
        YES,
        "apc-masterswitch",
        "https://technodocbox.com/amp/77150203-Email/"
        "Masterswitch-user-s-guide-power-distribution-unit-ap9211-ap9212-ap9217.html",
        switched=True,
    ),
    Product(
        "MasterSwitch plus AP9225EXP",
        YES,
        "apc-masterswitch-plus",
        "https://www.manualshelf.com/manual/apc/ap9225/user-s-guide-english.html",
        switched=True,
    ),
    Product("AP4421A", YES, "apc-ats", _APC, switched=False),
    Product("AP7752", YES, "apc-ats", _APC, switched=False),
    Product("PX3-5145R", YES, "raritan", _RARITAN),
    Product("raritan px3 5730-v2", YES, "raritan", _RARITAN),
    Product("PX3TS-5184CR", YES, "raritan", _RARITAN),
    Product("PX4-534AJ-E7", YES, "raritan", _RARITAN),
    Product("PX2-2493", YES, "raritan", _RARITAN),
    Product(
        "Raritan PXE",
        YES,
        "raritan",
        "https://manuals.online/raritan/power-distribution-unit/pxe/user-manual/1s6qr",
    ),
    Product(
        "Legrand PX-Series PXO",
        YES,
        "raritan",
        "https://manualspro.net/646630-legrand-px-series-pdu-rack-power-distribution-units-user-guide",
    ),
    Product(
        "Legrand PDU",
        YES,
        "raritan",
        "https://manuzoid.com/manuals/GrwM8-Raritan%20Legrand%20PDU%20User%20guide",
    ),
    Product("PRO3X-C3WG36RL-DQJE2NT2", YES, "raritan", _SERVERTECH),
    Product(
        "Server Technology PRO4X",
        YES,
        "raritan",
        "https://www.manualslib.com/manual/3092580/Legrand-Server-Technology-Pro4x.html",
    ),
    Product("C2WG24SN-4PJN5D", YES, "sentry4", _SERVERTECH, switched=True),
    Product(
        "Switched PRO2",
        YES,
        "sentry4",
        "https://manualmachine.com/servertechnology/switchedpro2/20322302-user-manual",
    ),
    Product(
        "CW-24V2",
        YES,
        "sentry3",
        "https://vdocument.in/switched-cabinet-distribution-2013-12-09-"
        "experience-server-technologys-free-smarter.html",
        switched=True,
    ),
    Product("EMAT08-10", YES, "eaton-epdu", _EATON, switched=True),
    Product("eaton emab33", YES, "eaton-epdu", _EATON, switched=True),
    Product("ESWB05", YES, "eaton-epdu", _EATON, switched=True),
    Product("EMIB08", YES, "eaton-epdu", _EATON, switched=False),
    Product(
        "Eaton ePDU G3",
        YES,
        "eaton-epdu",
        "https://studylib.net/doc/18537891/epdu-g3-operations-manual",
    ),
    Product("EATS16", YES, "eaton-ats2", _EATON, switched=False),
    Product("PDUMH30HVNET", YES, "tripplite-products", _EATON, switched=True),
    Product("Tripp-Lite PDUMVR30HVNETLX", YES, "tripplite-products", _EATON, switched=True),
    Product("CyberPower PDU41005", YES, "cyberpower-epdu", _CYBERPOWER, switched=True),
    Product("PDU81101", YES, "cyberpower-epdu2", _CYBERPOWER_MANUAL, switched=True),
    Product("PDU71001", YES, "cyberpower-epdu2", _CYBERPOWER_MANUAL, switched=False),
    Product("ATEN PE8208AV", YES, "aten-pe", "https://www.easymanua.ls/aten/pe6108av/manual?p=50"),
    Product(
        "PE9216r", YES, "aten-pe", "https://manualmachine.com/aten/pe9216r/19127696-user-guide"
    ),
    Product("Gude 8045-1", YES, "gude-epc", f"{_NETBOX}Gude/", switched=True),
    Product(
        "Expert Power Control 8316",
        YES,
        "gude-epc",
        "https://www.bismon.com/product/"
        "8-fold-switched-and-outlet-metered-PDU-vertical-1-x-16A-8-x-IEC-C13/251028041053",
        switched=True,
    ),
    Product(
        "Expert PDU Energy 8340",
        YES,
        "gude-pdu",
        "https://www.gude.info/en/power-distribution/metered-pdu.html",
        switched=False,
    ),
    Product("VMR-16HD20-2", YES, "wti-power", f"{_NETBOX}WTI/", switched=True),
    Product("NPS-8H20-ATS-1", YES, "wti-power", f"{_NETBOX}WTI/", switched=True),
    Product("BayTech MRP27", YES, "baytech", _IRONIC, switched=True),
    Product("HPE P9S18A", YES, "hpe-mapdu3", _LIBRENMS, switched=True),
    Product(
        "IBM DPI C13 PDU+ 39M2816",
        YES,
        "ibm-dpi",
        "https://manualarchiveguide.com/manuals/IBM-88743BU---System-x3950-E-User-Manual-3493397"
        "?page=379",
    ),
    Product(
        "Dell Managed Rack PDU 6605",
        YES,
        "dell-rpdu",
        "https://www.manualshelf.com/manual/dell/openmanage-power-center-v2-0/"
        "1-owner-s-manual-english/page-69.html",
        switched=True,
    ),
    Product(
        "Geist GU2",
        YES,
        "geist-v5",
        "https://www.manualslib.com/manual/1617077/Vertiv-Geist-Gu2-Series.html",
    ),
    Product("Vertiv Liebert MPH2", YES, "liebert-mph", _LIBRENMS, switched=True),
    Product("Emerson PM3000", YES, "avocent-pm", _HCL, switched=True),
    Product("IPM-8220", YES, "planet-ipm", _LIBRENMS, switched=True),
    Product("iBoot-PDU8-2N15", YES, "dataprobe-iboot", _LIBRENMS, switched=True),
    Product("ICT180S-12BRCP", YES, "ict-pdu", _LIBRENMS, switched=True),
    Product(
        "RPCM 1502",
        YES,
        "rpcm",
        "https://www.ispsystem.com/docs/dcimanager-admin/developer-section/handlers/"
        "creating-a-pdu-handler",
        switched=True,
    ),
    Product(
        "C3 Solutions PDU",
        YES,
        "clever-rpdu",
        "https://docs.ispsystem.com/dcimanager-admin/statistics/server-statistics",
    ),
    Product("APC AP7724", YES, "nut", "https://github.com/networkupstools/nut-ddl"),
    # Not supported, or not known to be.
    Product("AP7526", NO, "a basic PDU, without a network", _APC),
    Product("APC AP9565", NO, "a basic PDU, without a network", _APC),
    Product("AP6015A", NO, "a basic PDU, without a network", _APC),
    Product(
        "AP9563",
        NO,
        "a PDU that is not manageable",
        "https://manualmachine.com/apc/ap7610/414726-user-manual",
    ),
    Product(
        "AP7562J",
        NO,
        "a basic PDU, without a network",
        "https://manualmachine.com/apc/ap7562j/414269-user-manual",
    ),
    Product("AP9631", NO, "a network card of a UPS", _APC),
    Product("CyberPower CPS1215RMS", NO, "a basic PDU, without a network", _CYBERPOWER),
    Product("PDU20BHVIEC12R", NO, "a basic PDU, without a network", _CYBERPOWER),
    Product("CyberPower PDU15M2F12R", NO, "a display, without a network", _CYBERPOWER),
    Product("Eaton EBAB05", NO, "a basic ePDU, without a network", _EATON),
    Product("PW103BA1U405", NO, "a basic ePDU, without a network", _EATON),
    Product("PDU1215", NO, "a basic PDU, without a network", _EATON),
    Product("Tripp Lite PDUMH15", NO, "a display, without a network", _EATON),
    Product("PDUMH20HV", NO, "a display, without a network", _EATON),
    Product("PDUMV15-24", NO, "a display, without a network", _EATON),
    Product("VP9562", NO, "a basic PDU", _VERTIV),
    Product("Vertiv VP0N3100", NO, "a basic PDU", _VERTIV),
    Product("Raritan DKX3-116", NO, "a KVM switch", _RARITAN),
    Product("DSX2-16", NO, "a console server", _RARITAN),
    Product("C2XG24SN-4PJN5D", NO, "a link unit, read through its primary unit only", _SERVERTECH),
    Product(
        "Server Technology Sentry Commander PT40",
        NO,
        "older than the MIBs that are read",
        "https://www.manualshelf.com/manual/server-technology/pt40/specifications-english.html",
    ),
    Product(
        "ATEN PE4104G",
        NO,
        "a series that no family names",
        "https://manual-pdf.com/brands/aten/pe4104g",
    ),
    Product(
        "ALTUSEN PN0108",
        NO,
        "a series that no family names",
        "https://manuals.online/aten/switch/altusen-pn0108/user-manual/2h2wh",
    ),
    Product(
        "Expert PDU Energy 8301",
        NO,
        "a model that no family names",
        "https://www.gude.info/en/power-distribution/metered-pdu.html",
    ),
    Product("WTI REM-4R0", NO, "a console server without outlets", f"{_NETBOX}WTI/"),
    Product("Delta AD-208-24C-A", NO, "a model that no family names", f"{_NETBOX}Delta/"),
    Product("Panduit CMPH1C", NO, "no PDU", f"{_NETBOX}Panduit/"),
    Product(
        "Panduit SmartZone Gateway",
        NO,
        "not a PDU",
        "https://manualmachine.com/panduit/e24/2575673-user-manual",
    ),
    Product("Rittal DK-7240-210", NO, "no PDU with a network", f"{_NETBOX}Rittal/"),
    Product("Gude EMC Professional 3011", NO, "no PDU", f"{_NETBOX}Gude/"),
    Product(
        "Lenovo 1U Basic PDU",
        NO,
        "a basic PDU, without a network",
        "https://lenovopress.lenovo.com/lp2404-lenovo-1u-basic-pdus",
    ),
    Product(
        "Lenovo 0U Switched and Monitored PDU",
        NO,
        "made with Vertiv; no family names it",
        "https://lenovopress.lenovo.com/lp1884-lenovo-0u-pdus",
    ),
    Product(
        "Vutlan VT1908",
        NO,
        "a maker that no family names",
        "https://vutlan.atlassian.net/wiki/plugins/viewsource/viewpagesrc.action?pageId=335839352",
    ),
    Product("AKCP sensorProbe", NO, "a maker that no family names", "https://www.akcp.com"),
    Product(
        "PDU eXperts SW-16-08H",
        NO,
        "a maker that no family names",
        "https://docs.dataminer.services/connector/doc/PDU_eXperts_SW-16-08H.html",
    ),
    Product(
        "MGE Switched PDU",
        NO,
        "a maker that no family names",
        "https://at-t.usermanuals.us/manual/11/MGE-UPS-Systems-Power-Supply-Switched-PDU-"
        "User-Manual.html",
    ),
    Product("HPE AF400A", YES, "hpe-pdu-module", f"{_MIBS}hp/CPQPOWER-MIB", switched=False),
    Product("IBM 46W1608", YES, "ibm-dpi", _XCAT, switched=True),
    Product("IBM dPDU4230", YES, "ibm-dpi", _XCAT, switched=True),
    Product("IBM 00AK187", YES, "ibm-dpi", "https://github.com/xcat2/xcat-core/issues/5213"),
    Product(
        "Schleifenbauer hPDU G3",
        YES,
        "schleifenbauer",
        "https://www.schleifenbauer.eu/de/unterstutzung/",
    ),
    Product(
        "Tripp Lite PDU15NETLX",
        YES,
        "tripplite-products",
        "https://manualmachine.com/tripplite/poweralert/17911913-user-manual",
    ),
    Product(
        "BayTech MMP101",
        YES,
        "baytech",
        "https://manualmachine.com/baytech/mrp/1503113-user-manual",
    ),
    Product("Energenie EG-PMS2-LAN", NO, "a protocol that no handler speaks", _PDUDAEMON),
    Product("Intellinet 163682", NO, "a protocol that no handler speaks", _PDUDAEMON),
    Product("ControlByWeb X-310", NO, "a protocol that no handler speaks", _PDUDAEMON),
    Product("Hiquel SLS-16", NO, "a maker that no family names", _LABGRID),
    Product("TP-Link KP303", NO, "a protocol that no handler speaks", _LABGRID),
    Product("Shelly Plus 1", NO, "a protocol that no handler speaks", _LABGRID),
)
