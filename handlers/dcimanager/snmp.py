"""Turns the results and exceptions of the platform's three SNMP calls into plain values and our
errors.
"""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union

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
_LONGEST_PORT = 10  # limit for the text of a port in an error, in characters


class Unsigned(int):
    """A number whose object is an Unsigned32 or a Gauge32, which are one type on the wire (RFC
    2578, 7.1.11)."""


class Snmp:
    """The three SNMP calls of one PDU.

    They cannot be interrupted, so none starts later than SILENCE_SECONDS after the last answer, nor
    later than `longest` seconds after the object was made. `extend` moves that limit.
    """

    def __init__(
        self,
        device: BaseSnmpPdu,
        longest: float = LONGEST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device, self._clock = device, clock
        self._longest, self._start = longest, clock()
        self._last_answer = self._start
        # Only our pdu_common has it: nothing that it learned of the agent is kept between calls.
        begin = getattr(type(device), "begin_snmp_session", None)
        if begin is not None:
            begin(device)
        self._parameters = foreign_snmp.read_parameters(device.pdu_data)
        port = self._parameters.text("port") or str(SNMP_PORT)
        self._port = port[:_LONGEST_PORT]
        # Whether the platform splits OIDs; None until an answer shows it.
        self._splits: Optional[bool] = None
        # whether an answer came
        self._answered = False
        # a row of each table that was walked
        self._index_by_table: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The address in lower case and the port: the key in handlers/snmp/command_locks.py.

        A host name is not resolved.
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
        start."""
        if not self._answered:
            fault = ""
            try:
                fault = host_fault(address(self._device.pdu_data))
            except AddressWithLogin:
                raise  # an error of the platform's library would quote it
            except SettingsError:
                pass  # the platform may know it elsewhere
            if fault:
                raise SettingsError(fault)
        if self.remaining() < 0:
            seconds = self._clock() - self._start
            raise Unreachable(
                f"the PDU answers too slowly: {seconds:.0f} s were not enough for this call."
                " Check the network. SNMP 2c reads more objects at once than 1; but if the PDU"
                " leaves its GETBULK requests without an answer, set the SNMP version to 1",
                known_endpoint(self._device.pdu_data),
            )

    def get(self, oid: str) -> Optional[Raw]:
        """The value of one object, None if the device does not have it. Raises the errors of
        `check` and `translate`, and ProtocolError for another object or a value that is too
        large."""
        self.check()
        element = self._call_library(lambda: self._device.snmp_get(oid), f"read {oid}")
        self._note_answer()
        return self._value(element, oid)

    def _value(self, element: object, oid: str) -> Optional[Raw]:
        """The value of the element that a GET of `oid` returned; None without one. Raises
        ProtocolError if it is another object's, or names no object."""
        if element is None:
            return None
        operation = f"read {oid}"
        is_asked_object = self._call_library(lambda: is_of(element, oid), operation)
        if not is_asked_object:
            raise self._at(ProtocolError("the device answered with another object"), operation)
        self._note_splitting(element, oid)
        return self._call_library(lambda: raw_value(element), operation)

    def _note_answer(self) -> None:
        self._answered, self._last_answer = True, self._clock()

    def set(self, oid: str, value: Union[int, str]) -> None:
        """Call snmp_set once.

        The platform chooses the type, probably INTEGER for an int and OCTET STRING for a str. Only
        our pdu_common can write an `Unsigned` as such.
        """
        self.check()
        write = functools.partial(self._device.snmp_set, oid, value)
        if isinstance(value, Unsigned):
            set_unsigned = getattr(self._device, "snmp_set_unsigned", self._device.snmp_set)
            write = functools.partial(set_unsigned, oid, int(value))
        try:
            self._call_library(write, f"write {oid}", writing=True)
            self._answered = True
        finally:
            # a write that waited long must be followed by a reading
            self._last_answer = self._clock()

    def walk(self, oid: str) -> dict[str, Raw]:
        """Index suffix -> value of the rows below `oid`, in the order read; {} if no row has a
        value.

        Otherwise a row without a value has "". Raises the errors of `get`, and ProtocolError for a
        missing or repeated index.
        """
        elements = self._elements(oid)
        self._note_answer()
        if elements:
            is_end = self._call_library(lambda: is_no_row(elements, oid), f"walk {oid}")
            if is_end:
                elements.pop()
        rows = self._rows(elements, oid)
        if rows:
            self._index_by_table[oid.rpartition(".")[0]] = next(iter(rows))
        return rows

    def _rows(self, elements: Sequence[Any], oid: str) -> dict[str, Raw]:
        """Index suffix -> value. Raises ProtocolError for a row without an index but with a value,
        and for two rows with the same index."""
        suffixes, values = self._indexes(elements, oid), self._values(elements, oid)
        rows: dict[str, Optional[Raw]] = {}
        for suffix, value in zip(suffixes, values):
            is_again = suffix in rows
            if suffix and is_again:
                error = ProtocolError(f"the answer has the row {suffix} twice")
                raise self._at(error, f"walk {oid}")
            if not suffix and (is_again or value is not None):
                raise self._at(ProtocolError("a row has no index"), f"walk {oid}")
            rows[suffix] = value
        return _fill_gaps(rows)

    def _values(self, elements: Sequence[Any], oid: str) -> list[Optional[Raw]]:
        """The value of each row, None for one that the platform says is missing."""
        values: list[Optional[Raw]] = []

        def convert_elements() -> None:
            for element in elements[len(values) :]:
                values.append(raw_value(element))

        while len(values) < len(elements):
            self._call_library(convert_elements, f"walk {oid}")
            if len(values) < len(elements):  # the conversion ended at an element
                values.append(None)  # its attribute raised that the object is missing
        return values

    def _elements(self, oid: str) -> list[Any]:
        """The walked rows. An error that says that nothing follows, such as SNMPv1's noSuchName,
        ends the table: the rows before it are kept. Any other error is raised, because rows may be
        missing then."""
        elements: list[Any] = []

        def walk_rows() -> bool:
            rows = self._device.snmp_walk(oid)
            if rows is not None:  # an empty table
                for element in rows:
                    elements.append(element)  # `extend` need not keep the rows before an error
            return True

        self.check()
        has_returned = self._call_library(
            walk_rows, f"walk {oid}", begun=elements, has_answered=self._answered
        )
        if not has_returned and not elements:
            self._raise_if_rows_were_lost(oid)
        return elements

    def _raise_if_rows_were_lost(self, oid: str) -> None:
        """For a walk that raised that nothing follows, and returned no row: easysnmp 0.2.6 does so
        over SNMPv1 after the last rows of the device, and they are lost."""
        known_index = self._index_by_table.get(oid.rpartition(".")[0])
        for index in (known_index,) if known_index else _USUAL_INDEXES:
            if self.get(f"{oid}.{index}") is not None:
                reason = (
                    "the platform's SNMP library lost the rows of a table at the end of the"
                    " device's objects: set the SNMP version to 2"
                )
                raise self._at(ProtocolError(reason), f"walk {oid}")

    def _indexes(self, elements: Sequence[Any], oid: str) -> list[str]:
        """The indexes of the walked rows. Costs a GET if only that shows whether the platform
        splits OIDs."""

        rows = self._call_library(lambda: IndexedRows(elements, oid), f"walk {oid}")
        if rows is None or not elements:
            return [""] * len(elements)
        unsplit = rows.indexes(split=False)
        split = rows.indexes(split=True)
        first_oid = f"{oid}.{dotted(unsplit[0])}"
        if unsplit == split:
            self._note_splitting(elements[0], first_oid)
        elif self._splits is None and len(elements) <= _UNSURE_ROWS:
            self._splits = self.get(first_oid) is None
        indexes = split if self._splits else unsplit
        return [dotted(index) for index in indexes]

    def _note_splitting(self, element: object, oid: str) -> None:
        """Remember whether the platform splits OIDs, if the element of `oid` shows it."""
        is_split = self._call_library(lambda: is_oid_split(element, oid), f"read {oid}")
        self._splits = self._splits if is_split is None else is_split

    def quoted(self, words: str) -> str:
        """A device's text for an error, or a notice if it holds a community or a password, which
        the device may send back.
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
        begun: Sequence[Any] = (),
        has_answered: bool = False,
    ) -> Optional[T]:
        """The function's result; None if the object is missing, or if a walk with the rows `begun`
        is at the end of the table.

        `has_answered`: before this walk the device answered, so that silence now is not a wrong
        address or community.
        """
        try:
            return function()
        except PduHandlerError:
            raise
        except Exception as error:
            # the platform's exceptions are not documented; its elements' attributes may raise them
            texts = [
                foreign_snmp.exception_text(failure)[:LONGEST_TEXT]
                for failure in foreign_snmp.leaf_exceptions(error)
            ]
        errors: list[PduHandlerError] = []
        for words in texts:  # several if they were raised as a group
            own_words = self._own_words(words)
            failure = translate(
                own_words,
                self._mask_secrets(words),
                writing=writing,
                port=self._port,
                has_answered=has_answered,
            )
            if failure is not None:
                errors.append(failure)
            # the words mean a missing object, or the end of a table
            elif begun and not is_end_of_table(own_words):
                reason = f"the walk broke off after {len(begun)} rows; poll the PDU again"
                errors.append(ProtocolError(reason))
        if not errors:
            return None
        # without an answer, a write may have been carried out
        unreachable = [error for error in errors if isinstance(error, Unreachable)]
        worst = (unreachable or errors)[0]
        # outside `except`: the exception may hold a community
        raise self._at(worst, operation)

    def _at(self, error: PduHandlerError, operation: str) -> PduHandlerError:
        """The error with the device's address, the operation, and the OID at its end."""
        verb, _, oid = operation.partition(" ")
        return error.at(known_endpoint(self._device.pdu_data), verb, oid)

    def _mask_secrets(self, text: str) -> str:
        """The text with each secret as ***.

        If *** would reveal the secret, or if the parameters cannot all be searched for secrets, a
        notice replaces the text after the first colon.
        """
        if self._parameters.is_opaque:
            return (
                f"{text.partition(':')[0]}: the platform's message is left out, because its SNMP"
                " parameters cannot be searched for secrets"
            )
        for key, secret, form in self._secret_forms():
            is_password = "pass" in key.lower()
            pattern = re.escape(form)
            is_in_word = re.search(rf"\w{pattern}|{pattern}\w", text) is not None
            # *** in a known sentence would reveal the password
            is_in_sentence = is_password and form in text
            if is_in_word or is_in_sentence:
                is_short = is_password and len(secret) < 8
                short = f"; {key} has fewer than 8 characters" if is_short else ""
                return (
                    f"{text.partition(':')[0]}: the platform's message contains the value of"
                    f" {key or 'a parameter'} and is left out{short}"
                )
            text = text.replace(form, "***")
        return text

    def _secret_forms(self) -> list[tuple[str, str, str]]:
        """Key, secret, and the secret in a form of `printed_forms`; the longest first, because a
        secret may begin with another one.
        """
        forms: list[tuple[str, str, str]] = []
        for key, secret in self._parameters.texts:
            if not foreign_snmp.is_public(key):
                forms += [(key, secret, form) for form in printed_forms(secret)]
        return sorted(forms, key=lambda entry: -len(entry[2]))

    def _own_words(self, text: str) -> str:
        """The platform's text without the host's name and without secrets that stand as words: only
        what is left is the platform's or the device's word about a request.
        """
        names: list[str] = []
        host = known_address(self._device.pdu_data).host
        if re.search("[A-Za-z]", host) and ":" not in host:
            names.append(host)
        for _, _, form in self._secret_forms():
            names.append(form)
        for name in names:
            whole_word = rf"(?<!\w){re.escape(name)}(?!\w)"
            text = re.sub(whole_word, "***", text)
        return text


def _fill_gaps(rows: Mapping[str, Optional[Raw]]) -> dict[str, Raw]:
    """The rows, with "" for a missing value; none if all are missing."""
    values = {suffix: value for suffix, value in rows.items() if value is not None}
    if len(values) == len(rows) or not values:
        return values
    return {suffix: "" if value is None else value for suffix, value in rows.items() if suffix}


def known_endpoint(pdu_data: object) -> str:
    """The address on the form, with a port that is not the usual one; "" without a valid one. The
    port is left out if the form's field cannot be read.
    """
    host = known_address(pdu_data)
    with contextlib.suppress(ValueError):
        return host_with_port(host, foreign_snmp.read_port(pdu_data), SNMP_PORT)
    return host_with_port(host, None, SNMP_PORT)
