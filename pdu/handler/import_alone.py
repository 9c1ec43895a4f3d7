"""Imports a handler's module in an interpreter that has nothing else, and calls make_handler.

`python -I -S -B import_alone.py PLATFORM FOLDER MODULE snmp|custom`: PLATFORM has `common` and
`pdu_common`, FOLDER the handler. Prints one line of JSON. Imports the standard library alone, and
runs on Python 3.9.
"""

import importlib
import json
import sys
from typing import Any

_WATCHED = (
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.posix_spawn",
    "os.fork",
)


def main(platform: str, folder: str, module_name: str, protocol: str) -> dict[str, Any]:
    """What was seen: `error` ("" if it loads), `base`, `sent`."""
    sys.path[:0] = [platform, folder]
    watched: list[str] = []
    watching = [False]

    def hook(event: str, _: tuple[Any, ...]) -> None:
        if watching[0] and event in _WATCHED:
            watched.append(event)

    sys.addaudithook(hook)
    try:
        make = importlib.import_module(module_name).make_handler
        connection = importlib.import_module("pdu_common.connection")
        if protocol == "snmp":
            data = connection.PduSnmpData("192.0.2.1", {"community": "public"})
        else:
            data = connection.PduData("192.0.2.1", {})
    except BaseException as error:  # noqa: B036 (anybody may have written it)
        return {"error": f"{type(error).__name__}: {error}"[:300], "entry": ""}
    watching[0] = True
    try:
        pdu = make(data)
    except BaseException as error:  # noqa: B036
        entry = f"make_handler raised {type(error).__name__}: {error}"[:300]
        return {"error": "", "entry": entry, "sent": watched}
    watching[0] = False
    bases = [base.__name__ for base in type(pdu).__mro__]
    methods = ("status", "port_up", "port_down", "statistic")
    missing = [name for name in methods if not callable(getattr(pdu, name, None))]
    return {
        "error": "",
        "entry": f"its object has no {', '.join(missing)}" if missing else "",
        "sent": watched,
        "base": "BasePdu" in bases or "BaseSnmpPdu" in bases,
    }


if __name__ == "__main__":
    found = json.dumps(main(*sys.argv[1:5]))
    sys.stdout.write(f"\n{found}\n")
    sys.stdout.flush()
