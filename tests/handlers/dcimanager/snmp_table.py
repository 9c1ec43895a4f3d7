"""What a platform's SNMP calls return or raise, and what ours make of it: snmp.txt.

    rows ATTRIBUTES / ...        what a walk returns: `none` for None, without any an empty table
    each ATTRIBUTES for 1 2 10   the same, with a row for each index
    row ATTRIBUTES, value VALUE  what a GET returns
    raises WORDS                 what each call raises, a RuntimeError; `raises TYPE: WORDS`; one of
                                 ODD_ERRORS; `pysnmp NAME`: with the words of pysnmp's errind
    table 1.1=5 2=6              a platform with such a table, whose walk `raises` after the rows;
                                 `split`: its OIDs are, before the last arc; `lost COLUMN`: a walk
                                 of it has no rows, and one of others the row 7.7
    params JSON, address TEXT    the form's SNMP fields and address; `community TEXT`: this field
                                 alone, which ($) stands for in WORDS; `form` one of PARAMETERS
    limit S, at S, extend S      in seconds: the time in which calls may start, and the clock; with
                                 `slow S` a SET takes so long, and has no answer
    get OID, walk OID, set       calls, by default of R; without them those that have an answer;
                                 `remaining` asks how long calls may still start
    oid TEXT, quoted TEXT        asks which OID a text is, and what an error shows of a text

ATTRIBUTES are `oid=R.1, index=1, value=5`; `oid_index` is one, too; without a value it is the text
1. R is the OID of the column, P that of its table, E that of the column behind `enterprises`; `.I`
is the index of a row, `.L` its last arc, `.U` the arcs before that. A value is a text or one of
VALUES, or `int 7`, `hex 00ff`, `error WORDS` (an exception) or `raises WORDS` (when it is read);
an index may raise, too.

On the right stand the calls with their value, or kind, code and reason of their error, and where it
was if that is unusual. H is the address; `?` says that a write may have been carried out; `asks`
names the objects of a table's GETs.
`python -m tests.tables tests.handlers.dcimanager.snmp_table` writes right sides.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

from pysnmp.proto import errind, rfc1902, rfc1905

from handlers.dcimanager.rows import oid_arcs
from handlers.dcimanager.snmp import LONGEST_SECONDS, Snmp
from handlers.shared.errors import PduHandlerError, Refused
from tests.chains import kept
from tests.handlers.dcimanager.platform_double import Platform
from tests.tables import Case, Table, unfolded

from .odd_values import PARAMETERS, SECRET, Number, Raising, Textless, Word

TABLE_OID = "1.3.6.1.4.1.318.1.1.12.3.5.1.1"
ROOT = f"{TABLE_OID}.4"
#: what errors name the calls
_OPERATIONS = {"get": "read", "walk": "walk", "set": "write"}
_NAMED_ERROR = re.compile("([A-Za-z]+Error): ?(.*)")
_SHORT_OID = re.compile(r"(\.?)([RPE])(?=\.|$)")
VALUES: dict[str, object] = {
    "none": None,
    "true": True,
    "5,000 digits": 10**4999,
    "Word.ON": Word.ON,
    "Number.ON": Number.ON,
    "bytearray": bytearray(b"1"),
    "memoryview": memoryview(b"1"),
    "pysnmp noSuchInstance": rfc1905.noSuchInstance,
    "pysnmp noSuchObject": rfc1905.noSuchObject,
    "pysnmp endOfMibView": rfc1905.endOfMibView,
    "pysnmp OctetString": rfc1902.OctetString(""),
}

ODD_ERRORS = {"Raising": Raising(SECRET), "Textless": Textless(SECRET)}


def _rows_shown(text: str) -> str:
    """What a walk gives of rows with these indexes, or of `1.1=5 2=6`; another text itself."""
    if re.fullmatch("[0-9. =]+", text) is None:
        return text
    rows = [row.partition("=") for row in text.split()]
    return " ".join(f"{index}={value or '1'!r}" for index, _, value in rows)


TABLE = Table(Path(__file__).with_name("snmp.txt"), operator=" for ", shown_value=_rows_shown)


class Element(SimpleNamespace):
    """An element of the platform. An attribute that is a RuntimeError is raised when it is read."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if isinstance(value, RuntimeError):
            raise value
        return value


class PlatformOfLine(Platform):
    """What the platform's calls return or raise by a line."""

    def __init__(self) -> None:
        super().__init__(None, {"community": "s3cret", "port": "161"})
        self.secrets: Sequence[str] = ("s3cret", "31415926", "4711", SECRET)
        self.address = "192.0.2.7"
        self.pdu_data.ip = self.address
        self.error: Optional[Exception] = None
        self.row: Optional[Element] = None
        self.rows: Optional[list[Element]] = []
        #: by index
        self.table: Optional[dict[str, str]] = None
        self.is_split = False
        self.lost_column = ""
        #: of the clock, and of the time in which calls may start
        self.now, self.limit_s = 0.0, LONGEST_SECONDS
        #: how long a SET takes, which then has no answer
        self.set_s = 0.0
        #: the objects of GETs
        self.asked: list[str] = []

    def change(self, word: str, rest: str) -> None:
        """Carry out a change of a line."""
        if word == "rows":
            texts = rest.split(" / ") if rest else []
            self.rows = None if rest == "none" else list(map(_element, texts))
        elif word == "each":
            template, _, indexes = rest.partition(" for ")
            self.rows = [_element(template, index) for index in indexes.split()]
        elif word == "row":
            self.row = None if rest == "none" else _element(rest)
        elif word == "value":
            self.row = _element(f"value={rest}")
        elif word == "pysnmp":
            self.error = RuntimeError(str(getattr(errind, rest)))
        elif word == "raises":
            self.error = _exception(rest.replace("($)", self.secrets[0]))
        elif word == "table":
            self.table = dict(part.split("=") for part in rest.split())
        elif word == "split":
            self.is_split = True
        elif word == "lost":
            self.lost_column = _oid(rest)
        elif word in ("at", "limit", "slow"):
            name = {"at": "now", "limit": "limit_s", "slow": "set_s"}[word]
            setattr(self, name, float(rest))
        elif word == "form":
            self.pdu_data.snmp_params = PARAMETERS[rest]
        elif word == "params":
            self.pdu_data.snmp_params = json.loads(rest)
        elif word == "community":
            self.pdu_data.snmp_params = {"community": rest}
            self.secrets = (f"({rest})",)
        else:
            assert word == "address", word
            self.address = self.pdu_data.ip = rest

    def calls(self) -> list[str]:
        """The calls that have an answer."""
        if self.table is not None or self.rows:
            return ["walk"]
        if self.row is not None:
            return ["get"]
        return ["get", "walk", "set"] if self.error else ["walk"]

    def snmp_get(self, oid: Any) -> Any:
        if self.rows and self.row is None:
            return Element(oid=oid, value="1")
        if self.table is None:
            return self._answer_or_error(self.row)
        self.asked.append(oid)
        return self._table_element(oid, self.table.get(oid[len(ROOT) + 1 :]))

    def snmp_walk(self, oid: Any) -> Any:
        if self.table is None:
            return self._answer_or_error(self.rows)
        if self.lost_column and oid != self.lost_column:
            return [self._table_element(f"{oid}.7.7", "1")]
        return self._walk_table(oid)

    def snmp_set(self, *_: object) -> None:
        if self.set_s:
            self.now += self.set_s
            raise TimeoutError("timed out")
        self._answer_or_error(None)

    def _answer_or_error(self, answer: object) -> Any:
        if self.error is not None:
            raise self.error
        return answer

    def _walk_table(self, oid: str) -> Any:
        rows = self.table if self.table and not self.lost_column else {}
        for index, value in rows.items():
            yield self._table_element(f"{oid}.{index}", value)
        self._answer_or_error(None)

    def _table_element(self, oid: str, value: object) -> Element:
        parent, _, index = oid.rpartition(".")
        return Element(value=value, oid=parent if self.is_split else oid, oid_index=index)


def _exception(text: str) -> Exception:
    """The error that a library raises with this text."""
    if text in ODD_ERRORS:
        return ODD_ERRORS[text]
    named = _NAMED_ERROR.fullmatch(text)
    if named is None:
        return RuntimeError(unfolded(text).replace("␁", "\x01"))
    words = [named[2]] if named[2] else []
    error_class: type[Exception] = type(named[1], (Exception,), {})
    return error_class(*words)


def _element(text: str, index: str = "") -> Element:
    """The element with these attributes, of the row with this index."""
    parent, _, last = index.rpartition(".")
    for name, arcs in ((".I", index), (".L", last), (".U", parent)):
        text = text.replace(name, f".{arcs}" if arcs else "")
    attributes: dict[str, object] = {"value": "1"}
    for part in filter(None, text.split(", ")):
        name, _, value = part.partition("=")
        is_oid = name != "value" and not value.startswith("raises ")
        attributes[name] = _oid(value) if is_oid else _value(value)
    return Element(**attributes)


def _oid(text: str) -> str:
    """The OID of a text that may begin with a short name."""
    roots = {"R": ROOT, "P": TABLE_OID, "E": f"enterprises.{ROOT[12:]}"}
    return unfolded(_SHORT_OID.sub(lambda match: match[1] + roots[match[2]], text, count=1))


def _value(text: str) -> object:
    """The value that a text is."""
    word, _, rest = text.partition(" ")
    if text in VALUES:
        return VALUES[text]
    if word == "int":
        return int(rest)
    if word == "hex":
        return bytes.fromhex(unfolded(rest))
    if word == "error":
        return LookupError(rest)
    return RuntimeError(rest) if word == "raises" else unfolded(text)


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    platform = PlatformOfLine()
    # the platform's calls are those of BaseSnmpPdu
    pdu: Any = platform
    snmp = Snmp(pdu)
    ends: list[tuple[str, str]] = []
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        if word == "oid":
            arcs = oid_arcs(unfolded(rest))
            return "unreadable" if arcs is None else ".".join(map(str, arcs)) or "()"
        if word == "quoted":
            return snmp.quoted(rest)
        if word == "extend":
            snmp.extend(float(rest))
        elif word == "remaining":
            ends.append((change, f"{snmp.remaining()} s"))
        elif word in _OPERATIONS:
            ends.append((change, _end(platform, snmp, change)))
        else:
            platform.change(word, rest)
            snmp = snmp if ends else Snmp(pdu, platform.limit_s, lambda: platform.now)
    ends = ends or [(call, _end(platform, snmp, call)) for call in platform.calls()]
    texts: list[str] = []
    for end, group in itertools.groupby(ends, key=lambda call_and_end: call_and_end[1]):
        texts.append(f"{', '.join(call for call, _ in group)}: {end}")
    if platform.asked:
        texts.append(f"asks {' '.join(platform.asked)}")
    text = "; ".join(texts)
    for name, whole in (("R", ROOT), ("P", TABLE_OID), ("H", platform.address)):
        text = text.replace(whole, name)
    return text


def _end(platform: PlatformOfLine, snmp: Snmp, call: str) -> str:
    """The end of a call."""
    word, _, oid = call.partition(" ")
    oid = _oid(oid or "R")
    try:
        if word == "get":
            text = repr(snmp.get(oid))
        elif word == "walk":
            text = " ".join(f"{index}={value!r}" for index, value in snmp.walk(oid).items()) or "-"
        else:
            snmp.set(oid, 1)
            text = "done"
    except PduHandlerError as error:
        may_be_done = word == "set" and error.may_have_executed
        marks = [f"SHOWS {secret} " for secret in platform.secrets if secret in kept(error)]
        marks += ["?"] if may_be_done else []
        text = "".join(marks) + _error(error, (platform.address, _OPERATIONS[word], oid))
    return text


def _error(error: PduHandlerError, usual_place: tuple[str, str, str]) -> str:
    """Kind, code and reason, and where it was if that is not the usual place."""
    code = f"[{error.code}]" if isinstance(error, Refused) else ""
    place = (error.host, error.operation, error.target)
    shown_place = "" if place == usual_place else f" (at {' '.join(place)})"
    return f"{error.kind}{code} {error.reason}{shown_place}"
