"""How a handler's module is imported, and what it says of itself. The platform, DCImanager, has
modules `common` and `pdu_common` that handlers import; this project has folders of these names that
stand in for them, the double of the platform.

Three programs import handlers by this file: this one, one whose interpreter has nothing else
(pdu/workshop/handler/import_alone.py) and a local DCImanager (tests/processes/child.py). The last
two run this file by its path, so it imports the standard library alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Callable, NamedTuple, Optional

#: what a handler may raise: anybody may have written it
FOREIGN_ERRORS = (Exception, SystemExit)
_SETTING_FIELDS = ("key", "allowed", "read", "default", "help", "secret", "longest")

# what the vendor's page names without saying all that it has: classes, and functions of them
CLASSES = (
    "PduView|PduPortView|PduStatisticView|PduPortStatisticView|EnumPowerStatus|PduSnmpData|PduData"
    "|BasePdu|BaseSnmpPdu|Element|Oid|InversionDict|Logger"
)
FUNCTIONS = "snmp_get|snmp_set|snmp_walk|get_by_value|get_logger|waiter"
PLATFORM = r"(?:pdu_)?common(?:\.\w+)*"


class AskedSettings(dict[str, str]):
    """The settings that a handler is given: key → text. `_absent_keys` notes each key that the
    handler asks for and that is absent, to tell its KeyError from one about anything else.

    >>> settings = AskedSettings({"timeout": "5"})
    >>> try:
    ...     settings["device"]
    ... except KeyError as error:
    ...     settings.absent_key(error), settings.absent_key(KeyError("port"))
    ('device', '')
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        super().__init__(settings)
        self._absent_keys: list[str] = []

    def __missing__(self, key: str) -> str:
        self._absent_keys.append(key)
        raise KeyError(key)

    def absent_key(self, error: Optional[BaseException]) -> str:
        """The key of the setting that is missing, if `error` is the KeyError of a handler that
        asked for it; "" for any other error.
        """
        if not isinstance(error, KeyError) or len(error.args) != 1:
            return ""
        key = error.args[0]
        return str(key) if key in self._absent_keys else ""


class Entry(NamedTuple):
    """What a handler's module says of itself: its function make_handler, the settings that it
    declares, and the module that defines make_handler, which may be another one (`home`).
    """

    make: Callable[[object], Any]
    settings: Sequence[Any]
    home: ModuleType


def import_handler(name: str) -> ModuleType:
    """Imports and returns the handler's module that has the import path `pdu_acme.handler`, or that
    is the file `/srv/acme.py`, which need not be in a package. Raises what the module's code
    raises.

    A module from a file is not entered in sys.modules: a platform may not enter it either.
    """
    if not name.endswith(".py"):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location("uploaded", name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entry_of(module: ModuleType) -> Optional[Entry]:
    """What a handler's module says of itself; None if it has no function make_handler.

    >>> entry_of(ModuleType("acme"))
    >>> acme = ModuleType("acme")
    >>> acme.make_handler = len
    >>> entry_of(acme).settings
    ()
    """
    make = getattr(module, "make_handler", None)
    if not callable(make):
        return None
    home_name = getattr(make, "__module__", "")
    home = sys.modules.get(home_name, module)
    settings = _settings(getattr(home, "SETTINGS", ()))
    return Entry(make=make, settings=settings, home=home)


def _settings(value: Any) -> Sequence[Any]:
    """The settings in `value`, the module's SETTINGS; () if that is no list or tuple of settings:
    another pack may use the name for other data. What has the attributes of a setting is one,
    because an archive has a class of its own.

    >>> _settings(["timeout"]), _settings({"timeout": 5})
    ((), ())
    """
    if not isinstance(value, (tuple, list)):
        return ()
    for row in value:
        if not all(hasattr(row, field) for field in _SETTING_FIELDS):
            return ()
    return tuple(value)


def missing_platform_name(error: BaseException, own_class: str = "") -> str:
    """The name that a handler uses of the platform's modules and that the double here does not
    have, as the error tells it; "" if the error is about something else. DCImanager may have the
    name. `own_class`: the name of the handler's class, which inherits from a class of the platform.

    >>> missing_platform_name(ImportError("No module named 'pdu_common.relay'"))
    "'pdu_common.relay'"
    >>> missing_platform_name(ImportError("No module named 'requests'"))
    ''
    """
    text = str(error)
    if isinstance(error, ImportError):
        match = re.match(rf"(No module named|cannot import name .* from) '{PLATFORM}'", text)
        return match[0].removeprefix("No module named ") if match else ""
    last_line = _last_line(error)
    if last_line is None or re.match(PLATFORM, last_line.module):
        return ""  # the error is one of the double's own code
    if isinstance(error, AttributeError):
        match = _absent_attribute(text, last_line.line, own_class or "BasePdu")
    elif isinstance(error, TypeError):
        match = _absent_parameter(text, last_line.line)
    else:
        return ""
    return match[0].strip() if match else ""


def _absent_attribute(text: str, line: str, own_class: str) -> Optional[re.Match[str]]:
    """The part of an AttributeError's text, or of the handler's source `line`, that names what a
    class or module of the platform does not have; None if the error is about another object. Of a
    state, the text is its name alone, and the line says that it is one of EnumPowerStatus.

    >>> _absent_attribute("'PduView' object has no attribute 'model'", "", "Acme")[0]
    "'PduView' object has no attribute 'model'"
    >>> _absent_attribute("FAULT", "state = EnumPowerStatus.FAULT", "Acme")[0]
    'EnumPowerStatus.FAULT'
    >>> _absent_attribute("'Relay' object has no attribute 'on'", "relay.on()", "Acme")
    """
    classes = f"{CLASSES}|{PLATFORM}|{re.escape(own_class)}"
    fault = r"(?:object )?has no attribute '(?!_|snmp_params').*"
    match = re.search(rf"'(?:{classes})' {fault}", text)
    return match or re.search(rf"EnumPowerStatus\.{re.escape(text)}\b", line)


def _absent_parameter(text: str, line: str) -> Optional[re.Match[str]]:
    """The part of a TypeError's text, or of the handler's source `line`, that names a function or a
    class of the platform which was called with parameters that it does not have; None if the error
    is about another one. Python before 3.12 does not name the class, so the line is searched.

    >>> _absent_parameter("snmp_get() got an unexpected keyword argument 'retries'", "")[0]
    "snmp_get() got an unexpected keyword argument 'retries'"
    >>> _absent_parameter("read() takes 1 positional argument", "read(1)")
    """
    fault = r"\(\) (?:got an unexpected|missing|takes) .*"
    match = re.search(rf"\b(?:{FUNCTIONS}|(?:{CLASSES})\.__init__){fault}", text)
    if match is None and re.match(f"__init__{fault}", text):
        match = re.search(rf"\b(?:{CLASSES})\(.*", line)
    return match


class _SourceLine(NamedTuple):
    r"""A line of source and its module: `_SourceLine("pdu_acme.handler", "    state =
    relay.read()\n")`.
    """

    module: str
    line: str


def _last_line(error: BaseException) -> Optional[_SourceLine]:
    """The line of source at which an error was raised; None for an error that was not raised. Lines
    of Python's `enum` are left out: of an unknown state, the line that asked for it is returned.

    >>> _last_line(ValueError("not raised"))
    """
    last_line = None
    for frame, line_number in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "")
        if module != "enum":
            line = linecache.getline(frame.f_code.co_filename, line_number)
            last_line = _SourceLine(module, line)
    return last_line
