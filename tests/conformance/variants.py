"""Plausible forms of the platform: VARIANTS is a table of points that no page says ("BasePdu"),
each with the forms that it may have ("in pdu_common.base").

A variant is a platform with one form. It has the texts of files that differ from the synthetic
platform, by path, and an adapter: the text of functions with which the worker process makes and
reads the platform's objects. A form in a table below is an expression or a statement of Python,
which a function puts into such a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Callable, Optional

from handlers import registry
from tests.servers.peers import PEERS, Peer
from tests.servers.snmpd import Snmpd, User
from tests.simulators.snmp_agent import Model
from tests.simulators.snmp_agent.device import arcs, from_text
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_agent.devices.servertech import sentry3
from tests.simulators.truth import Truth

from . import pysnmp_calls, trial
from .baseline import BASE_PDU, ENUM, PORT_VIEWS, SNMP, helper, rows

ALL = registry.names()
# the settings of their simulated devices include a PEM
WITH_PEM = ("nut", "raritan", "redfish")
CUSTOM, SNMP_ONLY = (
    tuple(name for name in ALL if registry.about(name).protocol == protocol)
    for protocol in ("custom", "snmp")
)
Files = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Variant:
    """One platform: a point in one form, and on which handlers and simulated PDUs it is tried."""

    point: str
    form: str
    #: they replace files of the synthetic platform, or are added; an empty text leaves one out
    files: Files = field(default_factory=dict)
    #: functions that replace those of tests/processes/adapter.py
    adapter: str = ""
    #: that may be tried on it
    handlers: tuple[str, ...] = ALL
    #: whether a handler finds a field for an outlet's energy
    port_energy: bool = True
    #: how the archive is loaded: as a "directory", a "package", a "file", or "remade"
    place: str = "directory"
    #: starts the simulated PDU on which the point has an effect; None: any
    peer: Optional[Callable[[], AbstractContextManager[Peer]]] = None
    #: the PDU does not answer, which must be an error of the kind `unreachable`
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.point}: {self.form}"

    def problems(
        self, platform: trial.Platform, handler: trial.HandlerModule, usual: Peer
    ) -> list[str]:
        """Call a handler on a platform of this form. Returns what differs from the simulated PDU;
        [] if nothing does. `usual`: the PDU that it asks if this variant has no `peer`.
        """
        with nullcontext(usual) if self.peer is None else self.peer() as peer:
            if self.silent:
                return trial.silent(platform, handler, peer)
            return trial.run(platform, handler, peer, port_energy=self.port_energy)


# ---- what a form changes ----


def base_in(module: str) -> Files:
    """The files of a platform whose BasePdu is in another module of pdu_common: of "base", the text
    of pdu_common/base.py, and an empty one for pdu_common/base_pdu.py.
    """
    return {
        "pdu_common/base_pdu.py": "",
        f"pdu_common/{module}.py": BASE_PDU,
        "pdu_common/base_snmp_pdu.py": SNMP.replace("from .base_pdu", f"from .{module}"),
    }


_ABSTRACT = BASE_PDU.replace(
    "from typing", "from abc import ABC, abstractmethod\nfrom typing"
).replace("class BasePdu:", "class BasePdu(ABC):")
for _method in ("status", "port_up", "port_down", "statistic"):
    _ABSTRACT = _ABSTRACT.replace(f"    def {_method}", f"    @abstractmethod\n    def {_method}")
_READ_ONLY = BASE_PDU.replace("self.pdu_data =", "self.__data =") + (
    "\n    @property\n    def pdu_data(self):\n        return self.__data\n"
)
_BASES: Mapping[str, Files] = {
    "in pdu_common.base_pdu": {},
    "in pdu_common.base": base_in("base"),
    "in pdu_common.pdu": base_in("pdu"),
    "in a module of another name, re-exported by base_snmp_pdu": base_in("abstractions"),
    "only as a base class of BaseSnmpPdu": {
        **base_in("abstractions"),
        "pdu_common/base_snmp_pdu.py": SNMP.replace(
            "from .base_pdu import BasePdu", "from . import abstractions"
        ).replace("(BasePdu)", "(abstractions.BasePdu)"),
    },
    "abstract": {"pdu_common/base_pdu.py": _ABSTRACT},
    "its pdu_data is read only": {"pdu_common/base_pdu.py": _READ_ONLY},
}

_DATA = """
from enum import Enum
from ipaddress import ip_address
from json import dumps
from types import SimpleNamespace


class Secret:
    def __init__(self, value):
        self.get_secret_value = lambda: value

    def __str__(self):
        return "*" * 10


def data(protocol, address, snmp, settings, handler):
    listed = lambda pairs: [{"key": key, "value": value} for key, value in pairs.items()]
    mapped = lambda change, pairs: {key: change(value) for key, value in pairs.items()}
    fields = {NAME: ADDRESS, "device": handler}
    fields.update({"snmp_params": snmp} if protocol == "snmp" else SNMP)
    pairs = settings
    fields.update(SETTINGS)
    return PDU_DATA
"""
_WIRE = """
def wire(data):
    get = data.get if isinstance(data, dict) else lambda name: getattr(data, name)
    return str(get("NAME")), get("snmp_params")


class PduSnmpData:
    pass
"""


def data_in(
    point: str,
    form: str,
    handlers: tuple[str, ...] = ALL,
    *,
    name: str = "ip",
    address: str = "address",
    settings: str = '{"custom_params": pairs}',
    snmp: str = "{}",
    pdu_data: str = "SimpleNamespace(**fields)",
) -> Variant:
    """The variant of a platform that gives make_handler other data. `name` is the field of the
    address; each other keyword is an expression of Python:

        address     "address"                      the field's value
        settings    '{"custom_params": pairs}'     the fields of the settings, `pairs` by key
        snmp        "{}"                           the fields of a handler without SNMP
        pdu_data    "SimpleNamespace(**fields)"    the data, made of all fields
    """
    adapter = _DATA
    for placeholder, expression in (
        ("NAME", repr(name)),
        ("ADDRESS", address),
        ("SETTINGS", settings),
        ("SNMP", snmp),
        ("PDU_DATA", pdu_data),
    ):
        adapter = adapter.replace(placeholder, expression)
    files = {"pdu_common/connection.py": _WIRE.replace("NAME", name)}
    return Variant(point, form, files, adapter, handlers)


_SETTINGS = {
    "a list of key and value": "listed(pairs)",
    "a list of objects": "[SimpleNamespace(**item) for item in listed(pairs)]",
    "a list of pairs": "list(pairs.items())",
    "JSON text of an object": "dumps(pairs)",
    "JSON text of a list": "dumps(listed(pairs))",
    "the port as a number": '{**pairs, "port": int(pairs["port"])}',
    "keys with capitals and blanks": '{f" {key.upper()} ": pairs[key] for key in pairs}',
    "text Enums": 'mapped(lambda value: Enum("S", {"IT": value}, type=str).IT, pairs)',
    "objects whose text is stars": "mapped(Secret, pairs)",
    "with the platform's own keys": '{**pairs, "device_id": 7, "handler": "x", "name": "rack"}',
}
_SETTINGS_IN = {
    "in handler_params": '{"handler_params": pairs}',
    "in handler_settings": '{"handler_settings": pairs}',
    "in custom_settings": '{"custom_settings": pairs}',
    "in handler_params, custom_params empty": '{"custom_params": {}, "handler_params": pairs}',
}
_NO_SETTINGS = {
    "none at all": "{}",
    "None": '{"custom_params": None}',
    "an empty list": '{"custom_params": []}',
    "empty text": '{"custom_params": ""}',
}
_LOST_LINES = 'mapped(lambda value: value.replace("\\n", " "), pairs)'

_ROWS = {
    "oid is whole, with an oid_index": "Row(value, oid=whole(oid, index), oid_index=index)",
    "oid is whole, without an index": "Row(value, oid=whole(oid, index))",
    "oid is whole, with a leading dot": 'Row(value, oid="." + whole(oid, index))',
    "oid begins with iso": 'Row(value, oid=whole(oid, index).replace("1.", "iso.", 1))',
    "oid stops before the index": "Row(value, oid=oid, oid_index=index)",
    "oid holds all but the last part": "Row(value, oid=parts[0], oid_index=parts[2])",
    "oid is whole, oid_index its last part": (
        "Row(value, oid=whole(oid, index), oid_index=parts[2])"
    ),
    "only oid_index": "Row(value, oid_index=index)",
    "only index, with a leading dot": 'Row(value, index="." + index)',
    "only index, as a number if it has one part": (
        "Row(value, index=int(index) if index.isdigit() else index)"
    ),
    "only index, which is the whole OID": "Row(value, index=whole(oid, index))",
    "oid is an object": "Row(value, oid=Shown(whole(oid, index)))",
}
_VALUES = {
    "always text": "str(value)",
    "text as bytes": "value.encode() if isinstance(value, str) else value",
    "an object of the library": "Shown(value)",
}
_SHOWN = """
class Shown:
    def __init__(self, value):
        self._value = value

    def __str__(self):
        return str(self._value)

    def __int__(self):
        return int(self._value)
"""


def row_of(text: str) -> Files:
    """The files of a platform whose snmp_walk returns other rows. `text`: an expression of a row
    from `oid`, `index`, `value`, and `parts`: the OID without its last arc, ".", and this arc.

        "Row(value, index=whole(oid, index))"
    """
    head = 'def row(oid, index, value):\n    parts = whole(oid, index).rpartition(".")\n'
    return rows(row=f"{_SHOWN}\n\n{head}    return {text}\n")


def value_of(text: str) -> Files:
    """The files of a platform whose SNMP rows have other values. `text`: an expression of a value,
    such as "str(value)".
    """
    return row_of(f"Row({text}, oid=whole(oid, index), oid_index=index)")


_MISSING = {
    "a value of None": 'return Row(None, oid=oid, oid_index="")',
    "None in place of an element": "return None",
    "a marker as value": 'return Row("NOSUCHINSTANCE", oid=oid, oid_index="")',
    "a sentence as value": (
        'return Row("No Such Instance currently exists at this OID", oid=oid, oid_index="")'
    ),
    "an exception": 'raise LookupError("noSuchInstance")',
}
_FAILURES = {
    "the platform's own exception": 'SnmpException("request timed out") from error',
    "an exception of a library": (
        'EasySNMPTimeoutError("timed out while connecting to remote host") from error'
    ),
    "TimeoutError without a message": "TimeoutError()",
    "an exception of the standard library": 'OSError(110, "Connection timed out")',
    "an exception whose text cannot be made": "Mute()",
}
_EXCEPTIONS = """
class SnmpException(Exception):
    pass


class EasySNMPTimeoutError(Exception):
    pass


class Mute(Exception):
    def __str__(self):
        return None


def fail(error):
    raise """
_SETS = {
    "a third parameter for the type": "def snmp_set(self, oid, value, snmp_type=None):",
    "another name for the value": "def snmp_set(self, oid, new_value):\n        value = new_value",
    "positional only": "def snmp_set(self, oid, value, /):",
    "returns an element": (
        "def snmp_set(self, oid, value):\n        return self._set(oid, value)\n\n"
        "    def _set(self, oid, value):"
    ),
}


def set_by(text: str) -> Files:
    """The files of a platform with another snmp_set. `text`: the line that defines it, such as "def
    snmp_set(self, oid, value, /):".
    """
    return {"pdu_common/base_snmp_pdu.py": SNMP.replace("def snmp_set(self, oid, value):", text)}


def _without_count() -> Model:
    """An APC unit without rPDU2OutletSwitchedTableSize, which the handler asks for in each call."""
    model = apc.rpdu2(outlets=2)
    model.device.take("1.3.6.1.4.1.318.1.1.26.9.1.0")
    return model


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
_BY_PYSNMP = {
    "pdu_common/base_snmp_pdu.py": BY_LIBRARY.replace("library_calls", "pysnmp_calls").replace(
        "LibraryCalls", "PysnmpCalls"
    ),
    "pdu_common/pysnmp_calls.py": Path(pysnmp_calls.__file__).read_text("utf-8"),
}
_USER = User("shaaes", "SHA", "AES")
_VERSIONS = {"v1": {"version": "1"}, "v2c": {"version": "2"}, "v3": _USER.params()}


@contextmanager
def snmpd(**params: str) -> Iterator[Peer]:
    """A PDU that Net-SNMP's snmpd serves: an APC with four outlets. `params`: SNMP parameters, such
    as version="1". Its truth has the outlets as the writes that snmpd took leave them.
    """
    with Snmpd(apc.rpdu2(outlets=4), users=[_USER]) as server:

        def truth() -> Truth:
            model = apc.rpdu2(outlets=4)
            for write in server.writes():
                value = from_text(write.tag, write.value)
                model.device.write(arcs(write.oid), write.tag, value)
            return model.truth()

        snmp = {"port": str(server.port), "community": "private", "timeout": "20", **params}
        yield Peer("snmp", "snmp", server.host, truth, snmp=snmp, counts_requests=False)


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
        self.identity, self.power_status = "", EnumPowerStatus.UNKNOWN


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
_NUMBERS = ENUM.replace('"up"', "1").replace('"down"', "0").replace('"unknown"', "-1")

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
#: the class of a port's statistics, and its field with the energy; "": it has none
_PORT_STATISTICS = {
    "total_consumption": ("identity, total_consumption=0.0", "total_consumption"),
    "energy and load, both required": ("identity, energy, load", "energy"),
    "keywords only": ("*, identity, consumption=0.0, amperage=0.0", "consumption"),
    "fields with unknown names": ("outlet_label, joules", ""),
    "only an identity": ("identity", ""),
}
_PORT_BODIES = {
    "annotations without a constructor": (
        "    identity: str\n    consumption: float = 0.0\n",
        "consumption",
    ),
    "slots without a constructor": ('    __slots__ = ("identity", "energy", "load")\n', "energy"),
    "filled after they are made": (
        "    def __init__(self):\n        self.identity, self.consumption = '', 0.0\n",
        "consumption",
    ),
}


def _body(arguments: str) -> str:
    """The constructor of a view with these arguments, each of which is an attribute.

    >>> print(_body("identity, energy=0.0"))
        def __init__(self, identity, energy=0.0):
            self.identity = identity
            self.energy = energy
    <BLANKLINE>
    """
    names = [part.split("=")[0].strip() for part in arguments.split(",") if part.strip() != "*"]
    lines = [f"        self.{name} = {name}\n" for name in names]
    return f"    def __init__(self, {arguments}):\n{''.join(lines)}"


def statistics(form: str, body: str, energy: str, fields: str = "ports") -> Variant:
    """The variant of a platform with other views of figures. `body`: of the class of an outlet's
    figures; `energy`: its field with the energy; `fields`: the field of the whole view with the
    list of outlets. "" for a field that does not exist.
    """
    list_of_ports = f"self.{fields} = []" if fields else "pass"
    view_of_port = f"class PduPortStatisticView:\n{body}\n"
    whole_view = (
        "class PduStatisticView:\n"
        "    def __init__(self):\n"
        "        self.load, self.total_consumption = 0.0, 0.0\n"
        f"        {list_of_ports}\n"
    )
    energies = "{}"
    if energy:
        energies = f"{{item.identity: item.{energy} for item in view.{fields}}}"
    adapter = f"\ndef port_energy(view):\n    return {energies}\n"
    point = "statistics of a port" if fields == "ports" else "statistics"
    files = helper(statistic=f"{view_of_port}\n{whole_view}")
    return Variant(point, form, files, adapter, port_energy=bool(energy))


_THIN = '''
class Logger:
    """Takes one finished text and no further argument."""

    def info(self, text):
        assert isinstance(text, str)

    debug = warning = error = exception = info


def get_logger(name):
    return Logger()
'''
_CONSUMPTION = _body("identity, consumption=0.0")

# ---- the table ----

_SETTINGS_POINT, _NO_SNMP_POINT = "handler settings", "snmp_params of a handler without SNMP"


def _table(
    point: str, forms: Mapping[str, str], files: Callable[[str], Files], usual: Variant
) -> Iterator[Variant]:
    """Yields the variants of a point for handlers over SNMP. `forms`: by name, the text of which
    `files` makes the files that differ; `usual`: a variant with all other fields.

        _table("snmp_set", {"positional only": "def snmp_set(self, oid, value, /):"}, set_by, usual)
    """
    for form, text in forms.items():
        yield replace(usual, point=point, form=form, files=files(text), handlers=SNMP_ONLY)


_PLAIN = Variant("", "")

VARIANTS: tuple[Variant, ...] = (
    *(Variant("BasePdu", form, files) for form, files in _BASES.items()),
    *(
        data_in("address", f"named {name}", name=name)
        for name in ("ip_addr", "ip_address", "address", "host")
    ),
    data_in("address", "an ipaddress object", address="ip_address(address)"),
    data_in(
        "address", "followed by a port", CUSTOM, address="f\"{address}:{settings.pop('port')}\""
    ),
    data_in("address", "in brackets", CUSTOM, address='f"[{address}]"'),
    data_in("address", "the data are a dict", pdu_data="fields"),
    data_in(
        "address",
        "empty on the form, given as the setting host",
        CUSTOM,
        address='settings.__setitem__("host", address)',
    ),
    data_in(
        "address",
        "further addresses, all empty",
        settings='{"custom_params": pairs, "hostname": "", "ip_addr": None}',
    ),
    *(
        data_in(_SETTINGS_POINT, form, CUSTOM, settings=f'{{"custom_params": {text}}}')
        for form, text in _SETTINGS.items()
    ),
    *(data_in(_SETTINGS_POINT, form, CUSTOM, settings=text) for form, text in _SETTINGS_IN.items()),
    data_in(
        _SETTINGS_POINT,
        "line ends of a PEM lost",
        WITH_PEM,
        settings=f'{{"custom_params": {_LOST_LINES}}}',
    ),
    *(
        data_in(_SETTINGS_POINT, form, SNMP_ONLY, settings=text)
        for form, text in _NO_SETTINGS.items()
    ),
    data_in(_NO_SNMP_POINT, "None", CUSTOM, snmp='{"snmp_params": None}'),
    data_in(_NO_SNMP_POINT, "empty", CUSTOM, snmp='{"snmp_params": {}}'),
    # on a unit whose indexes have one to three parts
    *_table(
        "index of a walked row",
        _ROWS,
        row_of,
        replace(_PLAIN, peer=partial(PEERS["snmp"], partial(sentry3, each=1))),
    ),
    *_table("value of an element", _VALUES, value_of, _PLAIN),
    *_table(
        "a missing object",
        _MISSING,
        lambda text: rows(missing=f"\ndef missing(oid):\n    {text}\n"),
        replace(_PLAIN, peer=partial(PEERS["snmp"], _without_count)),
    ),
    *_table(
        "a call that fails",
        _FAILURES,
        lambda text: rows(fail=f"{_EXCEPTIONS}{text}\n"),
        replace(_PLAIN, silent=True),
    ),
    Variant(
        "an empty table",
        "None",
        {
            "pdu_common/base_snmp_pdu.py": SNMP.replace(
                "for element in rows]", "for element in rows] or None"
            )
        },
        handlers=SNMP_ONLY,
    ),
    *_table("snmp_set", _SETS, set_by, _PLAIN),
    *(
        Variant(
            "the three SNMP calls",
            f"pysnmp's, over {version}, with snmpd",
            _BY_PYSNMP,
            handlers=SNMP_ONLY,
            peer=partial(snmpd, **params),
        )
        for version, params in _VERSIONS.items()
    ),
    Variant("views of ports", "dataclasses", helper(ports=_DATACLASSES)),
    Variant("views of ports", "slots, and keyword arguments only", helper(ports=_CLOSED)),
    Variant("views of ports", "filled after they are made", helper(ports=_EMPTY_FIRST), _NEW_PORT),
    Variant("views of ports", "the list has another name", helper(ports=_OTHER_LIST)),
    Variant("EnumPowerStatus", "numbers", helper(enum=_NUMBERS)),
    Variant("EnumPowerStatus", "texts", helper(enum=ENUM.replace("(Enum)", "(str, Enum)"))),
    Variant("statistics of a port", "dataclasses", helper(statistic=_DATACLASS)),
    Variant("statistics of a port", "types are checked", helper(statistic=_CHECKED)),
    *(
        statistics(form, _body(arguments), energy)
        for form, (arguments, energy) in _PORT_STATISTICS.items()
    ),
    *(statistics(form, body, energy) for form, (body, energy) in _PORT_BODIES.items()),
    statistics("the list has another name", _CONSUMPTION, "consumption", "port_list"),
    statistics("no list of ports", _CONSUMPTION, "", ""),
    Variant("get_logger", "a thin wrapper", {"common/logger.py": _THIN}),
    Variant("archive", "inside a package", place="package"),
    Variant("archive", "loaded by the path of its file", place="file"),
    Variant("archive", "a new object and a new thread for each call", place="remade"),
)
