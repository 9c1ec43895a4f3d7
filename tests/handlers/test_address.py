from __future__ import annotations

import copy
import json
import pickle
from typing import Optional

import pytest

from handlers.http.client import endpoint
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError


@pytest.mark.parametrize(
    "text, host, port",
    [
        ("192.0.2.7", "192.0.2.7", None),
        ("192.0.2.7:3493", "192.0.2.7", 3493),
        (" pdu.example:80 ", "pdu.example", 80),
        ("[2001:db8::7]", "2001:db8::7", None),
        ("[2001:db8::7]:443", "2001:db8::7", 443),
        ("2001:db8::7", "2001:db8::7", None),
        ("::1", "::1", None),
        ("pdu:x", "pdu:x", None),
        ("pdu:", "pdu:", None),
        ("", "", None),
        ("pdu:123456", "pdu", 123456),
        ("pdu:1234567890", "pdu:1234567890", None),
    ],
)
def test_port_and_brackets_are_split_from_an_address(
    text: str, host: str, port: Optional[int]
) -> None:
    address = Address(text)
    assert (address.host, address.port) == (host, port)


# glibc's getaddrinfo uses only the lower 16 bits of a port above 65535: 443 for 65536 + 443.
@pytest.mark.parametrize("port", [-1, 0, 65536, 65536 + 443])
def test_a_port_outside_1_to_65535_is_an_error_that_names_it(port: int) -> None:
    with pytest.raises(SettingsError, match=f"the port is {port}; give 1 to 65535"):
        endpoint("https", "192.0.2.7", port)


def test_an_address_is_its_text_and_keeps_its_parts_when_it_is_passed_on() -> None:
    address = Address("[2001:db8::7]:443")
    assert address == "[2001:db8::7]:443" and json.dumps([address]) == '["[2001:db8::7]:443"]'
    assert Address(address) is address
    for copied_address in (pickle.loads(pickle.dumps(address)), copy.deepcopy(address)):
        assert type(copied_address) is Address
        assert (copied_address, copied_address.host, copied_address.port) == (
            address,
            "2001:db8::7",
            443,
        )
