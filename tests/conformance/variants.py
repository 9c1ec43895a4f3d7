"""Plausible forms of the platform. Each variant is a form of one undocumented point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from handlers import registry
from tests.peers import PEERS, Peer
from tests.servers.snmpd import Snmpd, User
from tests.simulators.books import Books
from tests.simulators.snmp_agent import Model
from tests.simulators.snmp_agent.device import arcs, from_text
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_agent.devices.servertech import sentry3

from . import pysnmp_calls, trial
from .baseline import BASE_PDU, ENUM, PORT_VIEWS, SNMP, helper, rows

ALL = registry.names()
# the settings of their simulated devices include a PEM
WITH_PEM = ("nut", "raritan", "redfish")
CUSTOM, SNMP_ONLY = (
    tuple(name for name in ALL if registry.about(name).protocol == protocol)
    for protocol in ("custom", "snmp")
)


@dataclass(frozen=True, eq=False)
class Variant:
    """One platform. `files` replace files of the baseline or are added to it; an empty text leaves
    the file out.

    `adapter` replaces functions of tests/dcimanager/adapter.py. `handlers`: those that may be tried
    on it. `port_energy`: whether a handler finds a field for an outlet's energy. `place` is the way
    in which the archive is loaded (`trial.place`). `fresh`: each call gets a new handler object and
    a new thread. `peer` starts the PDU on which the point has an effect; None: any PDU.
    `silent`: the device does not answer, which must be an error of the kind `unreachable`.
    """

    point: str
    form: str
    files: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""
    handlers: tuple[str, ...] = ALL
    port_energy: bool = True
    place: str = "directory"
    fresh: bool = False
    peer: Optional[Callable[[], AbstractContextManager[Peer]]] = None
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.point}: {self.form}"

    def problems(self, platform: trial.Platform, placed: trial.Placed, usual: Peer) -> list[str]:
        """The problems of an archive on a platform of this form, with `peer`, else with `usual`."""
        with nullcontext(usual) if self.peer is None else self.peer() as peer:
            if self.silent:
                return trial.silent(platform, placed, peer)
            return trial.run(platform, placed, peer, port_energy=self.port_energy, fresh=self.fresh)


# ---- BasePdu's module and form -------------------------------------------------------------------

_ABSTRACT = "from abc import ABC, abstractmethod\n" + BASE_PDU.replace(
    "class BasePdu:", "class BasePdu(ABC):"
).replace("    def status", "    @abstractmethod\n    def status").replace(
    "    def port", "    @abstractmethod\n    def port"
).replace("    def statistic", "    @abstractmethod\n    def statistic")
_READ_ONLY = (
    BASE_PDU.replace("self.pdu_data = pdu_data", "self.__data = pdu_data")
    + """
    @property
    def pdu_data(self):
        return self.__data
"""
)


def _base_in(module: str) -> dict[str, str]:
    return {
        "pdu_common/base_pdu.py": "",
        f"pdu_common/{module}.py": BASE_PDU,
        "pdu_common/base_snmp_pdu.py": SNMP.replace("from .base_pdu", f"from .{module}"),
    }


_BASE = (
    Variant("BasePdu", "in pdu_common.base_pdu"),
    Variant("BasePdu", "in pdu_common.base", _base_in("base")),
    Variant("BasePdu", "in pdu_common.pdu", _base_in("pdu")),
    Variant(
        "BasePdu",
        "in a module of another name, re-exported by base_snmp_pdu",
        _base_in("abstractions"),
    ),
    Variant(
        "BasePdu",
        "only as a base class of BaseSnmpPdu",
        {
            **_base_in("abstractions"),
            "pdu_common/base_snmp_pdu.py": (
                SNMP.replace("from .base_pdu import BasePdu", "from . import abstractions").replace(
                    "(BasePdu)", "(abstractions.BasePdu)"
                )
            ),
        },
    ),
    Variant("BasePdu", "abstract", {"pdu_common/base_pdu.py": _ABSTRACT}),
    Variant("BasePdu", "its pdu_data is read only", {"pdu_common/base_pdu.py": _READ_ONLY}),
)

# ---- address and settings ------------------------------------------------------------------------

_DATA = """
from types import SimpleNamespace


def data(protocol, address, snmp, settings, handler):
    found = {NAME: ADDRESS, "device": handler}
    found.update({"snmp_params": snmp} if protocol == "snmp" else SNMP)
    found.update(SETTINGS(settings))
    return MAKE(found)
"""
_WIRE = """
def wire(data):
    get = data.get if isinstance(data, dict) else lambda name: getattr(data, name)
    return str(get("NAME")), get("snmp_params")


class PduSnmpData:
    pass
"""


def _data(
    form: str,
    point: str = "address",
    handlers: tuple[str, ...] = ALL,
    name: str = "ip",
    address: str = "address",
    settings: str = 'lambda pairs: {"custom_params": pairs}',
    snmp: str = "{}",
    make: str = "lambda found: SimpleNamespace(**found)",
) -> Variant:
    text = (
        _DATA.replace("NAME", repr(name))
        .replace("ADDRESS", address)
        .replace("SETTINGS", f"({settings})")
    )
    return Variant(
        point,
        form,
        {"pdu_common/connection.py": _WIRE.replace("NAME", name)},
        handlers=handlers,
        adapter=text.replace("SNMP", snmp).replace("MAKE", f"({make})"),
    )


_LIST = '[{"key": key, "value": value} for key, value in pairs.items()]'
_JSON = '__import__("json").dumps'
_ADDRESS = (
    *(_data(f"named {name}", name=name) for name in ("ip_addr", "ip_address", "address", "host")),
    _data("an ipaddress object", address='__import__("ipaddress").ip_address(address)'),
    _data("followed by a port", address="f\"{address}:{settings.pop('port')}\"", handlers=CUSTOM),
    _data("in brackets", address='f"[{address}]"', handlers=CUSTOM),
    _data("the data are a dict", make="lambda found: found"),
    _data(
        "empty on the form, given as the setting host",
        address='settings.__setitem__("host", address)',
        handlers=CUSTOM,
    ),
    _data(
        "further addresses, all empty",
        settings='lambda pairs: {"custom_params": pairs, "hostname": "", "ip_addr": None}',
    ),
)
_SETTINGS = (
    tuple(
        _data(form, "handler settings", CUSTOM, settings=f"lambda pairs: {text}")
        for form, text in (
            ("a list of key and value", f'{{"custom_params": {_LIST}}}'),
            (
                "a list of objects",
                (
                    '{"custom_params": [SimpleNamespace(key=key, value=value) for key, value in'
                    " pairs.items()]}"
                ),
            ),
            ("a list of pairs", '{"custom_params": list(pairs.items())}'),
            ("JSON text of an object", f'{{"custom_params": {_JSON}(pairs)}}'),
            ("JSON text of a list", f'{{"custom_params": {_JSON}({_LIST})}}'),
            ("in handler_params", '{"handler_params": pairs}'),
            ("in handler_settings", '{"handler_settings": pairs}'),
            ("in custom_settings", '{"custom_settings": pairs}'),
            ("the port as a number", '{"custom_params": {**pairs, "port": int(pairs["port"])}}'),
            (
                "keys with capitals and blanks",
                '{"custom_params": {f" {key.upper()} ": value for key, value in pairs.items()}}',
            ),
            (
                "in handler_params beside an empty custom_params",
                '{"custom_params": {}, "handler_params": pairs}',
            ),
            (
                "text Enums",
                (
                    '{"custom_params": {key: __import__("enum").Enum("S", {"IT": value},'
                    " type=str).IT for key, value in pairs.items()}}"
                ),
            ),
            (
                "objects whose text is stars",
                (
                    '{"custom_params": {key: type("Secret", (), {"__str__": lambda self: "*" * 10,'
                    ' "get_secret_value": lambda self, value=value: value})()'
                    " for key, value in pairs.items()}}"
                ),
            ),
            (
                "with the platform's own keys among them",
                '{"custom_params": {**pairs, "device_id": 7, "handler": "x", "name": "rack"}}',
            ),
        )
    )
    + (
        _data(
            "line ends of a PEM lost",
            "handler settings",
            WITH_PEM,
            settings=(
                'lambda pairs: {"custom_params": {key: value.replace("\\n", " ") for key, value in'
                " pairs.items()}}"
            ),
        ),
    )
    + tuple(
        _data(form, "handler settings", SNMP_ONLY, settings=f"lambda pairs: {text}")
        for form, text in (
            ("none at all", "{}"),
            ("None", '{"custom_params": None}'),
            ("an empty list", '{"custom_params": []}'),
            ("empty text", '{"custom_params": ""}'),
        )
    )
)
_NO_SNMP = tuple(
    _data(form, "snmp_params of a handler without SNMP", CUSTOM, snmp=text)
    for form, text in (
        ("None", '{"snmp_params": None}'),
        ("empty", '{"snmp_params": {}}'),
    )
)

# ---- SNMP ----------------------------------------------------------------------------------------

# On a unit whose indexes have one to three parts.
_ROWS = tuple(
    Variant(
        "index of a walked row",
        form,
        rows(row=f"\ndef row(oid, index, value):\n    return {text}\n"),
        handlers=SNMP_ONLY,
        peer=partial(PEERS["snmp"], partial(sentry3, each=1)),
    )
    for form, text in (
        ("oid is whole, with an oid_index", "Row(value, oid=whole(oid, index), oid_index=index)"),
        ("oid is whole, without an index", "Row(value, oid=whole(oid, index))"),
        ("oid is whole, with a leading dot", 'Row(value, oid="." + whole(oid, index))'),
        ("oid begins with iso", 'Row(value, oid=whole(oid, index).replace("1.", "iso.", 1))'),
        ("oid stops before the index", "Row(value, oid=oid, oid_index=index)"),
        (
            "oid holds all but the last part",
            (
                'Row(value, oid=whole(oid, index).rpartition(".")[0], oid_index=whole(oid,'
                ' index).rpartition(".")[2])'
            ),
        ),
        (
            "oid is whole, oid_index its last part",
            'Row(value, oid=whole(oid, index), oid_index=whole(oid, index).rpartition(".")[2])',
        ),
        ("only oid_index", "Row(value, oid_index=index)"),
        ("only index, with a leading dot", 'Row(value, index="." + index)'),
        (
            "only index, as a number if it has one part",
            "Row(value, index=int(index) if index.isdigit() else index)",
        ),
        ("only index, which is the whole OID", "Row(value, index=whole(oid, index))"),
        (
            "oid is an object",
            'Row(value, oid=type("Oid", (), {"__str__": lambda self: whole(oid, index)})())',
        ),
    )
)
_VALUES = tuple(
    Variant(
        "value of an element",
        form,
        rows(
            row=(
                f"\ndef shaped(value):\n    return {text}\n\n\ndef row(oid, index, value):\n"
                "    return Row(shaped(value), oid=whole(oid, index), oid_index=index)\n"
            )
        ),
        handlers=SNMP_ONLY,
    )
    for form, text in (
        ("always text", "str(value)"),
        ("text as bytes", "value.encode() if isinstance(value, str) else value"),
        (
            "an object of the library",
            (
                'type("Integer32", (), {"__str__": lambda self: str(value), "__int__": lambda self:'
                " int(value)})()"
            ),
        ),
    )
)


def _without_count() -> Model:
    """An APC unit without rPDU2OutletSwitchedTableSize, which the handler asks for in each call."""
    model = apc.rpdu2(outlets=2)
    model.device.take("1.3.6.1.4.1.318.1.1.26.9.1.0")
    return model


_MISSING = tuple(
    Variant(
        "a missing object",
        form,
        rows(missing=f"\ndef missing(oid):\n    {text}\n"),
        handlers=SNMP_ONLY,
        peer=partial(PEERS["snmp"], _without_count),
    )
    for form, text in (
        ("a value of None", 'return Row(None, oid=oid, oid_index="")'),
        ("None in place of an element", "return None"),
        ("a marker as value", 'return Row("NOSUCHINSTANCE", oid=oid, oid_index="")'),
        (
            "a sentence as value",
            'return Row("No Such Instance currently exists at this OID", oid=oid, oid_index="")',
        ),
        ("an exception", 'raise LookupError("noSuchInstance")'),
    )
)
_FAILURES = tuple(
    Variant("a call that fails", form, rows(fail=f"\n{text}\n"), handlers=SNMP_ONLY, silent=True)
    for form, text in (
        (
            "the platform's own exception",
            (
                "class SnmpException(Exception):\n    pass\n\n\ndef fail(error):\n"
                '    raise SnmpException("request timed out") from error'
            ),
        ),
        (
            "an exception of a library",
            (
                "class EasySNMPTimeoutError(Exception):\n    pass\n\n\ndef fail(error):\n"
                '    raise EasySNMPTimeoutError("timed out while connecting to remote host")'
            ),
        ),
        ("TimeoutError without a message", "def fail(error):\n    raise TimeoutError()"),
        (
            "an exception of the standard library",
            'def fail(error):\n    raise OSError(110, "Connection timed out")',
        ),
        (
            "an exception whose text cannot be made",
            (
                "class Mute(Exception):\n    def __str__(self):\n        return None\n\n\n"
                "def fail(error):\n    raise Mute()"
            ),
        ),
    )
)
_EMPTY = tuple(
    Variant(
        "an empty table",
        form,
        {"pdu_common/base_snmp_pdu.py": SNMP.replace("for found in rows]", text)},
        handlers=SNMP_ONLY,
    )
    for form, text in (("None", "for found in rows] or None"),)
)
_SETS = tuple(
    Variant(
        "snmp_set",
        form,
        {"pdu_common/base_snmp_pdu.py": SNMP.replace("def snmp_set(self, oid, value):", text)},
        handlers=SNMP_ONLY,
    )
    for form, text in (
        ("a third parameter for the type", "def snmp_set(self, oid, value, snmp_type=None):"),
        (
            "another name for the value",
            "def snmp_set(self, oid, new_value):\n        value = new_value",
        ),
        ("positional only", "def snmp_set(self, oid, value, /):"),
        (
            "returns an element",
            (
                "def snmp_set(self, oid, value):\n        return self._set(oid, value)\n\n"
                "    def _set(self, oid, value):"
            ),
        ),
    )
)

BY_LIBRARY = """
from .base_pdu import BasePdu
from .connection import wire
from .library_calls import LibraryCalls
from .rows import row


class BaseSnmpPdu(BasePdu):
    def snmp_get(self, oid):
        return row(str(oid), "", self._calls().get(str(oid)))

    def snmp_set(self, oid, value):
        self._calls().set(str(oid), value)

    def snmp_walk(self, oid):
        depth = len(str(oid)) + 1
        return [row(str(oid), name[depth:], value) for name, value in self._calls().walk(str(oid))]

    def _calls(self):
        return LibraryCalls(*wire(self.pdu_data))
"""


_BY_PYSNMP = BY_LIBRARY.replace("library_calls", "pysnmp_calls").replace(
    "LibraryCalls", "PysnmpCalls"
)


@contextmanager
def snmpd(**params: str) -> Iterator[Peer]:
    """A PDU that Net-SNMP's snmpd serves."""
    with Snmpd(apc.rpdu2(outlets=4), users=[_USER]) as server:

        def books() -> Books:
            model = apc.rpdu2(outlets=4)
            for write in server.writes():
                value = from_text(write.tag, write.value)
                model.device.write(arcs(write.oid), write.tag, value)
            return model.books()

        snmp = {"port": str(server.port), "community": "private", "timeout": "20", **params}
        yield Peer("snmp", "snmp", server.host, books, snmp=snmp)


_USER = User("shaaes", "SHA", "AES")
_PYSNMP = tuple(
    Variant(
        "the three SNMP calls",
        f"pysnmp's, over {form}, with snmpd",
        {
            "pdu_common/base_snmp_pdu.py": _BY_PYSNMP,
            "pdu_common/pysnmp_calls.py": Path(pysnmp_calls.__file__).read_text("utf-8"),
        },
        handlers=SNMP_ONLY,
        peer=partial(snmpd, **params),
    )
    for form, params in (
        ("v1", {"version": "1"}),
        ("v2c", {"version": "2"}),
        ("v3", _USER.params()),
    )
)

# ---- views ---------------------------------------------------------------------------------------

_CLOSED = """
class PduPortView:
    __slots__ = ("identity", "power_status")

    def __init__(self, *, identity, power_status):
        self.identity, self.power_status = identity, power_status


class PduView:
    __slots__ = ("ports",)

    def __init__(self):
        self.ports = []
"""
_DATACLASSES = """
from dataclasses import dataclass, field
from typing import List, Optional


@dataclass
class PduPortView:
    identity: str
    power_status: EnumPowerStatus = EnumPowerStatus.UNKNOWN
    name: Optional[str] = None


@dataclass
class PduView:
    ports: List[PduPortView] = field(default_factory=list)
    model: Optional[str] = None
"""
_EMPTY_FIRST = """
class PduPortView:
    def __init__(self):
        self.identity = ""
        self.power_status = EnumPowerStatus.UNKNOWN


class PduView:
    def __init__(self):
        self.ports = []
"""
_NEW_PORT = """
def port(identity, state):
    from pdu_common.helper import EnumPowerStatus, PduPortView
    made = PduPortView()
    made.identity, made.power_status = identity, EnumPowerStatus[state]
    return made
"""
_OTHER_LIST = PORT_VIEWS.replace("self.ports = []", 'self.model, self.outlets = "", []')
_OTHER_LIST_READ = """
def ports(view):
    return [(item.identity, item.power_status.name) for item in view.outlets]
"""
_VIEWS = (
    Variant("views of ports", "dataclasses", helper(ports=_DATACLASSES)),
    Variant("views of ports", "slots, and keyword arguments only", helper(ports=_CLOSED)),
    Variant(
        "views of ports",
        "filled after they are made",
        helper(ports=_EMPTY_FIRST),
        adapter=_NEW_PORT,
    ),
    Variant(
        "views of ports",
        "the list has another name",
        helper(ports=_OTHER_LIST),
        adapter=_OTHER_LIST_READ,
    ),
    Variant(
        "EnumPowerStatus",
        "numbers",
        helper(enum=ENUM.replace('"up"', "1").replace('"down"', "0").replace('"unknown"', "-1")),
    ),
    Variant(
        "EnumPowerStatus", "members are text", helper(enum=ENUM.replace("(Enum)", "(str, Enum)"))
    ),
)


def _statistic(
    port: str, whole: str = "self.load, self.total_consumption, self.ports = 0.0, 0.0, []"
) -> dict[str, str]:
    return helper(
        statistic=f"{port}\n\nclass PduStatisticView:\n    def __init__(self):\n        {whole}\n"
    )


def _port_class(arguments: str) -> str:
    names = [part.split("=")[0].strip() for part in arguments.split(",") if part.strip() != "*"]
    body = "\n".join(f"        self.{name} = {name}" for name in names)
    return f"class PduPortStatisticView:\n    def __init__(self, {arguments}):\n{body}\n"


def _energy(name: str, listed: str = "ports") -> str:
    return (
        f"\ndef port_energy(view):\n    return {{item.identity: item.{name} for item in"
        f" view.{listed}}}\n"
    )


_NO_ENERGY = "\ndef port_energy(view):\n    return {}\n"
_CHECKED = """
class Checked:
    def __setattr__(self, name, value):
        if name not in self.fields or not isinstance(value, self.fields[name]):
            raise TypeError(f"{name} = {value!r}")
        object.__setattr__(self, name, value)


class PduPortStatisticView(Checked):
    fields = {"identity": str, "consumption": float}

    def __init__(self, identity, consumption=0.0):
        self.identity, self.consumption = identity, consumption


class PduStatisticView(Checked):
    fields = {"load": float, "total_consumption": float, "ports": list}

    def __init__(self):
        self.load, self.total_consumption, self.ports = 0.0, 0.0, []
"""
_ANNOTATED = """class PduPortStatisticView:
    identity: str
    consumption: float = 0.0
"""
_SLOTTED = """class PduPortStatisticView:
    __slots__ = ("identity", "energy", "load")
"""
_DATACLASS = """from dataclasses import dataclass, field


@dataclass
class PduPortStatisticView:
    identity: str
    consumption: float = 0.0


@dataclass
class PduStatisticView:
    load: float = 0.0
    total_consumption: float = 0.0
    ports: list = field(default_factory=list)
"""
_STATISTICS = (
    Variant("statistics of a port", "dataclasses", helper(statistic=_DATACLASS)),
    Variant(
        "statistics of a port",
        "total_consumption",
        _statistic(_port_class("identity, total_consumption=0.0")),
        _energy("total_consumption"),
    ),
    Variant(
        "statistics of a port",
        "energy and load, both required",
        _statistic(_port_class("identity, energy, load")),
        _energy("energy"),
    ),
    Variant(
        "statistics of a port",
        "keywords only",
        _statistic(_port_class("*, identity, consumption=0.0, amperage=0.0")),
        _energy("consumption"),
    ),
    Variant(
        "statistics of a port",
        "annotations without a constructor",
        _statistic(_ANNOTATED),
        _energy("consumption"),
    ),
    Variant(
        "statistics of a port",
        "slots without a constructor",
        _statistic(_SLOTTED),
        _energy("energy"),
    ),
    Variant(
        "statistics of a port",
        "filled after they are made",
        _statistic(
            "class PduPortStatisticView:\n    def __init__(self):\n        self.identity,"
            " self.consumption = '', 0.0\n"
        ),
    ),
    Variant(
        "statistics of a port",
        "fields with unknown names",
        _statistic(_port_class("outlet_label, joules")),
        _NO_ENERGY,
        port_energy=False,
    ),
    Variant(
        "statistics of a port",
        "only an identity",
        _statistic(_port_class("identity")),
        _NO_ENERGY,
        port_energy=False,
    ),
    Variant("statistics of a port", "types are checked, fields closed", helper(statistic=_CHECKED)),
    Variant(
        "statistics",
        "the list has another name",
        _statistic(
            _port_class("identity, consumption=0.0"),
            "self.load, self.total_consumption, self.port_list = 0.0, 0.0, []",
        ),
        _energy("consumption", "port_list"),
    ),
    Variant(
        "statistics",
        "no list of ports",
        _statistic(
            _port_class("identity, consumption=0.0"), "self.load, self.total_consumption = 0.0, 0.0"
        ),
        _NO_ENERGY,
        port_energy=False,
    ),
)

# ---- logger, loading -----------------------------------------------------------------------------

_THIN = '''
class Logger:
    """Takes one finished text and no further argument."""

    def info(self, text):
        assert isinstance(text, str)

    debug = warning = error = exception = info


def get_logger(name):
    return Logger()
'''
_OTHERS = (
    Variant("get_logger", "a thin wrapper", {"common/logger.py": _THIN}),
    Variant("archive", "inside a package", place="package"),
    Variant("archive", "loaded by the path of its file", place="file"),
    Variant("archive", "a new object and a new thread for each call", fresh=True),
)

VARIANTS: tuple[Variant, ...] = (
    *_BASE,
    *_ADDRESS,
    *_SETTINGS,
    *_NO_SNMP,
    *_ROWS,
    *_VALUES,
    *_MISSING,
    *_FAILURES,
    *_EMPTY,
    *_SETS,
    *_PYSNMP,
    *_VIEWS,
    *_STATISTICS,
    *_OTHERS,
)
