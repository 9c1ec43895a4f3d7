"""A synthetic platform, the modules `common` and `pdu_common` of DCImanager, as the texts of small
files by their paths: {"pdu_common/helper.py": "..."}. A variant of it replaces some of the files.

Its SNMP client is the project's own `pdu_common`, linked into the tree as `conformance_wire`.
Variants may change the classes around this client, but not the client itself. An adapter is the
text of a Python file with which the worker process makes and reads the platform's objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.needs import ROOT

from . import trial

# files of the doubles that no variant takes apart
_OF_DOUBLES = ("common/logger.py", "common/misc.py")
BASE_PDU = (ROOT / "pdu_common" / "base_pdu.py").read_text("utf-8")

ENUM = """
from enum import Enum


class EnumPowerStatus(Enum):
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
"""

PORT_VIEWS = """
class PduPortView:
    def __init__(self, identity=None, power_status=None):
        self.identity, self.power_status = identity, power_status


class PduView:
    def __init__(self):
        self.ports = []
"""

STATISTIC_VIEWS = """
class PduPortStatisticView:
    def __init__(self, identity=None, consumption=0.0):
        self.identity, self.consumption = identity, consumption


class PduStatisticView:
    def __init__(self):
        self.load, self.total_consumption, self.ports = 0.0, 0.0, []
"""

CONNECTION = '''
class PduSnmpData:
    def __init__(self, ip, snmp_params, custom_params=None, device=""):
        self.ip, self.snmp_params, self.custom_params, self.device = ip, snmp_params, custom_params, device


class PduData:
    def __init__(self, ip, custom_params, device=""):
        self.ip, self.custom_params, self.device = ip, custom_params, device


def wire(data):
    """Address and parameters of an SNMP device, for base_snmp_pdu.py."""
    return data.ip, data.snmp_params
'''

SNMP = """
from conformance_wire.base_snmp_pdu import BaseSnmpPdu as Wire
from conformance_wire.connection import PduSnmpData as WireData

from .base_pdu import BasePdu
from .connection import wire
from .rows import fail, missing, row


class BaseSnmpPdu(BasePdu):
    def snmp_get(self, oid):
        element = self._try(lambda pdu: pdu.snmp_get(str(oid)))
        return missing(str(oid)) if element.value is None else row(str(oid), "", element.value)

    def snmp_set(self, oid, value):
        self._try(lambda pdu: pdu.snmp_set(str(oid), value))

    def snmp_walk(self, oid):
        rows = self._try(lambda pdu: pdu.snmp_walk(str(oid)))
        return [row(str(oid), element.oid_index, element.value) for element in rows]

    def _try(self, call):
        try:
            return call(Wire(WireData(*wire(self.pdu_data))))
        except Exception as error:
            fail(error)
            raise
"""

ROW_CLASS = """
class Row:
    def __init__(self, value, **more):
        self.value = value
        self.__dict__.update(more)

    @property
    def value_int(self):
        return int(self.value)

    @property
    def value_float(self):
        return float(self.value)


def whole(oid, index):
    return f"{oid}.{index}" if index else oid
"""
ROW = """
def row(oid, index, value):
    return Row(value, oid=whole(oid, index), oid_index=index)
"""
MISSING = """
def missing(oid):
    return Row(None, oid=oid, oid_index="")
"""
FAIL = """
def fail(error):
    pass
"""


def helper(
    enum: str = ENUM, ports: str = PORT_VIEWS, statistic: str = STATISTIC_VIEWS
) -> dict[str, str]:
    """The file pdu_common/helper.py, joined from the texts of the enumeration of states, the views
    of outlets and the views of figures, each as the platform has it or as a variant does.
    """
    return {"pdu_common/helper.py": enum + ports + statistic}


def rows(row: str = ROW, missing: str = MISSING, fail: str = FAIL) -> dict[str, str]:
    """The file pdu_common/rows.py, joined from the class of a row that SNMP calls return, and from
    the texts of three functions: of one that makes a row, one that makes a missing object, and one
    that is called with the error of a call.
    """
    return {"pdu_common/rows.py": ROW_CLASS + row + missing + fail}


def files(changes: Mapping[str, str]) -> dict[str, str]:
    """The text of each file of a whole platform, by path. `changes`: files that replace those of
    the synthetic platform or are added to them; an empty text leaves the file out.

    >>> whole = files({"pdu_common/base_pdu.py": "", "pdu_common/base.py": "class BasePdu: ..."})
    >>> "pdu_common/base_pdu.py" in whole, "pdu_common/base.py" in whole
    (False, True)
    """
    whole = {
        "common/__init__.py": "\n",
        **{path: (ROOT / path).read_text("utf-8") for path in _OF_DOUBLES},
        "pdu_common/__init__.py": "\n",
        "pdu_common/base_pdu.py": BASE_PDU,
        "pdu_common/base_snmp_pdu.py": SNMP,
        "pdu_common/connection.py": CONNECTION,
        **helper(),
        **rows(),
        **changes,
    }
    return {path: text for path, text in whole.items() if text}


def write(changes: Mapping[str, str], folder: Path) -> None:
    """Write a platform with these changes as a tree into `folder`, with its SNMP client as a link:
    FOLDER/pdu_common/helper.py, ..., FOLDER/conformance_wire.
    """
    for path, text in files(changes).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.lstrip("\n"), encoding="utf-8")
    (folder / "conformance_wire").symlink_to(ROOT / "pdu_common")


def platform(changes: Mapping[str, str], adapter: str, folder: Path) -> trial.Platform:
    """Write a platform with these changes, and its adapter, into `folder`. Returns it as what a
    worker process is started with.
    """
    write(changes, folder)
    file = folder / "adapter.py"
    file.write_text(adapter, encoding="utf-8")
    return trial.Platform(folder, str(file))
