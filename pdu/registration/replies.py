"""What DCImanager's replies say. Pure.

Only the keys `id`, `token` and `error` are of the vendor's pages. The form of the list of handlers
is not known, so "there is no such handler" is believed of a plain and whole list alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, Union

from handlers.http import login
from handlers.shared.errors import ProtocolError, printable

_HIDDEN = "(its text is not shown: it holds the password or the token)"
# keys with which a list may say how many rows there are: more than it has is a page of several
_COUNTS = ("count", "size", "total", "total_count")
_LONGEST = 500  # limit for a text of DCImanager, in characters
# keys that say nothing of the list if they are empty, or true
_SILENT = ("error", "errors", "warnings", "message", "msg", "success", "next", "previous")
# the number of the newest change, beside the lists of ISPsystem's other products of this generation
_LAST_CHANGE = "last_notify"
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
    #: password and token, which an error must not show
    secrets: login.SecretForms

    @property
    def value(self) -> Any:
        """The body as JSON, None for another body."""
        try:
            return json.loads(self.body.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError):
            return None

    @property
    def outcome(self) -> Outcome:
        """Whether the request was carried out. A 2xx is believed without a body or with a JSON
        object that says nothing of an error.
        """
        if 400 <= self.status < 500:
            return Outcome.REFUSED
        if not 200 <= self.status < 300:
            return Outcome.UNCLEAR
        if not self.body.strip():
            return Outcome.DONE
        value = self.value
        if not isinstance(value, dict):
            return Outcome.UNCLEAR
        is_failure = bool(_error_in(value)) or value.get("success") is False
        return Outcome.REFUSED if is_failure else Outcome.DONE

    @property
    def is_of_manager(self) -> bool:
        """Whether it has the form of DCImanager's errors."""
        error = _error_in(self.value)
        return isinstance(error, dict) and isinstance(error.get("msg"), str)

    @property
    def error_code(self) -> str:
        """DCImanager's code of an error, "" without one."""
        error = _error_in(self.value)
        code = error.get("code") if isinstance(error, dict) else None
        return printable(str(code), 20) if type(code) in (int, str) else ""

    @property
    def has_error(self) -> bool:
        """Whether it says that something went wrong."""
        return bool(_error_in(self.value))

    def words(self) -> str:
        """Why it is no success, in DCImanager's words if it has any, without a secret."""
        sentence = self._sentence()
        if sentence:
            return self._without_secret(sentence)
        if 300 <= self.status < 400:
            return f"HTTP {self.status}: open the address in a browser, and give where it leads"
        if self.value is None:
            return f"HTTP {self.status} without JSON, so not from DCImanager: check the address"
        return self._without_secret(f"HTTP {self.status}: {self._body_text[:_LONGEST]}")

    def _sentence(self) -> str:
        """DCImanager's words of an error, as `DCImanager answers "no" (code 7): name`; "" if it has
        none.
        """
        error = _error_in(self.value)
        members = error if isinstance(error, dict) else {"msg": error}
        message = _text_of(members.get("msg"))
        value = _text_of(members.get("value"))
        if not message and not self.error_code:
            return ""
        sentence = "DCImanager answers"
        if message:
            sentence += f' "{message}"'
        if self.error_code:
            sentence += f" (code {self.error_code})"
        return f"{sentence}: {value}" if value else sentence

    @property
    def _body_text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def _without_secret(self, text: str) -> str:
        """The text; a sentence in its place if it, or the body from which it is, holds a secret."""
        # the whole body, too: a cut may leave only a part of a secret
        for words in (text, self._body_text):
            bare_words = words.replace("\\", "")  # without what JSON in JSON may escape
            if login.holds(words, self.secrets) or login.holds(bare_words, self.secrets):
                return f"HTTP {self.status} {_HIDDEN}"
        return printable(text)


def _text_of(member: Any) -> str:
    """A text or a number of an error; "" for anything else."""
    return str(member)[:_LONGEST] if type(member) in (str, int) else ""


def _error_in(value: Any) -> Any:
    """What a reply says of an error: an object or a text, None if it says nothing."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return None
    error = value.get("error") or value.get("errors")
    if isinstance(error, list) and error:
        error = error[0]
    if not error and value.get("success") is False:
        return value
    return error or None


def token_in(reply: Reply) -> str:
    """The token of a login; "" if there is none that a header can carry."""
    value = reply.value
    token = value.get("token") if isinstance(value, dict) else None
    if isinstance(token, str) and re.fullmatch("[A-Za-z0-9._~+/=:-]{1,8000}", token):
        return token
    return ""


def id_in(row: Any) -> str:
    """The id in an object of a reply; "" if it has none that is a number."""
    number = row.get("id") if isinstance(row, dict) else None
    text = str(number) if type(number) in (int, str) else ""
    return text if re.fullmatch("[0-9]{1,19}", text) else ""


# ---- the list of handlers ------------------------------------------------------------------------


_Row = Mapping[str, Any]


class _HandlerList(NamedTuple):
    """The rows of a list, each with the name of a handler."""

    rows: Sequence[_Row]
    #: whether these are all rows, and not one page of several
    is_whole: bool


class ListEntry(NamedTuple):
    """What the list says of one handler."""

    #: its id, "" if there is no such handler
    id: str = ""
    #: whether another handler has the id that was remembered
    is_id_taken: bool = False


class ForeignHandler(NamedTuple):
    """A handler of the same name for devices that are no PDUs."""

    id: str
    device_type: str


class SeveralHandlers(NamedTuple):
    """Handlers of the same name, of which this machine knows none."""

    #: of those for PDUs
    ids: Sequence[str]


#: what the list says of one handler
Finding = Union[ListEntry, ForeignHandler, SeveralHandlers]


class _Unreadable(Exception):
    """The text says why the list proves nothing."""


def find_handler(reply: Reply, handler: str, remembered_id: str) -> Finding:
    """What a list says of the handler with this internal name. `remembered_id`: the one that this
    machine knows for it, "" for none.

    Raises ProtocolError for a list that does not say it plainly.
    """
    try:
        return _find(_handler_list(reply.value), handler, remembered_id)
    except _Unreadable as error:
        raise ProtocolError(f"the list of handlers proves nothing: {error}") from None


def _find(handlers: _HandlerList, handler: str, remembered_id: str) -> Finding:
    """See `find_handler`. Raises _Unreadable."""
    own_rows = []
    for row in handlers.rows:
        if row["handler"] == handler:
            own_rows.append(row)
        elif _same_name(row["handler"], handler):
            raise _Unreadable(f"it has {handler} in another spelling")
    if len(own_rows) > 1:
        return _entry_of_several(own_rows, handler, remembered_id)
    if own_rows:
        return _entry_of_row(own_rows[0], handler)
    if not handlers.is_whole:
        raise _Unreadable("it may be one page of several")
    ids = [id_in(row) for row in handlers.rows]
    if not all(ids):
        raise _Unreadable("it has rows without an id")
    return ListEntry(is_id_taken=bool(remembered_id) and remembered_id in ids)


def _entry_of_several(rows: Sequence[_Row], handler: str, remembered_id: str) -> Finding:
    """Of several handlers of one name, the one that this machine knows."""
    own_rows = [row for row in rows if _device_type(row) == "pdu"]
    if not own_rows:
        return _entry_of_row(rows[0], handler)
    if remembered_id and remembered_id in map(id_in, own_rows):
        return ListEntry(remembered_id)
    return SeveralHandlers([_shown_id(row) for row in own_rows])


def _entry_of_row(row: _Row, handler: str) -> Union[ListEntry, ForeignHandler]:
    """What the only row of a handler says. Raises _Unreadable."""
    device_type = _device_type(row)
    if device_type != "pdu":
        return ForeignHandler(_shown_id(row), device_type)
    number = id_in(row)
    if not number:
        raise _Unreadable(f"the id of {handler} is no number")
    return ListEntry(number)


def _shown_id(row: _Row) -> str:
    """The id of a row, whatever it is, for people."""
    return printable(str(row.get("id")), 40)


def _handler_list(value: Any) -> _HandlerList:
    """The only list in a reply. Raises _Unreadable."""
    members = value if isinstance(value, dict) else {"list": value}
    lists = [member for member in members.values() if isinstance(member, list)]
    if len(lists) != 1:
        raise _Unreadable("it is not one list")
    (rows,) = lists
    if not all(_is_named(row) for row in rows):
        raise _Unreadable("it has rows that are no handlers with a name")
    # an empty list may be of anything else
    is_whole = bool(rows) or members.get("list") is rows
    for name, member in members.items():
        if member is not rows and not _leaves_whole(name, member, len(rows)):
            is_whole = False
    return _HandlerList(rows, is_whole)


def _is_named(row: Any) -> bool:
    """Whether a row is an object with the name of a handler."""
    return isinstance(row, dict) and isinstance(row.get("handler"), str)


def _leaves_whole(name: str, member: Any, count: int) -> bool:
    """Whether a member beside the list leaves it whole: its length, or one that says nothing. Any
    other may speak of further pages.
    """
    if name in _COUNTS:
        return str(member) == str(count)
    if name in _SILENT:
        return member is True or not member
    return name == _LAST_CHANGE


def _same_name(text: str, handler: str) -> bool:
    """Whether a name is that of the handler but for capitals and spaces."""
    return text.strip().casefold() == handler.casefold()


def _device_type(row: _Row) -> str:
    """The type of the devices of a handler, in lower case; a row need not say it."""
    return printable(str(row.get("device_type", "pdu")).lower(), 40)
