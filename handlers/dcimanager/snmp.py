"""Turns the results and exceptions of the platform's three SNMP calls into plain values and our
errors. The platform's library is not known: it may return rows in several forms (an element has an
OID, an index and a value), and may split OIDs into `oid` and `index`.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, TypeVar, Union

from ..shared.address import host_fault, host_with_port
from ..shared.errors import PduHandlerError, ProtocolError, SettingsError, Unreachable
from ..shared.printed_forms import printed_forms
from . import foreign_snmp
from .form import AddressWithLogin, address, known_address
from .rows import (
    LONGEST_TEXT,
    IndexedRows,
    Raw,
    dotted,
    is_no_row,
    is_of,
    is_oid_split,
    raw_value,
)
from .snmp_errors import is_end_of_table, translate

if TYPE_CHECKING:
    from pdu_common.base_snmp_pdu import BaseSnmpPdu

T = TypeVar("T")

# A table with as many rows may consist of the rows 1.1 and 2.2 alone, which look like the rows 1
# and 2 if OIDs are split. A longer table shows it, because its rows have other numbers too.
_UNSURE_ROWS = 2
# of the first row of most tables
_USUAL_INDEXES = ("1", "0", "1.1", "1.1.1")
# limits for the start of an SNMP call: from the last answer, and from the first call
SILENCE_SECONDS, LONGEST_SECONDS = 30.0, 300.0
# the port that IANA registers for snmp
SNMP_PORT = 161


class Unsigned(int):
    """A number whose object is an Unsigned32 or a Gauge32, which are one type on the wire (RFC
    2578, 7.1.11)."""


class _PrintedSecret(NamedTuple):
    r"""A community, a password or another parameter that is not public.

    _PrintedSecret("community", "a'b", "a\\'b")      as Python prints the community a'b
    """

    #: its key on the form, "" for none
    key: str
    value: str
    #: how a library may show it: a form of `printed_forms`
    printed: str


class Snmp:
    """The three SNMP calls of one PDU: `get`, `set` and `walk`. What they learn is kept:
    `_splits_oids`, whether the platform splits OIDs (None until an answer shows it),
    `_has_answered`, `_last_answer` (a time of `_clock`), and `_index_by_table`, the index of one
    row of each table that was walked.

    They cannot be interrupted, so none starts later than SILENCE_SECONDS after the last answer, nor
    later than `longest` seconds after the object was made. `extend` moves that limit.

        snmp = Snmp(device)
        snmp.get("1.3.6.1.2.1.1.5.0")            "rack1-pdu"
        snmp.walk("1.3.6.1.4.1.318.1.1.4.4.2.1.3")      {"1": 1, "2": 2}
    """

    def __init__(
        self,
        device: BaseSnmpPdu,
        longest: float = LONGEST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._longest = longest
        self._clock = clock
        self._start = self._last_answer = clock()
        # Only our pdu_common has it: nothing that it learned of the agent is kept between calls.
        begin = getattr(type(device), "begin_snmp_session", None)
        if begin is not None:
            begin(device)
        self._parameters = foreign_snmp.parameter_texts(device.pdu_data)
        self._port = foreign_snmp.read_port(device.pdu_data) or str(SNMP_PORT)
        self._splits_oids: Optional[bool] = None
        self._has_answered = False
        self._index_by_table: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The address in lower case and the port, which name the PDU where commands to it are
        locked against each other. A host name is not resolved.

            address PDU-7.example.net, port 161      "pdu-7.example.net 161"
        """
        return f"{known_address(self._device.pdu_data).lower()} {self._port}"

    def extend(self, seconds: float) -> None:
        """Let calls start up to `seconds` after the object was made."""
        self._longest = seconds

    def renew(self) -> None:
        """Let calls start as long from now on as from the start."""
        self._start = self._last_answer = self._clock()

    def remaining(self) -> float:
        """Seconds in which a call may still start; below zero if none may."""
        end = min(self._last_answer + SILENCE_SECONDS, self._start + self._longest)
        return end - self._clock()

    def check(self) -> None:
        """Raises SettingsError for an address that is a URL, and Unreachable if no further call may
        start: nothing was sent then.

            31 s after the last answer     Unreachable: the PDU answers too slowly: ...
            the address http://pdu-7       SettingsError
        """
        if not self._has_answered:
            self._refuse_unusable_address()
        if self.remaining() < 0:
            seconds = self._clock() - self._start
            error = Unreachable(
                f"the PDU answers too slowly: {seconds:.0f} s were not enough for this call."
                " Check the network, and if the PDU answers late, give it a longer time-out (pdu:"
                " -s timeout=5). SNMP 2c reads more objects at once than 1; but if the PDU leaves"
                " its GETBULK requests without an answer, set the SNMP version to 1",
                known_endpoint(self._device.pdu_data),
            )
            error.may_have_executed = False
            raise error

    def _refuse_unusable_address(self) -> None:
        """Raises SettingsError for an address on the form that cannot be used.

        "192.0.2.7"                    returns
        "http://192.0.2.7"             SettingsError
        none on the form               returns: the platform may know it elsewhere
        """
        try:
            fault = host_fault(address(self._device.pdu_data))
        except AddressWithLogin:
            raise  # an error of the platform's library would quote it
        except SettingsError:
            return  # the platform may know it elsewhere
        if fault:
            raise SettingsError(fault)

    def get(self, oid: str) -> Optional[Raw]:
        """The value of one object, None if the device does not have it.

        Raises Unreachable for no answer, or if the time for calls is over; Denied, Refused or
        SettingsError, by what the device or the platform says; ProtocolError for another object or
        a value that is too large.

            get("1.3.6.1.2.1.1.5.0")     > GET 1.3.6.1.2.1.1.5.0
                                         < "rack1-pdu"                    "rack1-pdu"
                                         < noSuchObject                   None
        """
        operation = f"read {oid}"
        self.check()
        element = self._call_library(lambda: self._device.snmp_get(oid), operation)
        self._note_answer()
        if element is None:
            return None
        is_asked_object = self._call_library(lambda: is_of(element, oid), operation)
        if not is_asked_object:
            raise self._at(ProtocolError("the device answered with another object"), operation)
        self._note_splitting(element, oid)
        return self._call_library(lambda: raw_value(element), operation)

    def _note_answer(self) -> None:
        self._has_answered = True
        self._last_answer = self._clock()

    def set(self, oid: str, value: Union[int, str]) -> None:
        """Write one object, once: calls the platform's snmp_set.

        The platform chooses the type, probably INTEGER for an int and OCTET STRING for a str. Only
        our pdu_common can write an `Unsigned` as such.

            set("1.3.6.1.4.1.318.1.1.4.4.2.1.3.7", 2)
            > SET 1.3.6.1.4.1.318.1.1.4.4.2.1.3.7 INTEGER 2
        """
        self.check()
        write = functools.partial(self._device.snmp_set, oid, value)
        if isinstance(value, Unsigned):
            set_unsigned = getattr(self._device, "snmp_set_unsigned", self._device.snmp_set)
            write = functools.partial(set_unsigned, oid, int(value))
        try:
            self._call_library(write, f"write {oid}", writing=True)
            self._has_answered = True
        finally:
            # a slow or failed write counts as an answer, too: else `check` would refuse the
            # reading of the outlet's state that must follow it
            self._last_answer = self._clock()

    def walk(self, oid: str) -> dict[str, Raw]:
        """Index and value of each row below `oid`, in the order read; {} if no row has a value.

        Otherwise a row without a value has "". Raises Unreachable for no answer, Denied, Refused or
        SettingsError, by what the device or the platform says, and ProtocolError for a missing or
        repeated index.

            walk("1.3.6.1.4.1.318.1.1.4.4.2.1.3")
            < 1.3.6.1.4.1.318.1.1.4.4.2.1.3.1 = 1, 1.3.6.1.4.1.318.1.1.4.4.2.1.3.2 = 2
            {"1": 1, "2": 2}
        """
        elements = self._elements(oid)
        self._note_answer()
        if elements:
            is_end = self._call_library(lambda: is_no_row(elements, oid), f"walk {oid}")
            if is_end:
                elements.pop()
        rows = self._rows(elements, oid)
        if rows:
            first_index = next(iter(rows))
            self._index_by_table[_table_of(oid)] = first_index
        return rows

    def _rows(self, elements: Sequence[Any], oid: str) -> dict[str, Raw]:
        """The value of each walked row by its index. Raises ProtocolError for a row without an
        index but with a value, and for two rows with the same index.

            rows 1.3.6.1.4.1.318.4.1 = 7 and 1.3.6.1.4.1.318.4.2 = 8, walked 1.3.6.1.4.1.318.4
            {"1": 7, "2": 8}
        """
        indexes = self._indexes(elements, oid)
        values = self._values(elements, oid)
        rows: dict[str, Optional[Raw]] = {}
        for index, value in zip(indexes, values):
            is_repeated = index in rows
            if index and is_repeated:
                error = ProtocolError(f"the answer has the row {index} twice")
                raise self._at(error, f"walk {oid}")
            if not index and (is_repeated or value is not None):
                raise self._at(ProtocolError("a row has no index"), f"walk {oid}")
            rows[index] = value
        return _fill_gaps(rows)

    def _values(self, elements: Sequence[Any], oid: str) -> list[Optional[Raw]]:
        """The value of each row, None for one that the platform says is missing.

        elements with value 7 and value "No Such Instance"      [7, None]
        """
        values: list[Optional[Raw]] = []
        for element in elements:
            # for a missing object, reading element.value may raise the platform's SnmpError
            convert = functools.partial(raw_value, element)
            values.append(self._call_library(convert, f"walk {oid}"))
        return values

    def _elements(self, oid: str) -> list[Any]:
        """The walked rows. An error that says that nothing follows, such as SNMPv1's noSuchName,
        ends the table: the rows before it are kept; without any, a GET shows whether the library
        lost them. Any other error is raised, because rows may be missing then.

            two rows, then noSuchName          both rows
            noSuchName at once                 [], after a GET has found no row
            two rows, then a time-out          raises
        """
        elements: list[Any] = []

        def walk_rows() -> bool:
            """Add the rows to `elements`. Returns True, because `_call_library` returns None for a
            walk that raised that nothing follows."""
            rows = self._device.snmp_walk(oid)
            if rows is not None:  # an empty table
                for element in rows:
                    elements.append(element)  # `extend` need not keep the rows before an error
            return True

        self.check()
        has_returned = self._call_library(
            walk_rows, f"walk {oid}", walked_rows=elements, has_answered=self._has_answered
        )
        if not has_returned and not elements:
            self._raise_if_rows_were_lost(oid)
        return elements

    def _raise_if_rows_were_lost(self, oid: str) -> None:
        """Raise ProtocolError if the library has lost the rows of the column `oid`: its walk of the
        column returned no row and raised an error that nothing follows, but a GET finds one.
        easysnmp 0.2.6 loses the last rows of a device so over SNMPv1. `get` returns None for a row
        that the device does not have.

            walk of ...2.1.3: no row
            > GET ...2.1.3.1                   of another column of the table the row 1 is known
            < 7                                ProtocolError: the library lost the rows
            < noSuchName                       returns
        """
        known_index = self._index_by_table.get(_table_of(oid))
        likely_indexes = [known_index] if known_index else _USUAL_INDEXES
        for index in likely_indexes:
            if self.get(f"{oid}.{index}") is not None:
                reason = (
                    "the platform's SNMP library lost the rows of a table at the end of the"
                    " device's objects: set the SNMP version to 2"
                )
                raise self._at(ProtocolError(reason), f"walk {oid}")

    def _indexes(self, elements: Sequence[Any], oid: str) -> list[str]:
        """The index of each walked row as text, "1.7"; "" if the rows cannot be read. Costs a GET
        if only that shows whether the platform splits OIDs.

            OIDs ...318.4.1.7 and ...318.4.1.8, walked ...318.4     ["1.7", "1.8"]
        """
        rows = self._call_library(lambda: IndexedRows(elements, oid), f"walk {oid}")
        if rows is None or not elements:
            return [""] * len(elements)
        indexes_if_whole = rows.indexes(split=False)
        indexes_if_split = rows.indexes(split=True)
        first_oid = f"{oid}.{dotted(indexes_if_whole[0])}"
        if indexes_if_whole == indexes_if_split:
            self._note_splitting(elements[0], first_oid)
        elif self._splits_oids is None and len(elements) <= _UNSURE_ROWS:
            self._splits_oids = self.get(first_oid) is None
        indexes = indexes_if_split if self._splits_oids else indexes_if_whole
        return [dotted(index) for index in indexes]

    def _note_splitting(self, element: object, oid: str) -> None:
        """Remember whether the platform splits OIDs, if the element of `oid` shows it."""
        is_split = self._call_library(lambda: is_oid_split(element, oid), f"read {oid}")
        if is_split is not None:
            self._splits_oids = is_split

    def quoted(self, words: str) -> str:
        """A device's text for an error, or a notice if it holds a community or a password, which
        the device may send back.

            "rack1-pdu"                        "rack1-pdu"
            "no community s3cret"              "(not shown: it holds the community or a password)"
        """
        if self._mask_secrets(words) == words:
            return words
        return "(not shown: it holds the community or a password)"

    def _call_library(
        self,
        function: Callable[[], T],
        operation: str,
        *,
        writing: bool = False,
        walked_rows: Sequence[Any] = (),
        has_answered: bool = False,
    ) -> Optional[T]:
        """The result of `function`, which calls the platform's library; None if the object is
        missing, or if a walk that has read `walked_rows` is at the end of the table. Raises our
        error for any other exception. `operation`: what is done, "read 1.3.6.1.2.1.1.5.0", for the
        error. `has_answered`: before this walk the device answered, so that silence now is not a
        wrong address or community.

            snmp_get raises Timeout("No SNMP response received")       raises Unreachable
            snmp_get raises NoSuchInstance                             None
        """
        try:
            return function()
        except PduHandlerError:
            raise
        except Exception as raised:
            # the platform's exceptions are not documented; its elements' attributes may raise them
            text = foreign_snmp.exception_text(raised)[:LONGEST_TEXT]
        error = self._translated(
            text, writing=writing, row_count=len(walked_rows), has_answered=has_answered
        )
        if error is None:
            return None
        # outside `except`: the exception may hold a community
        raise self._at(error, operation)

    def _translated(
        self, text: str, *, writing: bool, row_count: int, has_answered: bool
    ) -> Optional[PduHandlerError]:
        """The error for the text of an exception; None if it says that the object is missing, or
        that a walk is at the end of the table after `row_count` rows.

            "SnmpError: No SNMP response received"          Unreachable
            "NoSuchInstance: no such instance"              None
            the same after 7 walked rows                    ProtocolError: the walk broke off ...
        """
        own_words = self._own_words(text)
        error = translate(
            own_words,
            self._mask_secrets(text),
            writing=writing,
            port=self._port,
            has_answered=has_answered,
        )
        if error is None and row_count and not is_end_of_table(own_words):
            return ProtocolError(f"the walk broke off after {row_count} rows; poll the PDU again")
        return error

    def _at(self, error: PduHandlerError, operation: str) -> PduHandlerError:
        """The error with the device's address, the operation, and the OID at its end."""
        verb, _, oid = operation.partition(" ")
        return error.at(known_endpoint(self._device.pdu_data), verb, oid)

    def _mask_secrets(self, text: str) -> str:
        """The text with each secret as ***. Where that would reveal the secret, as in a known word
        or sentence, a notice replaces the text after the first colon.

            community s3cret:   "no answer from s3cret@192.0.2.7"     "no answer from ***@192.0.2.7"
            community pub:      "SnmpError: unknown public host"
                                "SnmpError: the platform's message contains the value of ..."
        """
        for secret in self._printed_secrets():
            is_password = "pass" in secret.key.lower()
            pattern = re.escape(secret.printed)
            is_in_word = re.search(rf"\w{pattern}|{pattern}\w", text) is not None
            # *** in a known sentence would reveal the password
            is_in_sentence = is_password and secret.printed in text
            if is_in_word or is_in_sentence:
                is_short = is_password and len(secret.value) < 8
                short = f"; {secret.key} has fewer than 8 characters" if is_short else ""
                return (
                    f"{text.partition(':')[0]}: the platform's message contains the value of"
                    f" {secret.key or 'a parameter'} and is left out{short}"
                )
            text = text.replace(secret.printed, "***")
        return text

    def _printed_secrets(self) -> list[_PrintedSecret]:
        """The values of parameters that are not public, each in every form in which a library may
        print it, the longest first: a secret may begin with another one.

        community "public", user "poll", auth_password "s3cret-word"
        the forms of s3cret-word, then those of public; none of poll
        """
        secrets: list[_PrintedSecret] = []
        for key, value in self._parameters:
            if foreign_snmp.is_public(key):
                continue
            for printed in printed_forms(value):
                secrets.append(_PrintedSecret(key, value, printed))
        return sorted(secrets, key=lambda secret: len(secret.printed), reverse=True)

    def _own_words(self, text: str) -> str:
        """The platform's text, from which the error is told, without the host's name and without
        secrets that stand as words: a community "readonly" would be taken for the device's answer.

            community "readonly":    "timeout, community readonly"    "timeout, community ***"
        """
        names: list[str] = []
        host = known_address(self._device.pdu_data).host
        if re.search("[A-Za-z]", host) and ":" not in host:
            names.append(host)
        for secret in self._printed_secrets():
            names.append(secret.printed)
        for name in names:
            whole_word = rf"(?<!\w){re.escape(name)}(?!\w)"
            text = re.sub(whole_word, "***", text)
        return text


def _table_of(column: str) -> str:
    """The OID of the table's entry that holds a column."""
    return column.rpartition(".")[0]


def _fill_gaps(rows: Mapping[str, Optional[Raw]]) -> dict[str, Raw]:
    """The rows, with "" for a missing value; none if all are missing, nor a row without index.

    >>> _fill_gaps({"1": 7, "2": None, "": None})
    {'1': 7, '2': ''}
    >>> _fill_gaps({"1": None})
    {}
    """
    filled_rows: dict[str, Raw] = {}
    for index, value in rows.items():
        if index:
            filled_rows[index] = "" if value is None else value
    has_values = any(value is not None for value in rows.values())
    return filled_rows if has_values else {}


def known_endpoint(pdu_data: object) -> str:
    """The address on the form, with a port other than the usual one; "" if it is not valid.

    >>> known_endpoint({"ip": "192.0.2.7", "snmp_params": {"port": 1161}})
    '192.0.2.7:1161'
    """
    return host_with_port(known_address(pdu_data), foreign_snmp.read_port(pdu_data), SNMP_PORT)
