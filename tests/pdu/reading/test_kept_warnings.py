"""The warnings of handlers, kept for the reading during which they are logged."""

from __future__ import annotations

import logging
from typing import Any

from handlers.shared.address import Address
from pdu.loading.handler_loading import LoadedHandler
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.pdu_list.logins import ENVIRONMENT, DeviceLogin
from pdu.reading.polling import Target
from pdu.reading.reader_pool import read_all
from pdu_common.helper import PduView


class _Unknown:
    """A handler's object that logs the address of its PDU."""

    def __init__(self, address: str) -> None:
        self._address = address

    def status(self) -> PduView:
        for _ in range(2):
            logging.getLogger("any").warning(f"outlet 1: no state at {self._address}")
        return PduView([])


def test_each_warning_is_kept_once_for_the_pdu_that_was_read() -> None:
    def make(data: Any) -> _Unknown:
        return _Unknown(str(data.ip))

    handler = LoadedHandler("x", "x", make, (), False)
    log_handlers = list(logging.getLogger().handlers)
    login = DeviceLogin(ENVIRONMENT, {}, {})
    targets: list[Target] = []
    for number in range(1, 21):
        address = Address(f"192.0.2.{number}")
        targets.append(Target(ListedPdu(f"pdu {number}", "x", address), handler, login))
    for index, reading in read_all(targets):
        assert reading.warnings == (f"outlet 1: no state at {targets[index].device.address}",)
    assert logging.getLogger().handlers == log_handlers
