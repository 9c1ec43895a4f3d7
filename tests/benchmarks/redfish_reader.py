"""Calls the Redfish handler, in a process of its own.

A line of JSON in: [method, host, port, user, password, PEM of the authority]. A line out: {"result": [seconds, outlets, load]};
a status has no load.
"""
from __future__ import annotations

import json
import sys
import time
import traceback
from typing import Any, Dict, List

from handlers.redfish import metering
from handlers.redfish.handler import make_handler
from pdu_common.connection import PduData

assert metering             # imported by the first statistic otherwise


def called(method: str, host: str, port: int, user: str, password: str, ca_pem: str) -> List[Any]:
    handler = make_handler(PduData(host, {"port": str(port), "username": user, "password": password, "ca_pem": ca_pem}))
    begin = time.perf_counter()
    view = getattr(handler, method)()
    return [time.perf_counter() - begin, len(view.ports), getattr(view, "load", None)]


def main() -> None:
    for line in sys.stdin:
        try:
            answer: Dict[str, Any] = {"result": called(*json.loads(line))}
        except Exception:                   # whoever gave the order wants to see it, whatever it is
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
