"""Parsers of untrusted input that no call of a handler reaches, with what they may raise.

A parser returns a value or raises one of its documented errors, and the checks of its result pass.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

from handlers.dcimanager.rows import IndexedRows, oid_arcs, raw_value
from handlers.http.client import endpoint
from handlers.nut.settings import SETTINGS as NUT
from handlers.raritan.settings import SETTINGS as RARITAN
from handlers.redfish.settings import SETTINGS as REDFISH
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import Setting, Settings
from handlers.snmp import decoding, schema
from handlers.snmp.detection import detect
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from handlers.snmp.settings import SETTINGS as SNMP
from pdu.loading import handler_archives
from pdu.monitoring import datagrams
from pdu.pdu_list import device_list
from pdu_common.snmp_client import ber, pdus, v3
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.reads import GET, SnmpAnswer, SnmpRequest
from pdu_common.snmp_client.usm import User
from pdu_common.snmp_client.usm_exchange import UserExchange
from tests.dcimanager import multipart
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import read_snmprec

# python-multipart logs malformed forms
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
_RECORDINGS = Path(__file__).resolve().parents[1] / "simulators" / "snmp_units"
_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)


class Parser(NamedTuple):
    """`seeds`: inputs to change, most of them valid. `errors`: what `read` may raise."""

    name: str
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: Sequence[bytes]


# ---- settings, lists, archives, forms ------------------------------------------------------------


def _settings(declared: Sequence[Setting[Any]]) -> Callable[[bytes], object]:
    """A parser of `key=value` lines as the values of these settings."""

    def read(data: bytes) -> None:
        lines = data.decode("utf-8", "replace").splitlines()
        pairs = dict(line.partition("=")[::2] for line in lines)
        keys = {setting.key for setting in declared}
        Settings({key: text for key, text in pairs.items() if key in keys}, declared)

    return read


def _profile(data: bytes) -> None:
    profile = schema.loads(data.decode("utf-8", "replace"))
    text = schema.dumps(profile)
    assert schema.dumps(schema.loads(text)) == text


def _text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: parse(data.decode("utf-8", "replace"))


def _device_list(suffix: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(data)
            file.flush()
            device_list.read_device_list(file.name)

    return read


def _tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (("__init__", b""), ("handler", b"make_handler = print\n")):
            entry = tarfile.TarInfo(f"pdu_x/{name}.py")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _form(data: bytes) -> None:
    """A line with the content type, then the body."""
    head, _, body = data.partition(b"\n")
    multipart.fields(head.decode("latin-1"), body)


# ---- SNMP ----------------------------------------------------------------------------------------


def _platform_value(data: bytes) -> None:
    """An object like those that the platform returns for a varbind."""

    class Element:
        value: object = data
        oid = data.decode("latin-1")

    for value in (data, data.decode("latin-1"), int.from_bytes(data[:16], "big", signed=True)):
        Element.value = value
        with contextlib.suppress(PduHandlerError):
            raw = raw_value(Element)
            number = None if raw is None else decoding.number(raw)
            assert number is None or number.is_finite()
            if raw is not None:
                decoding.printable_text(raw), decoding.octets(raw), decoding.bits(raw)
    oid_arcs(Element.oid)
    for split in (False, True):
        with contextlib.suppress(PduHandlerError):
            IndexedRows([Element, Element], "1.3.6.1.4.1.318.1").indexes(split=split)


def _walk(data: bytes) -> None:
    """Detects, reads and meters a whole device from the rows of a recording."""
    try:
        rows = read_snmprec(data.decode("utf-8", "replace"))
    except (ValueError, OverflowError):
        return
    reading = detect(of_rows(rows), PROFILES)
    figures = read_exactly(reading)
    for figure in (figures.load_a, figures.energy_kwh, *figures.currents.values()):
        assert figure is None or figure.is_finite()


def _pdu(kind: int, values: Sequence[bytes]) -> bytes:
    bindings = b"".join(ber.tlv(ber.SEQUENCE, ber.encode_oid(_NAME) + value) for value in values)
    body = ber.encode_integer(7) + b"\x02\x01\x00\x02\x01\x00" + ber.tlv(ber.SEQUENCE, bindings)
    return ber.tlv(kind, body)


def _user_message(data: bytes) -> None:
    """Read a message of SNMPv3 with the id of the request, so that more than its header is read."""
    message = v3.decode(data)
    assert 0 <= message.digest_at <= message.digest_at + message.digest_size <= len(data)
    dialogue = UserExchange(
        name="pdu", user=User(b"plain"), engine=None, note_engine=lambda engine: None
    )
    request = v3.decode(dialogue.start(SnmpRequest(GET, (_NAME,))))
    answer = v3.encode(message._replace(msg_id=request.msg_id))[0]
    assert not isinstance(dialogue.take(answer), SnmpAnswer)


def _user_messages() -> Sequence[bytes]:
    """An answer, a report, an encrypted one."""
    engine, flags = b"some-engine", v3.AUTH | v3.PRIV
    answer = v3.scoped_pdu(engine, _pdu(pdus.RESPONSE, [b"\x04\x05rpdu2"]))
    report = v3.scoped_pdu(engine, _pdu(pdus.REPORT, [b"\x41\x01\x05"]))
    messages = [
        v3.Message(7, 0, engine, 1, 2, b"plain", 0, 0, b"", answer),
        v3.Message(7, 0, engine, 1, 2, b"", 0, 0, b"", report),
        v3.Message(7, flags, engine, 1, 2, b"aes", 0, 24, bytes(8), bytes(40)),
    ]
    return [v3.encode(message)[0] for message in messages]


_OURS = (PduHandlerError,)
_SETTINGS = (
    b"host=192.0.2.1:443\nport=443\nusername=a\npassword=b\nverify=no\ntimeout=5\nlink_units=2,3",
    b"ca_pem=-----BEGIN CERTIFICATE-----\nfingerprint=" + b"ab:" * 31 + b"ab\nprofile=netio",
)
_TABLES = [f"{key}.snmprec" for key in ("netio", "gude-epc", "aten-pe", "digipower", "baytech")]
PARSERS: tuple[Parser, ...] = (
    *(
        Parser(f"settings of {name}", _settings(declared), _OURS, _SETTINGS)
        for name, declared in (("raritan", RARITAN), ("snmp", SNMP), ("nut", NUT))
    ),
    Parser("settings of redfish", _settings(REDFISH), _OURS, _SETTINGS),
    Parser("address", _text(lambda text: endpoint("https", text)), _OURS, [b"192.0.2.1:443"]),
    Parser(
        "profile",
        _profile,
        (schema.ProfileError,),
        [
            schema.dumps(PROFILE_BY_KEY[key]).encode()
            for key in ("akcp-relay", "eaton-ats2", "netio")
        ],
    ),
    Parser(
        "list.csv",
        _device_list(".csv"),
        _OURS,
        [b"name,handler,address,auth,settings\na,snmp,192.0.2.1,x,profile=netio\n"],
    ),
    Parser(
        "list.toml",
        _device_list(".toml"),
        _OURS,
        [
            b'[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\nauth = "x"\n'
            b'[auth.x]\ncommunity_file = "c"\n',
            b'[[pdu]]\nname = "a"\nhandler = "snmp"\naddress = "192.0.2.1"\nauth = "x"\n'
            b'[auth.x]\ncommunity_file = "c\\u0000"\n',
        ],
    ),
    Parser(
        "archive",
        handler_archives.read_archive,
        (handler_archives.BadArchive,),
        [gzip.compress(_tar(), 1)],
    ),
    Parser(
        "content of an archive",
        lambda data: handler_archives.read_archive(gzip.compress(data, 1)),
        (handler_archives.BadArchive,),
        [_tar()],
    ),
    Parser(
        "form",
        _form,
        (ValueError,),
        [
            b"multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; "
            b'name="data"; filename="x"\r\nContent-Type: application/gzip\r\n\r\nxyz\r\n--b--\r\n'
        ],
    ),
    # sysObjectID 1.3.6.1.4.1
    Parser(
        "answer to find",
        datagrams.decode_answer,
        (),
        [
            bytes.fromhex(
                "302b02010104067075626c6963a21e020101020100020100"
                "3013301106082b0601020101020006052b06010401"
            )
        ],
    ),
    Parser(
        "value of the platform",
        _platform_value,
        _OURS,
        [b"12.5", b"\x07\x00", b"1.3.6.1.4.1.318.1.2", b"on,off", b"0x1F", b"-1"],
    ),
    Parser(
        "walk",
        _walk,
        _OURS,
        [(_RECORDINGS / name).read_bytes() for name in _TABLES],
    ),
    Parser("SNMPv3 message", _user_message, (Malformed, SnmpError), _user_messages()),
)
