"""Readings while the server waits for a driver."""

from __future__ import annotations

import threading

import pytest

from tests.handlers.nut.clients import client
from tests.handlers.nut.protocol_table import request_of
from tests.simulators.nut_server import Driver, NutServer
from tests.waiting import finished


@pytest.mark.parametrize(
    "words",
    [
        "list_var pdu",
        "get_var pdu outlet.1.status",
        "list_cmd pdu",
        "list_rw pdu",
        "get_type pdu outlet.1.desc",
        "list_enum pdu outlet.1.desc",
        "list_range pdu outlet.1.desc",
        "",
    ],
)
def test_a_reading_during_wait_returns_the_values_that_follow(
    server: NutServer, words: str
) -> None:
    with client(server) as nut:

        def read() -> object:
            if words:
                return nut.answer(request_of(words))
            return nut.snapshots(["pdu"], writable=True)

        expected = read()
        server.faults.drivers["pdu"] = Driver.WAITED_FOR
        ends = threading.Timer(0.2, server.faults.drivers.clear)
        ends.start()
        assert read() == expected
        finished(ends)
        requests_before = server.books().requests
        read()
        assert server.books().requests == requests_before + 1
