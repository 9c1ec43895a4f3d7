"""The answer of a service as a resource or as an error. Pure."""

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
    """
    try:
        value = loads(reply.body)
    except (ValueError, RecursionError):
        return None  # Python's error is dropped: it would hold the whole answer
    return value if isinstance(value, dict) else None


def resource(reply: Response, login: Login) -> Json:
    """As `json_object`, but raises ProtocolError in place of None, for an empty object, and for an
    error that comes with a status of success: they would look like a resource without figures.
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
    """
    error = error_of_status(reply.status, login, reply.headers)
    words = quoted_messages(reply, login)
    if words:
        error.set_reason((*error.parts, f"; the device says: {words}"))
    operation = f"{method} {login.quoted_path(path)}"
    return error.at("", operation)  # the host is set where the session ends


def quoted_messages(reply: Response, login: Login) -> str:
    """The messages of an error response ('' if it has none); printable, cut, and without password
    and token.

    Source: DSP0266, "Error responses": `error`, with `code`, `message` and `@Message.ExtendedInfo`,
    of which services leave some out. A text that only repeats where to look is better than none.
    Messages may also be beside `error`, or with a property ("Extended information").
    """
    content = json_object(reply) or {}
    error = content.get("error")
    inner = error if isinstance(error, dict) else {"message": error}
    entries = [*_entries(inner), *_entries(content)]
    words: list[str] = []
    if not any(_message_of(entry) for entry in entries):
        words.append(_text(inner, "message") or _text(content, "message"))
    for entry in entries:
        words.append(_message_of(entry) or _text(entry, "MessageId"))
    quoted_words = _quoted(words, login)
    if quoted_words:
        return quoted_words
    return _quoted([_text(inner, "code")], login)


def messages(infos: object, login: Login) -> str:
    """The first messages of a list, each as its text or else its MessageId; printable, cut, and
    without password and token.
    """
    words = [_message_of(info) or _text(info, "MessageId") for info in _dicts(infos)]
    return _quoted(words, login)


def _entries(content: Json) -> Sequence[Json]:
    """The messages in an object, those of its properties too."""
    entries: list[Json] = []
    for key, value in content.items():
        if key.endswith(_EXTENDED):
            entries += _dicts(value)
    return entries


def _dicts(infos: object) -> Sequence[Json]:
    """The objects of a list; an object alone is taken as a list of one."""
    candidates = infos if isinstance(infos, list) else [infos]
    return [info for info in candidates if isinstance(info, dict)]


def _message_of(entry: Json) -> str:
    return _text(entry, "Message")


def _text(content: Json, key: str) -> str:
    value = content.get(key)
    return value.strip() if isinstance(value, str) else ""


def _quoted(words: Sequence[str], login: Login) -> str:
    """The first texts, each once, with what is between them."""
    texts = [text for text in dict.fromkeys(words) if text]
    return " ".join(map(login.quoted, texts[:_MOST_MESSAGES]))
