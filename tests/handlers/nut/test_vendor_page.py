"""Each example of PyNUTClient's page runs as it is, but for the server's address and login, on a
simulated server and on a real upsd.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from typing import Any, Union

import pytest

from handlers.nut.requests import get_var
from tests import vendor_pages
from tests.handlers.nut.clients import client
from tests.servers import upsd
from tests.servers.upsd import Upsd
from tests.simulators.nut_server import ADMIN, NutServer, StaticDevice
from tests.waiting import until

VARIABLES = {
    "device.type": "ups",
    "ups.status": "OL",
    "battery.date": "10/25/07",
    "ups.id": "test",
}
# the page also writes `ups1`: a server ignores the case of names
NAME = "UPS1"
# dummy-ups has this command, and none of those on the page
COMMANDS = {"simulator": "test.panel.start", "upsd": "load.off"}
Server = Union[NutServer, Upsd]


@pytest.fixture(params=["simulator", pytest.param("upsd", marks=pytest.mark.against("NUT upsd"))])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server, Any]]:
    """The kind of the server, the server, and its user."""
    if request.param == "upsd":
        with Upsd([upsd.dummy(NAME, VARIABLES, "a UPS")]) as real:
            yield request.param, real, upsd.ADMIN
        return
    writable = ["battery.date", "ups.id"]
    commands = list(COMMANDS.values())
    device = StaticDevice(NAME, VARIABLES, commands, writable, "a UPS")
    with NutServer([device], [ADMIN]) as simulated:
        yield request.param, simulated, ADMIN


def test_each_example_of_pynutclients_page_runs_on_a_server(
    served: tuple[str, Server, Any],
) -> None:
    kind, server, user = served
    connect = re.compile(r"host='\w+', login='upsadmin', password='upspass'")
    results = []
    for example in vendor_pages.examples("002"):
        code = example.code.replace("import PyNUT", "from handlers.nut import pynut as PyNUT")
        code = code.replace("test.panel.start", COMMANDS[kind])
        here = f"{server.host!r}, {server.port}, login={user.name!r}, password={user.password!r}"
        code, count = connect.subn(here, code)
        assert count == 1
        names: dict[str, Any] = {}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile("\n" * (example.line - 1) + code, example.page, "exec"), names)  # noqa: S102  # the vendor's own
        assert out.getvalue() == f"{names['result']}\n"
        results.append(names["result"])
        names["ups"].close()
    # in the order of the page
    available, writable, writable_too, devices, device_names, variables, ran, written = results
    assert available is True
    assert writable == writable_too
    assert writable[b"battery.date"] == b"10/25/07"
    assert writable[b"ups.id"] == b"test"
    assert devices == {NAME.encode(): b"a UPS"}
    assert set(device_names) == {NAME}
    assert variables[b"ups.status"] == b"OL"
    assert ran == written == "OK"
    with client(server, user) as nut:
        # upsd answers OK before the driver has stored the value
        assert until(lambda: nut.answer(get_var(NAME, "battery.date")) == "06/17/08")
