"""Imports a handler's module in an interpreter that has nothing else, and calls make_handler.

`python -I -S -B import_alone.py PLATFORM FOLDER MODULE PROTOCOL`: PLATFORM has `common` and
`pdu_common`, FOLDER the handler; PROTOCOL is `snmp` or `custom`; standard input has the handler
settings as JSON. Prints an `Outcome` as one line of JSON. Imports the standard library alone, and
runs on Python 3.9.
"""

import importlib
import inspect
import json
import re
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

_LOADER = Path(__file__).resolve().parents[2] / "loading" / "handler_module.py"

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


class Outcome(NamedTuple):
    """What came of the import and of make_handler; "" and nothing for what was not reached.

    >>> Outcome(error="ModuleNotFoundError: No module named 'requests'", absent_module="requests")
    ... # doctest: +ELLIPSIS
    Outcome(error="ModuleNotFoundError: No module named 'requests'", entry='', ..., has_base=False)
    """

    #: the error of the import
    error: str = ""
    #: what is wrong with make_handler or with its object
    entry: str = ""
    #: the handler setting that make_handler wants and was not given
    setting: str = ""
    #: what the platform's double lacks for them
    missing_platform_name: str = ""
    #: the module that an import did not find, or in which it did not find a name
    absent_module: str = ""
    #: what make_handler did, by Python's audit events
    events: Sequence[str] = ()
    #: whether its object has one of the platform's classes
    has_base: bool = False


def main(platform: str, folder: str, module_name: str, protocol: str) -> Outcome:
    """Import the handler, and call its make_handler for a PDU at 192.0.2.1, where nothing answers.
    Returns what came of it. `platform`: the folder of common and pdu_common; `folder`: that of the
    handler; `module_name`: such as "handler_dir.my_handler"; `protocol`: "snmp" or "custom".

        the handler                          result
        cannot be imported                   Outcome(error="ModuleNotFoundError: ...", ...)
        raises in make_handler               Outcome(entry="make_handler raised ValueError: ...")
        has an object without port_up        Outcome(entry="make_handler's object has no port_up")
        is as the page wants it              Outcome(has_base=True)
    """
    loader = runpy.run_path(str(_LOADER))
    sys.path[:0] = [platform, folder]
    try:
        module = loader["import_handler"](module_name)
        entry = loader["entry_of"](module)
        if entry is None:
            return Outcome(error="it has no make_handler, which DCImanager calls")
        data = _pdu_data(protocol, loader["AskedSettings"])
    except BaseException as error:  # noqa: B036 (anybody may have written it)
        return Outcome(
            error=f"{type(error).__name__}: {error}"[:300],
            missing_platform_name=loader["missing_platform_name"](error),
            absent_module=_absent_module(error),
        )
    events = _watched_events()
    try:
        pdu = entry.make(data)
    except BaseException as error:  # noqa: B036
        return Outcome(
            entry=f"make_handler raised {type(error).__name__}: {error}"[:300],
            setting=data.custom_params.absent_key(error),
            missing_platform_name=loader["missing_platform_name"](error),
            events=events,
        )
    base_names = {base.__name__ for base in type(pdu).__mro__}
    return Outcome(
        entry=_object_problem(pdu),
        events=events,
        has_base=not base_names.isdisjoint(("BasePdu", "BaseSnmpPdu")),
    )


def _watched_events() -> list[str]:
    """A list to which the name of each audit event of _WATCHED is added from now on. Empty at
    first; ["socket.connect"] after make_handler has asked a device.
    """
    events: list[str] = []

    def note(event: str, _: tuple[Any, ...]) -> None:
        if event in _WATCHED:
            events.append(event)

    sys.addaudithook(note)
    return events


def _pdu_data(protocol: str, make_settings: Any) -> Any:
    """The argument of make_handler for a PDU at 192.0.2.1: a PduSnmpData for the protocol "snmp",
    else a PduData. The settings are read from standard input, and wrapped by `make_settings`, which
    notes a setting that is asked for and absent.
    """
    connection = importlib.import_module("pdu_common.connection")
    settings = make_settings(json.load(sys.stdin))
    if protocol == "snmp":
        return connection.PduSnmpData("192.0.2.1", {"community": "public"}, settings)
    return connection.PduData("192.0.2.1", settings)


def _absent_module(error: BaseException) -> str:
    """The module that an import did not find, or in which the handler did not find a name, as in a
    package of another version; "" for another error.

    >>> _absent_module(ModuleNotFoundError("No module named 'requests'", name="requests"))
    'requests'
    >>> _absent_module(AttributeError("module 'pysnmp.hlapi' has no attribute 'nextCmd'"))
    'pysnmp.hlapi'
    >>> _absent_module(KeyError("port"))
    ''
    """
    if isinstance(error, ImportError):
        return error.name or ""
    match = re.match(r"module '([\w.]+)' has no attribute", str(error))
    if match is None or not isinstance(error, AttributeError):
        return ""
    return match[1]


def _object_problem(pdu: object) -> str:
    """Which of the four methods the object of make_handler lacks, or has as something that
    DCImanager cannot call; "" for none.

    >>> _object_problem(object())
    "make_handler's object has no status, port_up, port_down, statistic"
    """
    problems = []
    absent_names = []
    for name in ("status", "port_up", "port_down", "statistic"):
        attribute = getattr(type(pdu), name, None)
        if isinstance(attribute, property):  # whose code would ask the device now
            problems.append(f"{name} is a property; the page wants a method")
        elif inspect.iscoroutinefunction(attribute):
            problems.append(f"{name} is a coroutine; DCImanager calls plain methods")
        elif not callable(getattr(pdu, name, None)):
            absent_names.append(name)
    if absent_names:
        problems.append(f"make_handler's object has no {', '.join(absent_names)}")
    return "; ".join(problems)


if __name__ == "__main__":
    outcome = main(*sys.argv[1:5])
    sys.stdout.write(f"\n{json.dumps(outcome._asdict())}\n")
    sys.stdout.flush()
