"""Secrets and addresses in every form in which a device may tell them: no recording holds one in
any form.
"""

from __future__ import annotations

import base64
import html
import ipaddress
import json
import re
from typing import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings, strategies

from handlers.http import login
from pdu.recordings.scrub import Scrubber
from pdu.recordings.snmp.recorded_rows import SYS_DESCR, Arcs, Rows, SnmpRow, arcs
from pdu.recordings.snmp.scrubbing import scrubbed
from pdu.recordings.snmp.snmprec import snmprec_lines
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client.tool_api import ADDRESS, INTEGER, OCTETS, OPAQUE

TABLE = "1.3.6.1.4.1.99999.1.1"
SIGNS = (
    "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$%&'*+,/<=>?@\\^_ \u00e4\u00df\u20ac"
)
# A secret has a digit, a sign and eight characters or more: it is neither a common word nor a
# figure.
PASSWORDS: strategies.SearchStrategy[str] = strategies.builds(
    "{}7!{}".format,
    strategies.text(SIGNS, min_size=3, max_size=9),
    strategies.text(SIGNS, min_size=3, max_size=9),
).filter(lambda text: text == text.strip())

FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "inside a word": lambda text: f"xx{text}yy",
    "upper case": str.upper,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 in JSON": lambda text: json.dumps(base64.b64encode(text.encode()).decode()),
    "Basic": (
        lambda text: (
            "Authorization: Basic " + base64.b64encode(f"operator:{text}".encode()).decode()
        )
    ),
    "half a header": (
        lambda text: "Basic " + base64.b64encode(f"operator:{text}".encode()).decode()[:20]
    ),
    "hex": lambda text: text.encode().hex(),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "URL": quote,
    "URL in a URL": lambda text: quote(quote(text)),
    "HTML": html.escape,
    "Latin-1": lambda text: text.encode().decode("latin-1"),
}
FORM = strategies.sampled_from(sorted(FORMS))


def holds(text: str, secret: str) -> bool:
    """Whether the text has the secret in any form, or half of a header with it."""
    header = base64.b64encode(f"operator:{secret}".encode()).decode()
    return login.holds(text, login.forms_of([secret])) or header[:20] in text


@given(
    secret=PASSWORDS,
    form=FORM,
    before=strategies.sampled_from(["", "login failed: ", "401 for user operator, got '"]),
)
@settings(deadline=None)
def test_a_text_holds_the_login_in_no_form(secret: str, form: str, before: str) -> None:
    spelled_secret = FORMS[form](secret)
    text = f"{before}{spelled_secret}"
    scrubber = Scrubber(secrets=(secret,), user="operator")

    clean_texts = [
        scrubber.scrub_kept_text(text),
        scrubber.scrub_free_text(text),
        scrubber.learn("names", text),
    ]

    for clean in clean_texts:
        assert not holds(clean, secret)
        assert "secret-1" in clean or clean.startswith("name-")


@pytest.mark.parametrize("is_kept", [True, False], ids=["values kept", "values replaced"])
@given(secret=PASSWORDS, form=FORM)
@settings(deadline=None)
def test_a_json_recording_holds_the_login_in_no_form(is_kept: bool, secret: str, form: str) -> None:
    message = FORMS[form](secret)
    document = {
        "Name": message,
        "Messages": [{"Message": f"Bad: {message}"}],
        message: 1,
        "Oem": {"Header": [message]},
    }
    scrubber = Scrubber(secrets=(secret,), user="operator")

    clean = scrubber.scrub_json(document, lambda name, value: is_kept)

    for text in texts(clean):
        # the names of members stay where the handler reads them
        is_name_of_kept_member = is_kept and text == message
        assert is_name_of_kept_member or not holds(text, secret)


def texts(data: object) -> list[str]:
    """All names and values of a JSON document."""
    if isinstance(data, dict):
        return [text for name, value in data.items() for text in (str(name), *texts(value))]
    if isinstance(data, list):
        return [text for value in data for text in texts(value)]
    return [str(data)]


@given(secret=PASSWORDS, form=FORM)
@settings(deadline=None)
def test_rows_hold_the_community_in_no_form(secret: str, form: str) -> None:
    octets = FORMS[form](secret).encode()
    index = secret.encode()
    rows = {
        arcs(f"{TABLE}.2.1"): SnmpRow(OCTETS, octets),
        arcs(f"{TABLE}.3.1"): SnmpRow(OCTETS, b"\x01\x02" + octets + b"\x00\x01"),
        (*arcs(f"{TABLE}.4"), len(index), *index): SnmpRow(INTEGER, 1),
    }

    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": secret}))

    for oid, row in clean.items():
        assert isinstance(row.value, int) or not holds(row.decoded, secret)
        octets_of_oid = bytes(arc for arc in oid if arc < 256)
        assert secret.encode() not in octets_of_oid


@pytest.mark.parametrize("system", ["Linux", "FreeBSD", "SunOS"])
def test_the_name_of_the_host_in_a_description_is_replaced_wherever_it_stands(system: str) -> None:
    description = f"{system} kunde7-west 6.1.0 #1 SMP x86_64"
    rows: Rows = {
        SYS_DESCR: SnmpRow(OCTETS, description.encode()),
        arcs(f"{TABLE}.2.1"): SnmpRow(OCTETS, b"kunde7-west left"),
    }
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert clean[SYS_DESCR].decoded == f"{system} name-1 6.1.0 #1 SMP x86_64"
    assert "kunde7" not in clean[arcs(f"{TABLE}.2.1")].decoded


@pytest.mark.parametrize("key", ["community", "auth_password", "priv_password"])
def test_a_row_that_stays_holds_no_secret_of_the_login(key: str) -> None:
    rows: Rows = {SYS_DESCR: SnmpRow(OCTETS, b"PDU of s3cret-word!")}
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {key: "s3cret-word!"}))
    assert clean[SYS_DESCR].decoded == "PDU of secret-1"


@pytest.mark.parametrize("form", FORMS)
def test_octets_that_are_no_text_hold_no_secret_of_the_login(form: str) -> None:
    """Of a row that stays, of another one, and of a number in an Opaque."""
    secret = "s3cret-word!"
    octets = b"\xff\x01" + FORMS[form](secret).encode() + b"\x01\xfe"
    rows: Rows = {
        SYS_DESCR: SnmpRow(OCTETS, octets),
        arcs(f"{TABLE}.2.1"): SnmpRow(OCTETS, octets),
        arcs(f"{TABLE}.3.1"): SnmpRow(OPAQUE, bytes.fromhex("9f78") + octets),
    }
    login = {"community": secret, "user": "operator"}
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", login))
    assert list(clean) == list(rows)
    assert not any(holds(row.decoded, secret) for row in clean.values())


# ---- addresses -----------------------------------------------------------------------------------

MAC: strategies.SearchStrategy[bytes] = strategies.binary(min_size=6, max_size=6).filter(
    lambda octets: sum(map(bool, octets)) > 3 and octets[0] != 2
)
IPV4 = strategies.tuples(
    strategies.sampled_from([(10,), (172, 16), (192, 168), (93, 184), (212, 9)]),
    strategies.binary(min_size=3, max_size=3),
).map(lambda two: bytes([*two[0], *two[1]])[:4])
GROUPS: dict[str, Callable[[bytes], str]] = {
    "colons": lambda mac: mac.hex(":"),
    "dashes": lambda mac: mac.hex("-").upper(),
    "spaces": lambda mac: mac.hex(" "),
    "dots": lambda mac: re.sub("(....)(....)(....)", r"\1.\2.\3", mac.hex()),
    "without zeros": lambda mac: ":".join(f"{octet:x}" for octet in mac),
}


@example(mac=bytes.fromhex("00000a0aacdc"), form="dashes", before="")
@example(mac=bytes.fromhex("0000000aacdc"), form="spaces", before="eth0 ")
@given(
    mac=MAC,
    form=strategies.sampled_from(sorted(GROUPS)),
    before=strategies.sampled_from(["", "eth0 ", "is "]),
)
@settings(deadline=None)
def test_a_text_that_stays_holds_a_mac_address_in_no_form(
    mac: bytes, form: str, before: str
) -> None:
    # without a letter or without a digit among its last digits, it may be states
    has_letter = re.search("[a-f]", mac.hex()[6:])
    has_digit = re.search("[0-9]", mac.hex())
    assume(has_letter and has_digit)
    address = GROUPS[form](mac)
    text = f"{before}{address}"

    kept_text = Scrubber().scrub_kept_text(text)
    free_text = Scrubber().scrub_free_text(text)

    assert address.upper() not in kept_text.upper()
    assert free_text == "name-1"


@pytest.mark.parametrize("address", ["2001::a", "ac::dc", "2001:0:1::a"])
def test_a_short_ipv6_address_is_no_common_word(address: str) -> None:
    assert Scrubber().scrub_free_text(address) == "name-1"


PLACES: dict[str, Callable[[bytes], Rows]] = {
    "octets": lambda octets: {arcs(f"{TABLE}.9.1"): SnmpRow(OCTETS, octets)},
    "engine ID": lambda octets: {
        arcs(f"{TABLE}.9.1"): SnmpRow(
            4, bytes.fromhex(f"800005230{1 if len(octets) == 4 else 3}") + octets
        )
    },
    "index, with type and length": lambda octets: {
        (*arcs(f"{TABLE}.9"), 1, len(octets), *octets): SnmpRow(INTEGER, 7)
    },
    "index, as text with its length": lambda octets: {
        (*arcs(f"{TABLE}.9"), len(shown(octets)), *shown(octets).encode(), 5): SnmpRow(INTEGER, 7)
    },
    "index, as text at the end": lambda octets: {
        (*arcs(f"{TABLE}.9"), 3, *shown(octets).encode()): SnmpRow(INTEGER, 7)
    },
    "opaque": lambda octets: {
        arcs(f"{TABLE}.9.1"): SnmpRow(OPAQUE, b"\x04\x06" + shown(octets).encode())
    },
    "text": lambda octets: {
        arcs(f"{TABLE}.9.1"): SnmpRow(OCTETS, f"sent to {shown(octets)}".encode())
    },
    "an address, as a value": lambda octets: {arcs(f"{TABLE}.9.1"): SnmpRow(ADDRESS, octets[:4])},
}


def shown(octets: bytes) -> str:
    return str(ipaddress.ip_address(octets)) if len(octets) == 4 else octets.hex(":")


def forms_in(rows: Rows, octets: bytes) -> list[Arcs]:
    """The rows that hold an address as octets, as text, or in the hex digits of the file."""
    spelled = shown(octets).encode()
    oids = []
    for oid, row in rows.items():
        value = row.value if isinstance(row.value, bytes) else b""
        index = bytes(arc for arc in oid[7:] if arc < 256)
        is_in_value = octets in value or spelled in value
        is_in_index = octets in index or spelled in index
        if is_in_value or is_in_index:
            oids.append(oid)
    return oids


def is_text(octets: bytes) -> bool:
    """Whether six octets may as well be a text, which nobody can tell from an address: blanks, or
    a word that may end a line."""
    try:
        text = octets.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return False
    word = text.rstrip("\r\n")
    is_blank = not text.strip(" ")
    return text != "" and word.isprintable() and (is_blank or word.strip() != "")


@pytest.mark.parametrize("text", [b"      ", b"     \0", b"Off\r\n\0", b"closed", b"On\0\0\0\0"])
def test_six_octets_of_text_are_no_address(text: bytes) -> None:
    rows = {arcs(f"{TABLE}.9.1"): SnmpRow(OCTETS, text)}
    assert scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"})) == rows


@example(octets=bytes((10, 0, 0, 32)), place="octets")
@example(octets=bytes((10, 0, 0, 65)), place="octets")
@example(octets=bytes((13, 10, 0, 32)), place="octets")
@example(octets=bytes((10, 9, 13, 65)), place="octets")
@given(octets=IPV4 | MAC, place=strategies.sampled_from(sorted(PLACES)))
@settings(deadline=None)
def test_rows_hold_an_address_in_no_form(octets: bytes, place: str) -> None:
    """Of addresses that differ from other texts and numbers."""
    if len(octets) == 4:
        # small octets in an index may also be numbers
        assume(max(octets) >= 32)
        # x.x.x.0 and x.x.x.255 are masks and broadcasts
        assume(octets[3] not in (0, 255))
    else:
        # a MAC address whose octets are printable is a text
        assume(not is_text(octets))
        # these places have an IP address alone
        assume("type" not in place and "value" not in place)
    rows = PLACES[place](octets)
    assert forms_in(rows, octets)

    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))

    assert len(clean) == len(rows)
    assert forms_in(clean, octets) == []
    lines = snmprec_lines(clean)
    assert octets.hex() not in "".join(lines)


def test_an_address_in_an_index_is_replaced_if_its_type_or_a_value_shows_that_it_is_one() -> None:
    rows = {
        arcs(f"{TABLE}.9.1"): SnmpRow(ADDRESS, bytes((10, 99, 2, 3))),
        arcs(f"{TABLE}.10.1.4.10.77.2.3"): SnmpRow(INTEGER, 5),
        arcs(f"{TABLE}.11.10.99.2.3"): SnmpRow(INTEGER, 5),
        arcs(f"{TABLE}.12.10.1.2.3"): SnmpRow(INTEGER, 5),
    }
    clean = scrubbed(rows, PduSnmpData("192.0.2.99", {"community": "public"}))
    assert arcs(f"{TABLE}.10.1.4.192.0.2.3") in clean
    assert arcs(f"{TABLE}.11.192.0.2.2") in clean
    assert arcs(f"{TABLE}.12.10.1.2.3") in clean  # it may be any index


@pytest.mark.parametrize("digits", ["ff00ff00", "0d5d0eefdd7f9c01", "0a010203"])
def test_octets_that_nobody_reads_are_zeros(digits: str) -> None:
    oid = arcs(f"{TABLE}.2.1")
    octets = bytes.fromhex(digits)

    clean = scrubbed(
        {oid: SnmpRow(OCTETS, octets)}, PduSnmpData("192.0.2.99", {"community": "public"})
    )

    assert clean[oid].value == bytes(len(octets))


def test_a_few_octets_that_nobody_reads_stay_because_they_may_be_states() -> None:
    rows = {arcs(f"{TABLE}.2.1"): SnmpRow(OCTETS, b"\xff\x00\xf0")}
    clean = scrubbed(rows, PduSnmpData("192.0.2.99", {"community": "public"}))
    assert clean == rows
