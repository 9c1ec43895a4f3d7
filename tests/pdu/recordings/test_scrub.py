"""Scrubbing: which values are replaced, which stay, and that equal values get equal
replacements.
"""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, strategies as st

from handlers.nut.settings import SETTINGS
from handlers.shared.settings import Settings
from pdu.recordings.generic_words import has_only_generic_words
from pdu.recordings.named_values import named_secrets, without_named_secrets
from pdu.recordings.nut import dump, recording_format
from pdu.recordings.scrub import (
    CONTACTS,
    LOCATIONS,
    NAMES,
    Scrubber,
    is_product,
    kind_of,
    replace_unread,
)


def _nothing(name: str, value: Any) -> bool:
    return False


@pytest.mark.parametrize(
    "text",
    ["", "  ", "on", "Off", "1", "17", "Outlet 3", "230.5 V", "L1 L2 L3", "Normal", "rack 12"]
    + ["1,0,1,1,0,1,0,1,1,1", "0011010010", "12.5000 W", "Bank 1: overload", "on\0", " off\r\n"],
)
def test_a_text_of_common_words_and_few_digits_says_nothing(text: str) -> None:
    assert Scrubber().scrub_free_text(text) == text


@pytest.mark.parametrize(
    "text",
    ["db-master", "10.0.0.1", "00:0d:5d:0e:0f:0d", "a0-b0-c0-d0-e0-f0", "fe80::1", "34260505"]
    + ["SN 34260505", "A1234567", "noc@acme.example", "+49 221 7123456", "0221/1234567"]
    + ["50.941278, 6.958281", "2026-11-22 10:20:30", "mail noc at 10.1.2.3", "Büro", "сервер", "张"]
    + ["80001f8803000d5d0eefdd", "550e8400-e29b-41d4-a716-446655440a00", "pass on Schmidt"],
)
def test_any_other_text_is_replaced_whole_whatever_it_looks_like(text: str) -> None:
    scrubber = Scrubber()
    assert not has_only_generic_words(text)
    assert scrubber.scrub_free_text(f" {text}\0") == " name-1\0"
    assert scrubber.scrub_free_text(text) == "name-1"
    assert scrubber.scrub_free_text("another") == "name-2"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("APC Web/SNMP MN:AP8959EU3 SN: 5A1234E00001", "APC Web/SNMP MN:AP8959EU3 SN: serial-1"),
        ("SN-1234567890", "SN-serial-1"),
        ("Rittal SN 34260505", "Rittal SN serial-1"),
        ("unit PK65860010", "unit serial-1"),
        ("192.168.1.7 and 10.1.2.3, 192.168.1.7", "192.0.2.1 and 192.0.2.2, 192.0.2.1"),
        ("010.001.002.003 10.1.2.3", "192.0.2.1 192.0.2.1"),
        ("from ::ffff:10.0.0.1 to fe80::1", "from ::ffff:192.0.2.1 to 2001:db8::1"),
        ("MAC 00:C0:B7:12:34:56", "MAC 02:00:00:00:00:01"),
        ("00-C0-B7-12-34-56 001a.2b3c.4d5e", "02-00-00-00-00-01 0200.0000.0002"),
        ("mac=001a2b3c4d5e or 0:1a:2b:3c:4d:5e", "mac=020000000001 or 02:00:00:00:00:01"),
        ("mail noc@acme.example now", "mail host-1.example now"),
        ("v10.1.2, firmware 4.200.10.77", "v10.1.2, firmware 4.200.10.77"),
        ("255.255.255.0 127.0.0.1 ::1", "255.255.255.0 127.0.0.1 ::1"),
        ("1:0:1:1:0:1 at 12:30:59", "1:0:1:1:0:1 at 12:30:59"),
        ("80 00 00 00 00 00 00 00", "80 00 00 00 00 00 00 00"),
        ("1234.5678.9012 1.234 5.678", "1234.5678.9012 1.234 5.678"),
    ],
)
def test_addresses_and_serial_numbers_are_replaced_in_a_text_that_stays(
    text: str, clean: str
) -> None:
    scrubber = Scrubber()
    assert scrubber.scrub_kept_text(text) == clean
    assert scrubber.scrub_kept_text(clean) == clean


def test_the_login_and_learned_names_are_replaced_in_a_text_that_stays() -> None:
    scrubber = Scrubber(
        secrets=(None, "", "Pa55word"), user="mschmidt", host="pdu-berlin-7.kunde.example:8443"
    )
    assert scrubber.learn(NAMES, "Müller Web") == "name-3"
    assert scrubber.scrub_kept_text("Linux PDU-Berlin-7 5.4") == "Linux name-2 5.4"
    text = "pdu-berlin-7.kunde.example as mschmidt with xPA55WORDx for müller web"
    clean = "host-1.example as name-1 with xsecret-1x for name-3"
    assert scrubber.scrub_kept_text(text) == clean
    # longer words are others
    text = "Pdu-Berlin-77, müller website"
    assert scrubber.scrub_kept_text(text) == text


@pytest.mark.parametrize("secret", ["admin123", "PDU-2024", "outlet_7", "Pa55word", "1234567"])
def test_a_secret_is_sought(secret: str) -> None:
    scrubber = Scrubber((secret,))
    assert scrubber.scrub_kept_text(f"log in with {secret}.") == "log in with secret-1."
    assert secret not in scrubber.scrub_free_text(f"outlet {secret}")


def test_a_secret_that_is_a_common_word_or_a_short_number_is_not_sought() -> None:
    scrubber = Scrubber(secrets=("public", "1234", "on"))
    assert scrubber.scrub_kept_text("public 1234 on") == "public 1234 on"


def test_common_names_of_the_login_stay() -> None:
    scrubber = Scrubber(user="admin", host="127.0.0.1")
    assert scrubber.scrub_kept_text("admin at 127.0.0.1") == "admin at 127.0.0.1"
    # unit 2 of a Xerus unit is below /link/2
    scrubber = Scrubber(user="link", host="cascade")
    assert scrubber.scrub_kept_text("/link/2/cascade") == "/link/2/cascade"


def test_a_thousand_addresses_have_a_thousand_stand_ins() -> None:
    scrubber = Scrubber()
    stand_ins = {scrubber.scrub_kept_text(f"10.1.{n // 250}.{n % 250 + 1}") for n in range(1000)}
    assert len(stand_ins) == 1000
    assert all(ipaddress.ip_address(stand_in).is_private for stand_in in stand_ins)


NAMES_OF_DEVICES = ["kunde", "name-1", "name-2", "Müller", "1", "name"]


@given(names=st.lists(st.sampled_from(NAMES_OF_DEVICES), unique=True))
def test_different_values_have_different_stand_ins(names: list[str]) -> None:
    """Also where the device calls something as a stand-in is called."""
    scrubber = Scrubber()
    stand_ins = [scrubber.scrub_free_text(name) for name in names]
    assert len(set(stand_ins)) == len(names)
    assert [scrubber.scrub_free_text(name) for name in names] == stand_ins


@pytest.mark.parametrize("names", [["kunde", "name-1"], ["name-1", "kunde"]])
def test_two_nut_devices_stay_two_if_one_is_called_as_a_stand_in(names: list[str]) -> None:
    scrubber = Scrubber()
    clean_devices = []
    for name in names:
        device = dump.RecordedDevice(name, "", {"outlet.1.status": "on"})
        clean = recording_format.scrubbed(device, scrubber, Settings({}, SETTINGS))
        clean_devices.append(clean)
    devices = dump.parse(dump.dump_text(clean_devices))
    assert len({device.name for device in devices}) == 2


def test_in_json_what_is_not_kept_is_replaced() -> None:
    document = {
        "10.20.30.40": {"state": "on"},
        "Location": {"Room": "Dom", "Latitude": 50.94, "Longitude": 7},
        "Contacts": ["Schmidt", {"Phone": "+49 221 7123456"}],
        "SerialNumber": 1024122712,
        "Password": "public",
        "Id": "10.20.30.40",
        "Reading": 286331.153,
        "port": True,
        "none": None,
    }
    clean = Scrubber().scrub_json(document, lambda name, value: name in ("Id", "Reading"))
    assert clean == {
        "192.0.2.1": {"state": "on"},
        "Location": {"Room": "name-1", "Latitude": 0.0, "Longitude": 0},
        "Contacts": ["name-2", {"Phone": "contact-1"}],
        "SerialNumber": 0,
        "Password": "secret-1",
        "Id": "192.0.2.1",
        "Reading": 286331.153,
        "port": True,
        "none": None,
    }


# Names of Redfish's schemas whose values are secrets or derived from them; SNMPAuthKey and others
# are OEM names.
SECRET_FIELDS = """
    SNMPAuthKey AuthenticationKey EncryptionKey WPAKey WEPKey LicenseKey LicenseString
    Authorization HttpHeaders HTTPHeaders AccessKey SecretKey EABKey RegionKey RKeyReadOnlyKey
    RKeyReadWriteKey KeyString KeyChain KerberosKeytab CHAPSecret MutualCHAPSecret ClientSecret
    ChallengePassword Passphrase EncryptionPassphrase CommunityString TrapCommunity Token Nonce
    jwt bearerToken
    SignatureString CertificateString OAuthServiceSigningKeys PeerDHCHAPAuthSecret SessionCookie
    driver.parameter.privPassword driver.parameter.community psk wifi.psk user_pin otp
"""


@pytest.mark.parametrize("name", SECRET_FIELDS.split())
def test_the_value_of_a_secret_field_is_replaced_whatever_stays(name: str) -> None:
    clean = Scrubber().scrub_json({name: "x-7Yq", "Below": {name: ["a9!"]}}, _nothing)
    assert clean == {name: "secret-1", "Below": {name: ["secret-2"]}}


@pytest.mark.parametrize(
    "name", ["AuthorizationService", "HotKeySequenceDisplay", "KeyUsage", "outlet.1.status"]
)
def test_a_field_that_only_sounds_like_a_secret_is_none(name: str) -> None:
    assert kind_of(name) == NAMES


@pytest.mark.parametrize("name", ["pin", "AccessToken", "password", "lcd_pin"])
def test_a_secret_that_is_a_number_is_replaced(name: str) -> None:
    assert Scrubber().scrub_json({name: 471199, "state": 1}, _nothing) == {name: 0, "state": 1}


@pytest.mark.parametrize("name", ["FirmwareUpdatePassword", "ModelLicenseKey", "vendorToken"])
def test_a_secret_is_no_word_about_the_product(name: str) -> None:
    assert not is_product(name)


@pytest.mark.parametrize("text", ["Jan", "May", "April June", "+49 12 34", "0151 12"])
@pytest.mark.parametrize("kind", [CONTACTS, LOCATIONS])
def test_a_contact_of_common_words_or_numbers_is_replaced(text: str, kind: str) -> None:
    assert text not in Scrubber().scrub_free_text(text, kind)


def test_the_login_is_replaced_in_the_name_of_a_member_that_stays() -> None:
    scrubber = Scrubber(["s3cret-Passw0rd"])
    assert scrubber.scrub_json({"s3cret-Passw0rd": 2}, lambda *_: True) == {"secret-1": 2}


# The form of `fwRevision` of a Xerus unit (pdumodel.Pdu.MetaData).
FIRMWARE = "4.0.21.5-50000"


@pytest.mark.parametrize("name", ["fwRevision", "FirmwareVersion", "ups.firmware", "version"])
def test_four_numbers_that_are_a_version_by_their_name_are_no_address(name: str) -> None:
    document = {name: FIRMWARE}
    assert Scrubber().scrub_json(document, lambda *_: True) == document


@pytest.mark.parametrize("name", ["fwVer", "fwver", "swRev", "FwRev", "ver", "hw_rev", "V"])
def test_a_short_word_for_a_version_counts_as_a_word_of_its_own(name: str) -> None:
    document = {name: FIRMWARE}
    assert Scrubber().scrub_json(document, lambda *_: True) == document


@pytest.mark.parametrize(
    "name", ["firmwareUpdateServer", "FirmwareServer", "versionDriver", "modelDev", "prev"]
)
def test_an_address_in_a_member_that_ends_like_a_version_is_replaced(name: str) -> None:
    clean = Scrubber().scrub_json({name: "10.77.5.9"}, lambda *_: True)
    assert clean == {name: "192.0.2.1"}


def test_an_address_behind_the_word_server_is_replaced() -> None:
    assert Scrubber().scrub_kept_text("NTP server: 10.77.5.9") == "NTP server: 192.0.2.1"


@pytest.mark.parametrize("text", [f"at {FIRMWARE}", "Linux 4.9 10.1.2.3"])
def test_an_address_behind_other_words_of_a_version_is_replaced(text: str) -> None:
    (clean,) = Scrubber().scrub_json({"version": text}, lambda *_: True).values()
    assert "192.0.2.1" in clean


def test_what_says_which_product_it_is_stays() -> None:
    for name in ("device.model", "ups.mfr", "Manufacturer", "FirmwareVersion", "fwRevision"):
        assert is_product(name), name
    for name in ("device.serial", "UserLabel", "name", "outlet.1.desc"):
        assert not is_product(name), name


def test_only_what_the_answers_depend_on_is_not_replaced() -> None:
    value_by_name = {"state": "Closed1", "owner": "Schmidt", "rack": "Reihe9"}

    def scrub(replaced_names: Any) -> dict[str, str]:
        clean = dict(value_by_name)
        for name in replaced_names:
            clean[name] = "-"
        return clean

    clean = replace_unread(value_by_name, scrub, lambda recording: recording["state"])
    assert clean == {"state": "Closed1", "owner": "-", "rack": "-"}


SECRETS_PROGRAM = """
from pdu.recordings.scrub import Scrubber
secrets = ["zulu-4411", "alfa-2200", "mike-7319", "kilo-6604"]
print(Scrubber(secrets=secrets).scrub_kept_text(" ".join(secrets)))
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_secrets_of_one_length_have_the_same_numbers_in_each_run(seed: str) -> None:
    """The order of a set of texts depends on the seed of their hashes."""
    program = [sys.executable, "-c", SECRETS_PROGRAM]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    output = subprocess.check_output(program, env=environment, text=True)
    assert output == "secret-4 secret-1 secret-3 secret-2\n"


@pytest.mark.parametrize("part", ["1.1.", "a=", "a.", "sn-", "aa:bb:", "a@", "a='", "<a>", 'a"b='])
def test_a_text_of_a_device_is_searched_in_linear_time(part: str) -> None:
    """In quadratic time, each of these would take minutes."""
    text = part * (300_000 // len(part))
    assert named_secrets(text) == []
    assert without_named_secrets(text, "secret") == text
    assert "secret" not in Scrubber().scrub_kept_text(text)


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (231.234567, 231.234567),
        (12345.678, 12345.678),
        (1700000000, 0),
        (12345678.0, 0.0),
        (999999, 999999),
        (1000000, 0),
    ],
)
def test_a_number_that_nobody_reads_keeps_its_fraction(number: float, kept: float) -> None:
    assert Scrubber().scrub_number(number, "voltage") == kept
    assert Scrubber().scrub_number(number, "latitude") == 0
