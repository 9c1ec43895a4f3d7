"""What a service answered: a resource, or the error that it stands for. Pure."""
from __future__ import annotations

from typing import List, Mapping

from ..errors import PduHandlerError, ProtocolError
from ..http.client import Login
from ..http.failures import HttpRefused, of_status
from ..http.message import Reply
from ..http.strict_json import loads

Json = Mapping[str, object]

_MOST_MESSAGES = 3          # of one error


def resource(reply: Reply, login: Login) -> Json:
    """The object in a reply. Raises ProtocolError where there is none."""
    try:
        found = loads(reply.body)
    except (ValueError, RecursionError):
        found = None        # raised below, outside: Python's own error would hold the whole answer
    if isinstance(found, dict):
        return found
    shown = login.quoted(reply.headers.get("content-type", "")) or "no content type"
    raise ProtocolError(f"the answer is no JSON object that a Redfish service sends ({shown}): is this the PDU's web service, "
                        f"and is nothing between it and here that answers in its place?", login.payload(reply.body))


def failure(reply: Reply, login: Login) -> PduHandlerError:
    """The error for a status that is no success, with the service's own words behind it."""
    error, words = of_status(reply.status, login.password if login.token is None else None), said(reply, login)
    if not words:
        return error
    reason = (*error.parts, f"; the device says: {words}")
    return HttpRefused(reason, error.code) if isinstance(error, HttpRefused) else type(error)(reason)


def said(reply: Reply, login: Login) -> str:
    """The messages of an error response, '' without any. They are the device's: printable, cut, and without the login.

    Source: DSP0266, "Error responses": `error`, with `@Message.ExtendedInfo` and `message`.
    """
    try:
        found = loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return ""
    words = messages(error.get("@Message.ExtendedInfo")) or [error.get("message")]
    return " ".join(login.quoted(one) for one in words[:_MOST_MESSAGES] if isinstance(one, str) and one.strip())


def messages(infos: object) -> List[object]:
    """The texts of a list of messages; the name of a message that has no text."""
    entries = [info for info in infos if isinstance(info, dict)] if isinstance(infos, list) else []
    return [info.get("Message") or info.get("MessageId") for info in entries]
