"""Engine IDs of SNMP in a text (RFC 3411, 5): the address inside is replaced, in each format."""

from __future__ import annotations

import ipaddress

import pytest

from pdu.recordings.scrub import Scrubber

_BEGIN = "80001f88"


@pytest.mark.parametrize("gap", ["", " ", ":"])
@pytest.mark.parametrize("kind, length", [(1, 4), (2, 16), (3, 6)])
def test_an_address_in_an_engine_id_is_replaced(kind: int, length: int, gap: str) -> None:
    address = {
        1: ipaddress.ip_address("10.20.30.40").packed,
        2: ipaddress.ip_address("fd12:3456:789a::77").packed,
        3: bytes.fromhex("00c0b7a1b2c3"),
    }[kind]
    octets = bytes.fromhex(_BEGIN) + bytes([kind]) + address
    assert len(address) == length
    clean = Scrubber().text(f"engine {gap.join(f'{octet:02x}' for octet in octets)} end")
    written = bytes.fromhex(clean.removeprefix("engine ").removesuffix(" end").replace(":", " "))
    assert written[:5] == octets[:5] and len(written) == len(octets)
    stand_in = written[5:]
    assert {
        1: stand_in[:3] == bytes([192, 0, 2]),
        2: stand_in[:4] == bytes.fromhex("20010db8"),
        3: stand_in[0] == 2,
    }[kind], clean


def test_an_engine_id_without_an_address_stays() -> None:
    text = f"engine {_BEGIN}04{b'abcd'.hex()} end"
    assert Scrubber().text(text) == text
