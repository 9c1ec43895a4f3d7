"""The texts of errors over SNMP: the reason, without what differs between equal failures."""

from __future__ import annotations

import socket

import pytest

from handlers.shared.errors import Unreachable
from handlers.snmp.handler import make_handler
from pdu_common.connection import PduSnmpData


def test_equal_errors_of_several_units_are_equal_texts_without_a_class_of_ours() -> None:
    reasons = set()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.2", first.getsockname()[1]))
        form = {"community": "public", "port": str(first.getsockname()[1]), "timeout": "0.2"}
        for address in ("127.0.0.1", "127.0.0.2"):
            with pytest.raises(Unreachable) as raised:
                make_handler(PduSnmpData(address, {**form, "retries": "0"})).status()
            reasons.add(raised.value.reason)
            text = str(raised.value)
            assert text.startswith(f"{address}:{form['port']}: read: no answer over SNMP")
            assert text.endswith(" (1.3.6.1.2.1.1.2.0)")  # the OID of sysObjectID after the words
    (reason,) = reasons
    assert reason.startswith("no answer over SNMP: check the address")
    assert "Snmp" not in reason
