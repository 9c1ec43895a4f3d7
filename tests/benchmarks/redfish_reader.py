"""Calls the Redfish handler, in a separate process.

Takes lines of JSON: [method, host, port, user, password, PEM of the authority]. Answers each with
{"result": [seconds, number of outlets, load in A]} or {"error": traceback}. The load of a status is
null.
"""

from __future__ import annotations

import time
from typing import Any

from handlers.redfish import metering
from handlers.redfish.handler import make_handler
from pdu_common.connection import PduData
from tests.servers import orders

assert metering  # imported here, so that no measured time includes the import


def called(method: str, host: str, port: int, user: str, password: str, ca_pem: str) -> list[Any]:
    handler = make_handler(
        PduData(host, {"port": str(port), "username": user, "password": password, "ca_pem": ca_pem})
    )
    begin = time.perf_counter()
    view = getattr(handler, method)()
    return [time.perf_counter() - begin, len(view.ports), getattr(view, "load", None)]


if __name__ == "__main__":
    orders.take(called)
