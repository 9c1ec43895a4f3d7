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
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings, strategies

from handlers.http import login
from pdu.recordings.private_patterns import kind_of
from pdu.recordings.scrub import Scrubber
from pdu.recordings.snmp.recorded_rows import Arcs, Rows, SnmpRow, arcs
from pdu.recordings.snmp.recording import scrubbed
from pdu.recordings.snmp.snmprec import snmprec_lines
from pdu_common.connection import PduSnmpData

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
    "form": quote_plus,
    "URL in a URL": lambda text: quote(quote(text)),
    "HTML": html.escape,
    "Latin-1": lambda text: text.encode().decode("latin-1"),
}
FORM = strategies.sampled_from(sorted(FORMS))


def holds(text: str, secret: str) -> bool:
    return (
        login.holds(text, [secret])
        or base64.b64encode(f"operator:{secret}".encode()).decode()[:20] in text
    )


@given(
    PASSWORDS, FORM, strategies.sampled_from(["", "login failed: ", "401 for user operator, got '"])
)
@settings(deadline=None)
def test_a_text_holds_the_login_in_no_form(secret: str, form: str, before: str) -> None:
    told = f"{before}{FORMS[form](secret)}"
    scrubber = Scrubber(secrets=(secret,), user="operator")
    for clean in (
        scrubber.text(told),
        scrubber.value("ups.status", told),
        scrubber.stand_in("names", told),
    ):
        assert not holds(clean, secret) and "secret-1" in clean or clean.startswith("name-")


@given(PASSWORDS, FORM)
@settings(deadline=None)
def test_a_json_recording_holds_the_login_in_no_form(secret: str, form: str) -> None:
    told = FORMS[form](secret)
    given = {
        "Name": told,
        "Messages": [{"Message": f"Bad: {told}"}],
        told: 1,
        "Oem": {"Header": [told]},
    }
    scrubber = Scrubber(secrets=(secret,), user="operator")
    clean = Scrubber.twice(lambda: scrubber.json(given))
    assert not any(holds(text, secret) for text in texts(clean))


def texts(data: object) -> list[str]:
    if isinstance(data, dict):
        return [text for name, value in data.items() for text in (str(name), *texts(value))]
    if isinstance(data, list):
        return [text for value in data for text in texts(value)]
    return [str(data)]


@given(PASSWORDS, FORM)
@settings(deadline=None)
def test_rows_hold_the_community_in_no_form(secret: str, form: str) -> None:
    told = FORMS[form](secret).encode()
    rows = {
        arcs(f"{TABLE}.2.1"): SnmpRow(4, told),
        arcs(f"{TABLE}.3.1"): SnmpRow(4, b"\x01\x02" + told + b"\x00\x01"),
        (*arcs(f"{TABLE}.4"), len(secret.encode()), *secret.encode()): SnmpRow(2, 1),
    }
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": secret}))
    for oid, row in clean.items():
        assert isinstance(row.value, int) or not holds(row.decoded, secret)
        assert secret.encode() not in bytes(arc for arc in oid if arc < 256)


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
    "engine ID": lambda mac: f"80001f8803{mac.hex()}",
    "engine ID with 0x": lambda mac: f"0x80001F8803{mac.hex().upper()}",
    "engine ID with colons": lambda mac: f"80:00:1f:88:03:{mac.hex(':')}",
}


def is_a_mac(text: str) -> bool:
    """Whether a MAC address can be told from states and figures in each of its forms."""
    return re.search("[a-f]", text) is not None


@given(
    MAC,
    strategies.sampled_from(sorted(GROUPS)),
    strategies.sampled_from(["", "eth0 ", "MAC: "]),
    strategies.booleans(),
)
@settings(deadline=None)
def test_a_text_holds_a_mac_address_in_no_form(
    mac: bytes, form: str, before: str, known: bool
) -> None:
    told = GROUPS[form](mac)
    assume(known or is_a_mac(mac.hex()))
    scrubber = Scrubber()
    if known:
        scrubber.learn("addresses", mac.hex(":"))
    assert told.upper() not in scrubber.text(f"{before}{told}").upper()
    for other in GROUPS.values():
        assert other(mac).upper() not in scrubber.text(f"{before}{other(mac)}").upper()


PLACES: dict[str, Callable[[bytes], Rows]] = {
    "octets": lambda octets: {arcs(f"{TABLE}.9.1"): SnmpRow(4, octets)},
    "engine ID": lambda octets: {
        arcs(f"{TABLE}.9.1"): SnmpRow(
            4, bytes.fromhex(f"800005230{1 if len(octets) == 4 else 3}") + octets
        )
    },
    "index, with type and length": lambda octets: {
        (*arcs(f"{TABLE}.9"), 1, len(octets), *octets): SnmpRow(2, 7)
    },
    "index, as text with its length": lambda octets: {
        (*arcs(f"{TABLE}.9"), len(shown(octets)), *shown(octets).encode(), 5): SnmpRow(2, 7)
    },
    "index, as text at the end": lambda octets: {
        (*arcs(f"{TABLE}.9"), 3, *shown(octets).encode()): SnmpRow(2, 7)
    },
    "opaque": lambda octets: {
        arcs(f"{TABLE}.9.1"): SnmpRow(68, b"\x04\x06" + shown(octets).encode())
    },
    "text": lambda octets: {arcs(f"{TABLE}.9.1"): SnmpRow(4, f"sent to {shown(octets)}".encode())},
    "an address, as a value": lambda octets: {arcs(f"{TABLE}.9.1"): SnmpRow(64, octets[:4])},
}


def shown(octets: bytes) -> str:
    return str(ipaddress.ip_address(octets)) if len(octets) == 4 else octets.hex(":")


def forms_in(rows: Rows, octets: bytes) -> list[Arcs]:
    """The rows that hold an address as octets, as text, or in the hex digits of the file."""
    spelled = shown(octets).encode()
    found = []
    for oid, row in rows.items():
        value = row.value if isinstance(row.value, bytes) else b""
        index = bytes(arc for arc in oid[7:] if arc < 256)
        if any(form in place for form in (octets, spelled) for place in (value, index)):
            found.append(oid)
    return found


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


@pytest.mark.parametrize(
    "address", ["000020c2a120", "090000202020", "092020202020", "41420a434445", "20202020200a"]
)
def test_an_address_whose_octets_are_blanks_and_controls_is_no_text(address: str) -> None:
    octets = bytes.fromhex(address)
    rows = {arcs(f"{TABLE}.9.1"): SnmpRow(4, octets)}
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert forms_in(clean, octets) == []


@pytest.mark.parametrize("text", [b"      ", b"     \0", b"Off\r\n\0", b"closed", b"On\0\0\0\0"])
def test_six_octets_of_text_are_no_address(text: bytes) -> None:
    rows = {arcs(f"{TABLE}.9.1"): SnmpRow(4, text)}
    assert scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"})) == rows


@given(IPV4 | MAC, strategies.sampled_from(sorted(PLACES)), strategies.booleans())
@settings(deadline=None)
def test_rows_hold_an_address_in_no_form(octets: bytes, place: str, told: bool) -> None:
    """`told`: another object tells the address as text.

    Four small octets may also be a version or the end of an OID.
    """
    is_ip = len(octets) == 4
    assume(is_ip or not is_text(octets))
    assume(not is_ip or max(octets) >= 32 and octets[3] not in (0, 255))
    is_plain = place == "text" or place == "octets" and not is_ip
    assume(told or is_plain or is_ip and octets[0] not in (93, 212) and place != "opaque")
    assume(is_ip or "type" not in place and "value" not in place)
    rows = dict(PLACES[place](octets))
    if told:
        rows[arcs(f"{TABLE}.8.1")] = SnmpRow(4, f"agent at {shown(octets)}, port 161".encode())
    assert forms_in(rows, octets)
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert len(clean) == len(rows) and forms_in(clean, octets) == []
    assert octets.hex() not in "".join(snmprec_lines(clean))


def test_an_address_of_small_numbers_is_replaced_alone_if_another_object_tells_it() -> None:
    rows = {
        arcs(f"{TABLE}.8.1"): SnmpRow(4, b"IP 10.1.2.3"),
        arcs(f"{TABLE}.9.1"): SnmpRow(4, bytes((10, 1, 2, 3))),
        arcs(f"{TABLE}.10.1.4.10.1.2.3"): SnmpRow(2, 5),
        arcs(f"{TABLE}.11.10.1.2.3"): SnmpRow(2, 5),
    }
    clean = scrubbed(rows, PduSnmpData("192.0.2.99", {"community": "public"}))
    assert clean[arcs(f"{TABLE}.9.1")].value == bytes((192, 0, 2, 2))
    assert arcs(f"{TABLE}.10.1.4.192.0.2.2") in clean
    assert arcs(f"{TABLE}.11.10.1.2.3") in clean  # it may be any index


def test_six_states_are_not_a_mac_address_and_four_octets_of_bits_are_not_an_ip_address() -> None:
    assert Scrubber().text("1:0:1:1:0:1") == "1:0:1:1:0:1"
    rows = {
        arcs(f"{TABLE}.{number}.1"): SnmpRow(4, bytes.fromhex(bits))
        for number, bits in enumerate(("ff00ff00", "00000001", "80000000", "0f000f00"), 2)
    }
    assert scrubbed(rows, PduSnmpData("192.0.2.99", {"community": "public"})) == rows


# ---- fields, telephone numbers, places -----------------------------------------------------------


SECRET_FIELDS = """
    SNMPAuthKey AuthenticationKey EncryptionKey WPAKey WEPKey LicenseKey LicenseString
    Authorization HttpHeaders HTTPHeaders AccessKey SecretKey EABKey RegionKey RKeyReadOnlyKey
    RKeyReadWriteKey KeyString KeyChain KerberosKeytab CHAPSecret MutualCHAPSecret ClientSecret
    ChallengePassword Passphrase EncryptionPassphrase CommunityString TrapCommunity Token Nonce
    SignatureString CertificateString OAuthServiceSigningKeys PeerDHCHAPAuthSecret SessionCookie
    driver.parameter.privPassword
"""


@pytest.mark.parametrize("name", SECRET_FIELDS.split())
def test_the_value_of_a_secret_field_is_replaced(name: str) -> None:
    """Names of Redfish's schemas whose values are secrets or derived from them; SNMPAuthKey and
    others are OEM names.
    """
    assert kind_of(name) == "secrets"
    assert Scrubber().json({name: "x-7Yq", "Below": {name: ["a9!"]}}) == {
        name: "secret-1",
        "Below": {name: ["secret-2"]},
    }


@pytest.mark.parametrize(
    "name",
    [
        "AuthorizationService",
        "LicenseInfoURI",
        "HotKeySequenceDisplay",
        "KeyUsage",
        "PowerState",
        "outlet.1.status",
        "ups.beeper.status",
    ],
)
def test_other_fields_keep_their_values(name: str) -> None:
    assert kind_of(name) is None and Scrubber().json({name: "On"}) == {name: "On"}


@pytest.mark.parametrize(
    "text, clean",
    [
        ("+49 221 1234567", "contact-1"),
        ("+49-221-123 45 67", "contact-1"),
        ("+492211234567", "contact-1"),
        ("0049 221 1234567", "contact-1"),
        ("(0221) 123 45 67", "contact-1"),
        ("0221/1234567", "contact-1"),
        ("(555) 123-4567", "contact-1"),
        ("555-123-4567", "contact-1"),
        ("Tel. 2211234", "Tel. contact-1"),
        ("phone: 0221 12 34 56", "phone: contact-1"),
        ("fax 221-12345", "fax contact-1"),
        ("50.941278, 6.958281", "location-1"),
        ("50.9413 N 6.9583 E", "location-1"),
        ("-33.8688,151.2093", "location-1"),
        ("50\u00b056'28\"N", "location-1"),
        ("lat=50.94 lon=6.95", "lat=location-1 lon=location-2"),
        ("$GPGGA,123519,4807.038,N,01131.000,E,1", "$GPGGA,123519,location-1,1"),
        ("50.94128 6.95828", "location-1"),
        ("N50.9413 E6.9583", "location-1"),
        ("0.3476, 32.5825", "location-1"),
    ],
)
def test_telephone_numbers_and_places_are_replaced(text: str, clean: str) -> None:
    assert Scrubber().text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "1.234 5.678",
        "230.1, 231.4",
        "2026-11-22 10:20:30",
        "+12.5 V",
        "+12345678",
        "0011010010",
        "1.5.7-12",
        "12.5000 W",
        "0.0123 0.0456",
        "call home: off",
        "01-02-03",
        "AP-8959-001",
        "3.6.1 4.200",
        "16 A 230 V 50 Hz",
    ],
)
def test_figures_and_dates_are_neither_telephone_numbers_nor_places(text: str) -> None:
    assert Scrubber().text(text) == text


def test_a_telephone_number_is_replaced_in_another_form_too() -> None:
    scrubber = Scrubber()
    assert scrubber.json({"PhoneNumber": "0221 1234567"}) == {"PhoneNumber": "contact-1"}
    assert scrubber.text("ring 02211234567 or 0221-123 4567") == "ring contact-1 or contact-1"


def test_numbers_that_tell_a_place_become_zero() -> None:
    given = {
        "Location": {
            "Latitude": 50.94,
            "Longitude": 7,
            "AltitudeMeters": 52.5,
            "Placement": {"RackOffset": 12},
        }
    }
    assert Scrubber().json(given) == {
        "Location": {
            "Latitude": 0.0,
            "Longitude": 0,
            "AltitudeMeters": 0.0,
            "Placement": {"RackOffset": 12},
        }
    }
    assert Scrubber(("locations",)).json(given) == given
