"""What DCImanager's replies say. Pure.

A reply is JSON: {"id": 7}, {"list": [...]} or {"error": {"code": 3005, "msg": "..."}}.
Only the keys `id`, `token` and `error` are of the vendor's pages. The form of the list of handlers
is inferred from the lists of ISPsystem's other products of this generation: `list`, its `size`, and
`last_notify`. So "there is no such handler" is believed of such a list alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from handlers.shared.errors import ProtocolError, Refused, printable

from ..cli.known_secrets import HIDDEN, without_secrets

_LONGEST = 500  # limit for a text of DCImanager, in characters
#: statuses of a DCImanager without the call that lists handlers
NO_SUCH_CALL = (404, 405, 501)


class Outcome(Enum):
    """What a reply means for its request."""

    #: it was carried out
    DONE = "done"
    #: it was not
    REFUSED = "refused"
    #: nobody knows
    UNCLEAR = "unclear"


class Reply(NamedTuple):
    """The answer to one call."""

    status: int
    body: bytes
    #: of a redirect, "" for none
    location: str = ""

    @property
    def value(self) -> Any:
        """The body as JSON, None for another body."""
        try:
            return json.loads(self.body.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            return None

    @property
    def error(self) -> Any:
        """The member `error` of the body, None if it has none or is no JSON object."""
        value = self.value
        return (value.get("error") or None) if isinstance(value, dict) else None

    @property
    def outcome(self) -> Outcome:
        """Whether the request was carried out. A 2xx is believed without a body or with a JSON
        object that says nothing of an error.

        >>> for status, body in (
        ...     (200, b'{"id": 7}'), (204, b""), (409, b""), (200, b'{"error": {"msg": "exists"}}'),
        ...     (503, b""), (200, b"<html>"), (200, b'{"success": false}'),
        ... ):
        ...     print(status, body.decode(), Reply(status, body).outcome.value)
        200 {"id": 7} done
        204  done
        409  refused
        200 {"error": {"msg": "exists"}} refused
        503  unclear
        200 <html> unclear
        200 {"success": false} unclear
        """
        if 400 <= self.status < 500:
            return Outcome.REFUSED
        if not 200 <= self.status < 300:
            return Outcome.UNCLEAR
        if self.error is not None:
            return Outcome.REFUSED
        if not self.body.strip():
            return Outcome.DONE
        value = self.value
        if not isinstance(value, dict) or value.get("errors") or value.get("success") is False:
            return Outcome.UNCLEAR  # the two keys are of no page, and say no success either
        return Outcome.DONE

    @property
    def is_of_manager(self) -> bool:
        """Whether it is an error of DCImanager, not of what else may answer at the address: JSON
        with a text in error.msg.

        >>> Reply(409, b'{"error": {"msg": "exists"}}').is_of_manager, Reply(502, b"").is_of_manager
        (True, False)
        """
        error = self.error
        return isinstance(error, dict) and isinstance(error.get("msg"), str)

    @property
    def error_code(self) -> str:
        """DCImanager's code of an error as text, such as "3005"; "" without one."""
        error = self.error
        return _text_of(error.get("code"))[:20] if isinstance(error, dict) else ""

    def words(self) -> str:
        """Why the reply is no success, in DCImanager's words if it has any. If these have a secret
        of this run, such as the password, the status alone.

        >>> Reply(409, b'{"error": {"code": 7, "msg": "exists", "value": "name"}}').words()
        'DCImanager answers "exists" (code 7): name'
        >>> Reply(502, b"<html>").words()
        'HTTP 502 without JSON, so not from DCImanager: check the address'
        """
        text = self.body.decode("utf-8", "replace")
        sentence = f"HTTP {self.status}: {text[:_LONGEST]}"
        if self.is_of_manager:
            sentence = self._sentence()
        elif 300 <= self.status < 400:
            sentence = f"HTTP {self.status} leads to {self.location[:_LONGEST] or 'no address'}"
        elif self.value is None:
            sentence = f"HTTP {self.status} without JSON, so not from DCImanager: check the address"
        # also the whole body, of which a cut may leave a part of a secret
        for words in (text + self.location, sentence):
            bare_words = words.replace("\\", "")  # without what JSON in JSON may escape
            if HIDDEN in (without_secrets(words), without_secrets(bare_words)):
                return f"HTTP {self.status} ({HIDDEN})"
        return printable(sentence)

    def _sentence(self) -> str:
        """DCImanager's words in the body of an error: `DCImanager answers "no" (code 7): name`."""
        sentence = f'DCImanager answers "{_text_of(self.error["msg"])}"'
        if self.error_code:
            sentence += f" (code {self.error_code})"
        value = _text_of(self.error.get("value"))
        return f"{sentence}: {value}" if value else sentence


def _text_of(member: Any) -> str:
    """A member of an error as text, of at most 500 characters; "" for what is no text or number.

    >>> _text_of("exists"), _text_of(3005), _text_of(["a"])
    ('exists', '3005', '')
    """
    return str(member)[:_LONGEST] if type(member) in (str, int) else ""


def token_in(reply: Reply) -> str:
    """The token in the reply to a login; "" if it has none that a header can carry.

    >>> token_in(Reply(200, b'{"id": "1", "token": "4-7c6f"}'))
    '4-7c6f'
    """
    value = reply.value
    token = value.get("token") if isinstance(value, dict) else None
    if isinstance(token, str) and re.fullmatch("[A-Za-z0-9._~+/=:-]{1,8000}", token):
        return token
    return ""


def id_in(row: Any) -> str:
    """The id in a JSON object of a reply, as text without leading zeros; "" for an id that is no
    number, and for what is no object.

    >>> id_in({"id": "007"}), id_in({"id": "x"})
    ('7', '')
    """
    number = row.get("id") if isinstance(row, dict) else None
    text = str(number) if type(number) in (int, str) else ""
    match = re.fullmatch("0*([0-9]{1,19})", text)
    return match[1] if match else ""


# ---- the list of handlers ------------------------------------------------------------------------


class HandlerList:
    """DCImanager's list of handlers, a row each: {"id": 7, "handler": "pdu_snmp"}. The list may be
    one page of several; `_is_complete` says that it is whole. Raises ProtocolError for a reply that
    is no list.

    >>> handlers = HandlerList(Reply(200, b'{"list": [{"id": 7, "handler": "pdu_snmp"}]}'))
    >>> handlers.id_of("pdu_snmp", remembered_id=""), handlers.id_of("pdu_nut", remembered_id="")
    ('7', '')
    """

    def __init__(self, reply: Reply) -> None:
        value = reply.value
        rows = value.get("list") if isinstance(value, dict) else None
        if not isinstance(rows, list):
            raise _no_proof("it has no list")
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("handler"), str):
                raise _no_proof("it has rows that are no handlers with a name")
        self._rows: list[Mapping[str, Any]] = rows
        # any other member may speak of further pages
        members = {**value, "size": str(value.get("size", len(rows)))}
        del members["list"]
        members.pop("last_notify", None)
        self._is_complete = members == {"size": str(len(rows))}

    def id_of(self, handler: str, remembered_id: str) -> str:
        """The id of the handler for PDUs with this internal name, "" if there is none.
        `remembered_id`: the one that the file of ids has for it, "" for none. It is returned if no
        row has this name or this id: the upload says whether the handler was removed.

        Raises ProtocolError for a list that does not say it plainly, and Refused for a handler of
        this name for devices that are no PDUs.
        """
        rows = [row for row in self._rows if row["handler"] == handler]
        if not rows:
            return self._id_of_absent(handler, remembered_id)
        if len(rows) > 1:
            raise _no_proof(f"it has several handlers named {handler}")
        number = id_in(rows[0])
        if not number:
            raise _no_proof(f"the id of {handler} is no number")
        device_type = _device_type(rows[0])
        if device_type != "pdu":
            raise Refused(
                f"DCImanager has a handler named {handler} (id {number}) for devices of the type"
                f" {device_type}, whose archive would be replaced: give yours another name, that of"
                " its directory"
            )
        return number

    def _id_of_absent(self, handler: str, remembered_id: str) -> str:
        """The id of a handler whose name is in no row: the remembered one, unless a row has this id
        now; "" for none. Raises ProtocolError for a list that may not be complete, and for a row
        with the name in other letters.

        >>> handlers = HandlerList(Reply(200, b'{"list": [{"id": 7, "handler": "pdu_nut"}]}'))
        >>> handlers.id_of("pdu_snmp", "6"), handlers.id_of("pdu_snmp", "7")
        ('6', '')
        """
        for row in self._rows:
            # whether DCImanager takes such names for one is not known
            if row["handler"].casefold() == handler.casefold():
                raise _no_proof(f"it has {printable(row['handler'], 100)}, in other letters")
        if not self._is_complete:
            raise _no_proof("it may be one page of several")
        ids = [id_in(row) for row in self._rows]
        if not all(ids):
            raise _no_proof("it has rows without an id")
        return "" if remembered_id in ids else remembered_id

    def has(self, number: str) -> bool:
        """Whether a row has the id `number`."""
        return any(id_in(row) == number for row in self._rows)

    def other_handler(self, number: str, handler: str) -> str:
        """The name of the handler with the id `number`, for people, if it is not `handler`, or is
        for devices that are no PDUs; "" if it is `handler`, or no row has this id.

        >>> handlers = HandlerList(Reply(200, b'{"list": [{"id": 7, "handler": "pdu_nut"}]}'))
        >>> handlers.other_handler("7", "pdu_snmp"), handlers.other_handler("7", "pdu_nut")
        ('pdu_nut', '')
        """
        for row in self._rows:
            name, device_type = row["handler"], _device_type(row)
            is_same_handler = (name, device_type) == (handler, "pdu")
            if id_in(row) == number and not is_same_handler:
                devices = "" if device_type == "pdu" else f" for devices of the type {device_type}"
                return f"{printable(name, 100)}{devices}"
        return ""


def _device_type(row: Mapping[str, Any]) -> str:
    """The type of the devices that a handler in a row is for; "pdu" if the row does not say it.

    >>> _device_type({"id": 7}), _device_type({"id": 8, "device_type": "switch"})
    ('pdu', 'switch')
    """
    return printable(str(row.get("device_type", "pdu")), 40)


def _no_proof(why: str) -> ProtocolError:
    """The error of a list that does not say whether a handler is registered."""
    return ProtocolError(f"the list of handlers proves nothing: {why}")
