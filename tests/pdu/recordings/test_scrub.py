"""Scrubbing: which values are replaced, which stay, and that equal values get equal
replacements.
"""

from __future__ import annotations

import ipaddress
import re

import pytest

from pdu.recordings.private_patterns import (
    ADDRESSES,
    CONTACTS,
    LOCATIONS,
    NAMES,
    SECRETS,
    SERIALS,
    kind_of,
)
from pdu.recordings.scrub import Scrubber


@pytest.mark.parametrize(
    "text, clean",
    [
        ("Outlet 7", "Outlet 7"),
        ("SN: 5A1234E00001 MN:AP8959", "SN: serial-1 MN:AP8959"),
        ("192.168.1.7", "192.0.2.1"),
        ("SN-1234567890", "SN-serial-1"),
        ("0011010010", "0011010010"),
        ("20240501", "20240501"),
        ("Rittal SN 34260505", "Rittal SN serial-1"),
        ("v10.1.2, 3.6.10.5", "v10.1.2, 3.6.10.5"),
        ("firmware 4.200.10.77", "firmware 4.200.10.77"),
        ("255.255.255.0", "255.255.255.0"),
        ("001a.2b3c.4d5e", "0200.0000.0001"),
        ("mac=001a2b3c4d5e", "mac=020000000001"),
        ("1234.5678.9012", "1234.5678.9012"),
        ("00:c0:b7:12:34:56", "02:00:00:00:00:01"),
        ("00-C0-B7-12-34-56", "02-00-00-00-00-01"),
        ("1,0,1,1,0,1,0,1,1,1", "1,0,1,1,0,1,0,1,1,1"),
        ("mail noc@acme.example now", "mail host-1.example now"),
        ("fe80::1:2", "2001:db8::1"),
        ("12:30:59", "12:30:59"),
        ("80 00 00 00 00 00 00 00", "80 00 00 00 00 00 00 00"),
        ("1234567890", "1234567890"),
        ("", ""),
        ("  ", "  "),
        ("MAC 00:C0:B7:12:34:56", "MAC 02:00:00:00:00:01"),
        ("MAC:00:C0:B7:12:34:56 IP", "MAC:02:00:00:00:00:01 IP"),
        ("eth 0 001a2b3c4d5e up", "eth 0 020000000001 up"),
        ("24-01-02 03:04:05", "24-01-02 03:04:05"),
        ("00:11:22:33:44:55::1", "2001:db8::1"),
        ("550e8400-e29b-41d4-a716-446655440a00", "550e8400-e29b-41d4-a716-446655440a00"),
        ("SMTP Server: 10.1.2.3", "SMTP Server: 192.0.2.1"),
        ("fwVer: 10.1.2.3, V10.1.2.3", "fwVer: 10.1.2.3, V10.1.2.3"),
        ("10.1.2.3-10.1.2.9", "192.0.2.1-192.0.2.2"),
        ("4.200.10.77-23", "4.200.10.77-23"),
        ("IPv6:fe80::1", "IPv6:2001:db8::1"),
        ("010.001.002.003 10.1.2.3", "192.0.2.1 192.0.2.1"),
        ("255.255.255.000", "255.255.255.000"),
        ("from ::ffff:10.0.0.1 to fe80::1", "from ::ffff:192.0.2.1 to 2001:db8::1"),
    ],
)
def test_only_what_looks_like_an_address_or_a_serial_number_is_replaced_in_a_text(
    text: str, clean: str
) -> None:
    assert Scrubber().text(text) == clean


def test_a_learned_value_is_replaced_everywhere_by_the_same_text() -> None:
    scrubber = Scrubber()
    assert (
        scrubber.learn(NAMES, "db-master") == "name-1" and scrubber.learn(NAMES, "web") == "name-2"
    )
    assert scrubber.text("feeds db-master, web; not webmail") == "feeds name-1, name-2; not webmail"
    assert scrubber.text("10.1.2.3 and 10.1.2.4, 10.1.2.3") == "192.0.2.1 and 192.0.2.2, 192.0.2.1"


@pytest.mark.parametrize(
    "written",
    ["00:1a:2b:3c:4d:5e", "001a2b3c4d5e", "001a.2b3c.4d5e", "001A2B3C4D5E", "00 1A 2B 3C 4D 5E"],
)
def test_a_mac_address_has_one_stand_in_in_every_form(written: str) -> None:
    scrubber = Scrubber()
    found = scrubber.json({"MACAddress": written})["MACAddress"]
    assert re.sub("[ :.]", "", found) == "020000000001" and re.sub("[0-9a-f]", "", found) == re.sub(
        "[0-9A-Fa-f]", "", written
    )
    assert scrubber.text("MAC 00:1A:2B:3C:4D:5E") == "MAC 02:00:00:00:00:01"
    assert scrubber.arcs((7, 6, 0, 0x1A, 0x2B, 0x3C, 0x4D, 0x5E)) == (7, 6, 2, 0, 0, 0, 0, 1)


def test_a_learned_value_is_replaced_in_upper_and_lower_case_too() -> None:
    scrubber = Scrubber(host="PDU-Berlin-7.kunde.example")
    scrubber.learn(NAMES, "Müller Web")
    assert (
        scrubber.text("pdu-berlin-7 at PDU-BERLIN-7.Kunde.Example feeds MÜLLER WEB")
        == "name-1 at host-1.example feeds name-2"
    )
    assert scrubber.text("müller website, Pdu-Berlin-77") == "müller website, Pdu-Berlin-77"
    # two outlets keep different names
    assert scrubber.learn(NAMES, "web-shop") != scrubber.learn(NAMES, "Web-Shop")
    assert scrubber.text("web-shop Web-Shop WEB-SHOP") == "name-3 name-4 name-3"


def test_a_short_name_in_another_case_is_kept_because_it_could_be_a_word() -> None:
    scrubber = Scrubber()
    scrubber.learn(NAMES, "nas")
    assert scrubber.text("nas: NAS-Port, Nas") == "name-1: NAS-Port, Nas"


def test_letters_with_the_same_upper_case_count_as_equal_in_a_learned_value() -> None:
    scrubber = Scrubber()
    scrubber.learn(NAMES, "linz-ost")
    # a dotless i and a long s: in upper case, I and S
    assert scrubber.text("L\u0131NZ-O\u017fT") == "name-1"


def test_the_first_part_of_a_full_host_name_is_also_replaced_alone() -> None:
    scrubber = Scrubber(host="pdu-berlin-7.kunde.example:8443", user="mschmidt")
    assert scrubber.text("Linux pdu-berlin-7 5.4") == "Linux name-2 5.4"
    assert (
        scrubber.text("https://pdu-berlin-7.kunde.example/ as mschmidt")
        == "https://host-1.example/ as name-1"
    )


def test_a_common_user_name_and_the_loopback_address_stay() -> None:
    assert (
        Scrubber(user="admin", host="127.0.0.1").text("admin at 127.0.0.1") == "admin at 127.0.0.1"
    )


def test_a_name_that_is_part_of_a_well_known_path_stays_there() -> None:
    """Unit 2 of a Xerus unit is below /link/2."""
    path = "/link/2/cascade"
    assert Scrubber(user="link", host="cascade.example").text(path) == path


def test_every_text_inside_a_location_or_a_contact_is_replaced_except_links() -> None:
    given = {
        "Location": {
            "PostalAddress": {"POBox": "Postfach 7", "Landmark": "Dom"},
            "Placement": {"Rack": "Reihe9"},
            "Info": "Hof",
            "Latitude": 50.9,
            "@odata.id": "/redfish/v1/Here",
        },
        "Contacts": [{"PhoneNumber": "+49 221 7", "ContactName": "Schmidt"}],
        "Model": "Dom",
    }
    found = Scrubber().json(given)
    assert found["Location"] == {
        "PostalAddress": {"POBox": "location-1", "Landmark": "location-2"},
        "Placement": {"Rack": "location-3"},
        "Info": "location-4",
        "Latitude": 0.0,
        "@odata.id": "/redfish/v1/Here",
    }
    assert (
        found["Contacts"] == [{"PhoneNumber": "contact-1", "ContactName": "contact-2"}]
        and found["Model"] == "location-2"
    )


def test_an_address_in_the_name_of_a_member_is_replaced() -> None:
    found = Scrubber().json(
        {"10.20.30.40": {"state": "up"}, "00:c0:b7:12:34:56": 1, "Members@odata.count": 2}
    )
    assert found == {"192.0.2.1": {"state": "up"}, "02:00:00:00:00:01": 1, "Members@odata.count": 2}


@pytest.mark.parametrize("secret", ["admin123", "PDU-2024", "outlet_7", "Pa55word"])
def test_a_secret_is_replaced_inside_a_text_unless_it_is_a_common_word_or_number(
    secret: str,
) -> None:
    assert (
        Scrubber((SECRETS,), (None, "", secret)).text(f"log in with {secret}.")
        == "log in with secret-1."
    )
    assert Scrubber(secrets=("public", "1234", "on")).text("public 1234 on") == "public 1234 on"


def test_a_secret_without_a_stand_in_stays_in_a_text() -> None:
    found = Scrubber(secrets=("127.0.0.1", "admin123", "secret-1")).text(
        "127.0.0.1 admin123 secret-1"
    )
    assert found == "127.0.0.1 secret-1 secret-1"


@pytest.mark.parametrize(
    "value, clean",
    [
        ("10.20.30.40", "192.0.2.1"),
        ("Switch 10.20.30.40", "Switch 192.0.2.1"),
        ("admin123", "secret-1"),
        ("Port 00:1a:2b:3c:4d:5e", "Port 02:00:00:00:00:01"),
        ("PDU 1234567890123", "PDU serial-1"),
        ("5A1234567", "name-1"),
        ("1234567890", "serial-1"),
        ("Outlet 12", "Outlet 12"),
        ("PDU 20261122", "PDU 20261122"),
    ],
)
def test_addresses_serials_and_secrets_are_replaced_in_names_of_common_words_and_numbers(
    value: str, clean: str
) -> None:
    scrubber = Scrubber(host="10.20.30.40", secrets=("admin123",))
    assert scrubber.json({"UserLabel": value}) == {"UserLabel": clean}


@pytest.mark.parametrize("kind", [NAMES, LOCATIONS, CONTACTS, SECRETS, SERIALS])
def test_the_stand_in_of_an_address_is_an_address_whatever_it_was_learned_as(kind: str) -> None:
    scrubber = Scrubber()
    assert (
        scrubber.stand_in(kind, "00:c0:b7:ab:cd:ef")
        == scrubber.learn(ADDRESSES, "00:c0:b7:ab:cd:ef")
        == "02:00:00:00:00:01"
    )
    assert scrubber.stand_in(kind, "10.20.30.40") == scrubber.address("10.20.30.40") == "192.0.2.1"


def test_a_thousand_addresses_have_a_thousand_stand_ins() -> None:
    scrubber = Scrubber()
    found = {scrubber.text(f"10.1.{n // 250}.{n % 250 + 1}") for n in range(1000)}
    assert len(found) == 1000 and all(ipaddress.ip_address(one).is_private for one in found)


def test_a_replacement_is_not_replaced_again() -> None:
    scrubber = Scrubber()
    once = scrubber.text("00:c0:b7:12:34:56 10.0.0.77 fe80::1 SN: AB1234567 x@y.example")
    assert scrubber.text(once) == once


@pytest.mark.parametrize("name", ["on", "Off", "1", "17", "Outlet 3", "230", "L1", "Normal"])
def test_common_words_and_numbers_are_kept_because_they_could_be_states_or_figures(
    name: str,
) -> None:
    scrubber = Scrubber()
    assert (
        scrubber.learn(NAMES, name) == name
        and scrubber.text(f"{name} and {name}") == f"{name} and {name}"
    )


def test_kinds_in_keep_are_not_replaced_except_secrets() -> None:
    scrubber = Scrubber((ADDRESSES, SERIALS, NAMES, SECRETS))
    assert (
        scrubber.text("10.0.0.77 SN: AB1234567") == "10.0.0.77 SN: AB1234567"
        and scrubber.learn(NAMES, "mine") == "mine"
    )
    assert Scrubber((NAMES, ADDRESSES)).learn(SECRETS, "pa55word") == "secret-1"


@pytest.mark.parametrize(
    "key, kind",
    [
        ("serialNumber", SERIALS),
        ("device.serial", SERIALS),
        ("ctrlBoardSerial", SERIALS),
        ("SerialNumber", SERIALS),
        ("macAddress", ADDRESSES),
        ("device.macaddr", ADDRESSES),
        ("HostName", ADDRESSES),
        ("driver.parameter.port", ADDRESSES),
        ("driver.parameter.community", SECRETS),
        ("ups.id", NAMES),
        ("outlet.3.id", None),
        ("outlet.3.desc", NAMES),
        ("name", NAMES),
        ("UserLabel", NAMES),
        ("device.contact", CONTACTS),
        ("ambient.contacts.1.status", None),
        ("ambient.contacts.1.name", NAMES),
        ("Password", SECRETS),
        ("outlet.3.status", None),
        ("device.model", None),
        ("powerState", None),
        ("label", None),
        ("input.current", None),
        ("ups.mfr", None),
    ],
)
def test_members_and_variables_are_classified_by_their_names(key: str, kind: object) -> None:
    assert kind_of(key) == kind


def test_an_address_or_a_name_that_an_index_encodes_is_replaced() -> None:
    scrubber = Scrubber()
    scrubber.text("10.20.30.40")
    scrubber.learn(NAMES, "alpha")
    assert scrubber.arcs((3, 1, 10, 20, 30, 40)) == (3, 1, 192, 0, 2, 1)
    assert scrubber.arcs((7, 5, *b"alpha", 2)) == (7, 6, *b"name-1", 2)
    scrubber.learn(NAMES, "Büro")
    for coded in ("Büro".encode(), "Büro".encode("latin-1")):
        assert scrubber.arcs((7, len(coded), *coded, 2)) == (7, 6, *b"name-2", 2)
    scrubber.text("fd00:12:34::7")
    assert (
        bytes(scrubber.arcs((2, 16, *bytes.fromhex("fd000012003400000000000000000007")))).hex()
        == "021020010db8000000000000000000000001"
    )
    # small arcs are too common to be taken for an address
    scrubber.learn(ADDRESSES, "1.1.1.1")
    assert scrubber.arcs((4, 1, 1, 1, 1, 1)) == (4, 1, 1, 1, 1, 1)
    stand_in = bytes.fromhex(scrubber.learn(ADDRESSES, "00:c0:b7:12:34:56").replace(":", ""))
    assert scrubber.arcs((1, 0, 0xC0, 0xB7, 0x12, 0x34, 0x56)) == (1, *stand_in)


def test_a_name_in_capitals_is_replaced_although_it_then_has_more_letters() -> None:
    scrubber = Scrubber()
    scrubber.learn(NAMES, "Baustraße")
    assert scrubber.text("BAUSTRASSE baustraße BAUSTRASSEN") == "name-1 name-1 BAUSTRASSEN"


def test_a_serial_number_that_is_a_json_number_is_replaced_like_its_text() -> None:
    scrubber = Scrubber()
    data = {
        "enclosureSerialNumber": 1024122712,
        "bankId": 286331153,
        "outlets": [{"id": "1-286331153", "energy": 286331.153, "index": 1}],
        "port": True,
    }
    assert scrubber.twice(lambda: scrubber.json(data)) == {
        "enclosureSerialNumber": "serial-1",
        "bankId": "serial-2",
        "outlets": [{"id": "1-serial-2", "energy": 286331.153, "index": 1}],
        "port": True,
    }
    kept = Scrubber([SERIALS])
    assert kept.twice(lambda: kept.json(data)) == data
