"""The answer of a service as a resource or as an error. Pure. A resource is a JSON object of the
service: {"@odata.id": ".../Outlets/A1", "Id": "A1", ...}. `login.quoted(text)` makes a text of the
service safe to show: printable, cut, and left out if it holds the password or the token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from ..http.errors import HttpUnreachable, error_of_status
from ..http.login import Login
from ..http.message import Response
from ..http.strict_json import loads
from ..shared.errors import PduHandlerError, ProtocolError

Json = Mapping[str, object]


class TooManyRequests(HttpUnreachable):
    """429, which concerns all requests, not only the one that it answered."""


# DSP0266, "Common properties": some of them are in each resource or collection
_OF_A_RESOURCE = {"@odata.id", "Id", "Members"}
_EXTENDED = "@Message.ExtendedInfo"
_MOST_MESSAGES = 3  # messages quoted from one error or task


def json_object(reply: Response) -> Optional[Json]:
    """The JSON object in a reply; None for any other body, and for JSON that
    `strict_json` refuses.

    >>> json_object(Response(200, {}, b'{"Id": "1"}')), json_object(Response(200, {}, b"<html>"))
    ({'Id': '1'}, None)
    """
    try:
        value = loads(reply.body)
    except (ValueError, RecursionError):
        return None  # Python's error is dropped: it would hold the whole answer
    return value if isinstance(value, dict) else None


def resource(reply: Response, login: Login) -> Json:
    """The resource in a reply with a status of success. Raises ProtocolError for a body that is no
    JSON object, {}, and an `error` alone: these would look like a resource without figures. `login`
    is hidden in the error's text.

    >>> resource(Response(200, {}, b'{"Id": "A1", "PowerState": "On"}'), Login())
    {'Id': 'A1', 'PowerState': 'On'}
    >>> resource(Response(200, {}, b"<html>"), Login())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the answer is not a valid JSON object ...
    """
    content = json_object(reply)
    if content and ("error" not in content or content.keys() & _OF_A_RESOURCE):
        return content
    if content is not None:
        words = quoted_messages(reply, login) or "is this the address of a Redfish service?"
        raise ProtocolError(
            f"the service answered with a success status, but with no resource: {words}",
        )
    content_type = login.quoted(reply.headers.get("content-type", "")) or "no content type"
    raise ProtocolError(
        f"the answer is not a valid JSON object of a Redfish service ({content_type}): check that"
        " this is the address of the PDU's web service and that no proxy answers in its place",
    )


def error_of(reply: Response, login: Login, method: str, path: str) -> PduHandlerError:
    """The error for a status other than success, which names the request.

    Its text ends with the messages of the service, if there are any.

    >>> body = b'{"error": {"@Message.ExtendedInfo": [{"Message": "The outlet is locked."}]}}'
    >>> error = error_of(Response(400, {}, body), Login(), "POST", "/redfish/v1/Outlets/1")
    >>> error.operation, error.reason[-38:]
    ('POST /redfish/v1/Outlets/1', 'the device says: The outlet is locked.')
    """
    error = error_of_status(reply.status, login, reply.headers)
    words = quoted_messages(reply, login)
    if words:
        error.set_reason((*error.parts, f"; the device says: {words}"))
    operation = f"{method} {login.quoted_path(path)}"
    return error.at("", operation)  # the host is set where the session ends


def quoted_messages(reply: Response, login: Login) -> str:
    """The messages of an error response ('' if it has none); printable, cut, and without password
    and token. They are in `@Message.ExtendedInfo`, of `error`, beside it, or with a property; else
    in `message`, else there is only the `code` (DSP0266, "Error responses").

    >>> body = b'{"error": {"@Message.ExtendedInfo": [{"Message": "The outlet is locked."}]}}'
    >>> quoted_messages(Response(400, {}, body), Login())
    'The outlet is locked.'
    """
    content = json_object(reply) or {}
    error_object = content.get("error")
    error = error_object if isinstance(error_object, dict) else {"message": error_object}
    extended_messages = [*_extended_messages(error), *_extended_messages(content)]
    texts = [_words_of(message) for message in extended_messages]
    if not any(_text(message, "Message") for message in extended_messages):
        texts.insert(0, _text(error, "message") or _text(content, "message"))
    return _quoted(texts, login) or _quoted([_text(error, "code")], login)


def messages(infos: object, login: Login) -> str:
    """The first messages of a list, each as its text or else its MessageId; printable, cut, and
    without password and token.

    >>> messages([{"Message": "The outlet is locked.", "MessageId": "Vendor.1.0.Locked"}], Login())
    'The outlet is locked.'
    """
    return _quoted([_words_of(message) for message in _dicts(infos)], login)


def _extended_messages(content: Json) -> Sequence[Json]:
    """The messages in an object, those of its properties too.

    >>> _extended_messages({"PowerState@Message.ExtendedInfo": [{"Message": "It is locked."}]})
    [{'Message': 'It is locked.'}]
    """
    extended_messages: list[Json] = []
    for key, value in content.items():
        if key.endswith(_EXTENDED):
            extended_messages += _dicts(value)
    return extended_messages


def _dicts(infos: object) -> Sequence[Json]:
    """The objects of a list; an object alone is taken as a list of one."""
    candidates = infos if isinstance(infos, list) else [infos]
    return [info for info in candidates if isinstance(info, dict)]


def _words_of(message: Json) -> str:
    """The text of a message, else its MessageId; '' without both."""
    return _text(message, "Message") or _text(message, "MessageId")


def _text(content: Json, key: str) -> str:
    """The text under `key` without outer space, '' if there is none."""
    value = content.get(key)
    return value.strip() if isinstance(value, str) else ""


def _quoted(texts: Sequence[str], login: Login) -> str:
    """The first texts that are not empty, each once, printable and without password and token."""
    distinct_texts = [text for text in dict.fromkeys(texts) if text]
    return " ".join(map(login.quoted, distinct_texts[:_MOST_MESSAGES]))
