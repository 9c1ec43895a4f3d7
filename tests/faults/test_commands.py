"""A command that the device has carried out is sent once, whatever status its answer has.

The device obeys, and the relay replaces its answer to the command by one with another status: a
client that takes a status for "please repeat" (408, 425, 429) would switch twice.
"""

from __future__ import annotations

import importlib
from typing import Optional

import pytest

from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.faults.protocols import http, subject
from tests.faults.wire import Exchange

from .call import CONFIRM_S, PATIENT_S
from .catalogue import BY_KEY

# each class, those that ask for another try, and numbers that no document has (RFC 9110, 15)
STATUSES = (
    *(101, 199, 200, 202, 204, 207, 226, 299, 300, 301, 303, 304, 307, 308),
    *(400, 401, 403, 404, 405, 408, 409, 412, 417, 421, 423, 425, 426, 429, 431, 451, 499),
    *(500, 501, 502, 503, 504, 507, 508, 511, 520, 599, 600, 999),
)


@pytest.mark.parametrize("name", ["raritan", "redfish", "netio", "jaws", "synlink"])
def test_a_command_is_sent_once_whatever_status_its_answer_has(name: str) -> None:
    tried = subject(name)
    make = importlib.import_module(f"handlers.{name}.handler").make_handler
    for status in STATUSES:
        with tried.opened("") as device:
            before = len(device.truth().writes)

            def corruption(exchange: Exchange) -> Optional[bytes]:
                """Another status for the answer to the command, and to nothing else."""
                is_command = len(device.truth().writes) > before and not replaced
                replaced.extend([exchange] if is_command else [])
                return http.reply(status) if is_command else None

            replaced: list[Exchange] = []
            relay = tried.relay(device.port, BY_KEY["broken"], 0, corruption)
            settings = {**device.settings, "port": str(relay.port), "timeout": PATIENT_S}
            port = PduPortView(identity=tried.down, power_status=EnumPowerStatus.UNKNOWN)
            try:
                make(PduData("127.0.0.1", settings)).port_down(port, deadline=CONFIRM_S)
                assert port.power_status is not EnumPowerStatus.UP, status
            except Exception as error:
                assert getattr(error, "kind", None), (status, error)
            finally:
                relay.close()
            assert len(replaced) == 1, status
            assert len(device.truth().writes) == before + 1, status
