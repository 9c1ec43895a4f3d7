"""Fuzz targets for untrusted input.

A target raises if its parser raises an undocumented error or a check of the result fails.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Callable, NamedTuple

from pdu.recordings.nut import dump
from pdu.recordings.raritan import recorded_calls
from pdu.recordings.snmp import snmprec

from . import devices, given, snmp


class Target(NamedTuple):
    """`run` takes any bytes; `seeds` returns inputs to mutate, most of them valid."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]


def _seeds(*texts: bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: texts


_FORM = (
    b'multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name="data";'
    b' filename="x"\r\nContent-Type: application/gzip\r\n\r\nxyz\r\n--b--\r\n'
)
_SETTINGS = (
    b"host=192.0.2.1:443\nport=443\nusername=a\npassword=b\nverify=no\ntimeout=5\nlink_units=2,3",
    b"ca_pem=-----BEGIN CERTIFICATE-----\nfingerprint=" + b"ab:" * 31 + b"ab\nprofile=netio",
)
_RECORDINGS = (
    b"1.3.6.1.2.1.1.1.0|4|Acme\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999\n1.3.6.1.4.1.99999.1.1|4x|00ff\n1.3.6.1.4.1.9.2|66|7\n",
    (
        b'.1.3.6.1.2.1.1.1.0 = STRING: "Acme"\n.1.3.6.1.2.1.1.3.0 = Timeticks: (36)'
        b" 0:00:00.36\n.1.3.6.1.4.1.9.1 = INTEGER: 1\n"
    ),
)
# sysObjectID 1.3.6.1.4.1
_DATAGRAM = bytes.fromhex(
    "302b02010104067075626c6963a21e0201010201000201003013301106082b0601020101020006052b06010401"
)
TARGETS: tuple[Target, ...] = (
    Target("http", devices.http, devices.http_seeds),
    Target("raritan", devices.raritan, devices.raritan_seeds),
    Target("redfish", devices.redfish, devices.redfish_seeds),
    Target("nut", devices.nut, devices.nut_seeds),
    Target(
        "snmp-values",
        devices.values,
        _seeds(b"12.5", b"\x07\x00", b"1.3.6.1.4.1.318.1.2", b"on,off", b"0x1F", b"-1"),
    ),
    Target("snmp-walks", devices.walks, devices.walk_seeds),
    Target("settings", given.settings, _seeds(*_SETTINGS)),
    Target("profile", given.profile, given.profiles),
    Target("snmprec", given.text(snmprec.parse), _seeds(*_RECORDINGS)),
    Target(
        "nut-dump",
        given.text(dump.parse),
        _seeds(b'# device pdu "x"\noutlet.1.status: on\noutlet.count: 2\n# command load.off\n'),
    ),
    Target(
        "raritan-calls",
        given.text(recorded_calls.parse),
        _seeds(
            b'{"calls": [{"rid": "/model/pdu/0", "method": "getOutlets", "params": {}, "result":'
            b' {"_ret_": []}}]}'
        ),
    ),
    Target(
        "list-csv",
        given.listed(".csv"),
        _seeds(
            b"name,handler,address,auth,settings\na,snmp,192.0.2.1,x,profile=netio\nb,nut,192.0.2.2,,\n"
        ),
    ),
    Target(
        "list-toml",
        given.listed(".toml"),
        _seeds(
            b'[[pdu]]\nname = "b"\nhandler = "snmp"\naddress = "192.0.2.1"\nauth ='
            b' "x"\n[auth.x]\nsnmp_version = "1"\n',
            b'[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\nauth ='
            b' "x"\n[auth.x]\ncommunity_file = "c"\n',
            b'[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\nauth ='
            b' "x"\n[auth.x]\ncommunity_file = "c\\u0000"\n',
        ),
    ),
    Target("archive", given.archive, lambda: [gzip.compress(given.tar(), 1), given.tar()]),
    Target("form", given.form, _seeds(_FORM)),
    Target("datagram", given.datagram, _seeds(_DATAGRAM)),
    Target("snmp-messages", snmp.message, snmp.messages),
    Target("snmp-v3", snmp.user_message, snmp.user_messages),
)
BY_NAME: dict[str, Target] = {target.name: target for target in TARGETS}
