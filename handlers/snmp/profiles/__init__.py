"""The families, usually one file for each vendor. A vendor's file has a tuple PROFILES, and no code
that runs for a device.

The order matters for families with the same sysObjectID, and for families with `sweep`, which are
probed one after the other: a richer MIB comes before the one it replaced. To add a family, write an
entry in its vendor's file (docs/dev/new-family.md has an example), add its key, numbers and `sweep`
here (see `Vendor`), and add a fixture. The tests run over this table.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from ..families import NET_SNMP_IDS, Families, Vendor


def import_module(name: str, package: str) -> ModuleType:
    """One of the files. A loaded one is a name of this package: after an upload sys.modules may
    have another one."""
    return globals().get(name[1:]) or importlib.import_module(package + name)


PROFILES = Families(
    Vendor(
        lambda: import_module(".apc", __package__),
        "apc-rpdu2 apc-rpdu apc-masterswitch apc-masterswitch-plus "
        "apc-masterswitch-vm apc-easy-epdu apc-ems-outlet apc-ats apc-xpdu apc-isx-modular",
        "318 0",
    ),
    Vendor(lambda: import_module(".apc_cpdu", __package__), "apc-cpdu", "318.1.1.32"),
    Vendor(lambda: import_module(".apnl", __package__), "apnl-modular", "29640"),
    Vendor(lambda: import_module(".aten", __package__), "aten-pe aten-pe2", "21317", sweep=True),
    Vendor(lambda: import_module(".aviosys", __package__), "ip9258"),
    Vendor(
        lambda: import_module(".bachmann", __package__),
        "bachmann-bluenet2 bachmann-irs",
        "31770",
        sweep=True,
    ),
    Vendor(lambda: import_module(".austinhughes", __package__), "infrapower", "34550"),
    Vendor(lambda: import_module(".baytech", __package__), "baytech", "4779"),
    Vendor(lambda: import_module(".borri", __package__), "smart-ats", "37662"),
    Vendor(
        lambda: import_module(".chatsworth", __package__),
        "cpi-econnect cpi-legacy",
        "30932",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".cyberpower", __package__),
        "cyberpower-epdu2 cyberpower-epdu cyberpower-ats",
        "3808",
    ),
    Vendor(
        lambda: import_module(".cyclades", __package__),
        "cyclades-pm cyclades-acs5k",
        "2925",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".cyberswitching", __package__),
        "cyberswitching-dualcom",
        "14300",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".dataprobe", __package__),
        "dataprobe-iboot dataprobe-ibootbar",
        "1418 " + NET_SNMP_IDS,
    ),
    Vendor(lambda: import_module(".dell", __package__), "dell-rpdu", "674"),
    Vendor(
        lambda: import_module(".delta", __package__),
        "delta-idc delta-pdu delta-sts",
        "2254",
        sweep=True,
    ),
    Vendor(lambda: import_module(".digipower", __package__), "digipower", "17420"),
    Vendor(
        lambda: import_module(".digitalloggers", __package__),
        "dli-energy-object",
        "45770 " + NET_SNMP_IDS,
        sweep=True,
    ),
    Vendor(lambda: import_module(".e3meter", __package__), "e3meter-ipm", "21695"),
    Vendor(
        lambda: import_module(".eaton", __package__),
        "eaton-epdu eaton-revelation eaton-pulizzi eaton-pulizzi-monitored eaton-genesis2"
        " eaton-nlogic eaton-power-pdu eaton-ats2 eaton-ats30",
        "534 20677 17373 705",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".enlogic", __package__),
        "enlogic enlogic-pod enlogic-esp",
        "38446",
        sweep=True,
    ),
    Vendor(lambda: import_module(".eta", __package__), "eta-rci10", "44086"),
    Vendor(lambda: import_module(".gude", __package__), "gude-epc gude-pdu", "28507"),
    Vendor(
        lambda: import_module(".hpe", __package__),
        "hpe-mapdu3 hpe-mapdu2 hpe-ipdu hpe-pdu-module",
        "232",
        sweep=True,
    ),
    Vendor(lambda: import_module(".ibm", __package__), "ibm-dpi ibm-dpi-metered", "2 534"),
    Vendor(lambda: import_module(".ict", __package__), "ict-pdu", "39145"),
    Vendor(lambda: import_module(".ingrasys", __package__), "ipoman socomec-ats", "2468 4555"),
    Vendor(lambda: import_module(".ipt", __package__), "ipt-ipower", "38218", sweep=True),
    Vendor(lambda: import_module(".lantronix", __package__), "lantronix-slc", "244"),
    Vendor(lambda: import_module(".netio", __package__), "netio", "47952"),
    Vendor(lambda: import_module(".netping", __package__), "netping netping-pwr", "25728"),
    Vendor(lambda: import_module(".npdu", __package__), "npdu", "23273", sweep=True),
    Vendor(lambda: import_module(".nti", __package__), "nti-ipdu", "3699"),
    Vendor(lambda: import_module(".opengear", __package__), "opengear-rpc", "25049"),
    Vendor(lambda: import_module(".panduit", __package__), "panduit-g5", "19536"),
    Vendor(lambda: import_module(".pdumib", __package__), "pdumib-v07", "23280"),
    Vendor(lambda: import_module(".planet", __package__), "planet-ipm", "10456"),
    Vendor(
        lambda: import_module(".powertek", __package__),
        "ts-bspdu powertek-pwt2 powertek-simple powertek-v2",
        "42610",
        sweep=True,
    ),
    Vendor(lambda: import_module(".racktivity", __package__), "racktivity", "34097", sweep=True),
    Vendor(lambda: import_module(".raritan", __package__), "raritan-px2 raritan-px1", "13742"),
    Vendor(lambda: import_module(".riedo", __package__), "riedo-updu", "55108"),
    Vendor(lambda: import_module(".riello", __package__), "riello-mdu", "5491", sweep=True),
    Vendor(lambda: import_module(".rittal", __package__), "rittal-cmc3 rittal-cmc-tc", "2606"),
    Vendor(lambda: import_module(".rpcm", __package__), "rpcm", "46235"),
    Vendor(lambda: import_module(".schleifenbauer", __package__), "schleifenbauer", "31034 28402"),
    Vendor(lambda: import_module(".servertech", __package__), "sentry3 sentry4", "1718"),
    Vendor(lambda: import_module(".sinetica", __package__), "sinetica-hawk", "3711"),
    Vendor(
        lambda: import_module(".snr", __package__),
        "snr-erd snr-erd-v1 snr-erd-project snr-erd-pro-mini",
        "40418",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".starline", __package__),
        "starline-ac starline-dc",
        "35774",
        sweep=True,
    ),
    Vendor(
        lambda: import_module(".synaccess", __package__),
        "synaccess-synlink synaccess-netbooter",
        "21728",
    ),
    Vendor(lambda: import_module(".teltronix", __package__), "teltronix", "23620"),
    Vendor(
        lambda: import_module(".tripplite", __package__),
        "tripplite-products tripplite-12x-ups tripplite-legacy-pdu",
        "850",
    ),
    Vendor(lambda: import_module(".tsl", __package__), "tsl-mdu12", "6853 332"),
    Vendor(lambda: import_module(".tycon", __package__), "tycon-tpdin2 tycon-tpdin3", "45621"),
    Vendor(
        lambda: import_module(".vertiv", __package__),
        "geist-v5 geist-v3 geist-em liebert-mph liebert-power vertiv-dcs-mpdu avocent-pm",
        "21239 17373 476 10418 " + NET_SNMP_IDS,
    ),
    Vendor(lambda: import_module(".vutlan", __package__), "vutlan", "39052"),
    Vendor(lambda: import_module(".wti", __package__), "wti-power", "2634 " + NET_SNMP_IDS),
    # The last of the families with Net-SNMP's sysObjectIDs: the others are more certain, because
    # they are from MIBs.
    Vendor(
        lambda: import_module(".clever", __package__),
        "clever-mpro clever-mpdu clever-zpdu clever-rpdu clever-npm-v clever-ms-pdu clever-ip-pdu",
        "30966 " + NET_SNMP_IDS,
    ),
    Vendor(
        lambda: import_module(".ibm_constellation", __package__),
        "ibm-constellation",
        "2 " + NET_SNMP_IDS,
        sweep=True,
    ),
)
