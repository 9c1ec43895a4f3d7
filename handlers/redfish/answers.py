"""The answer of a service as a resource or as an error. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from ..errors import PduHandlerError, ProtocolError
from ..http.failures import HttpRefused, of_status
from ..http.login import Login
from ..http.message import Reply
from ..http.strict_json import loads

Json = Mapping[str, object]

# DSP0266, "Common properties": some of them are in each resource or collection
_OF_A_RESOURCE = {"@odata.id", "Id", "Members"}
_MOST_MESSAGES = 3  # messages quoted from one error or task


def json_object(reply: Reply) -> Optional[Json]:
    """The JSON object in a reply; None for any other body, and for JSON that
    `strict_json` refuses.
    """
    try:
        found = loads(reply.body)
    except (ValueError, RecursionError):
        return None  # Python's error is dropped: it would hold the whole answer
    return found if isinstance(found, dict) else None


def resource(reply: Reply, login: Login) -> Json:
    """As `json_object`, but raises ProtocolError in place of None, for an empty object, and for an
    error that comes with a status of success: they would look like a resource without figures.
    """
    found = json_object(reply)
    if found and ("error" not in found or found.keys() & _OF_A_RESOURCE):
        return found
    if found is not None:
        words = quoted_messages(reply, login) or "no reason is given"
        raise ProtocolError(
            f"the service answered with a success status, but with no resource: {words}",
            login.payload(reply.body),
        )
    shown = login.quoted(reply.headers.get("content-type", "")) or "no content type"
    raise ProtocolError(
        f"the answer is not a valid JSON object of a Redfish service ({shown}): check that this is"
        " the address of the PDU's web service and that no proxy answers in its place",
        login.payload(reply.body),
    )


def failure(reply: Reply, login: Login) -> PduHandlerError:
    """The error for a status other than success.

    Its text ends with the messages of the service, if there are any.
    """
    error, words = of_status(reply.status, login, reply.headers), quoted_messages(reply, login)
    if not words:
        return error
    reason = (*error.parts, f"; the device says: {words}")
    return (
        HttpRefused(reason, error.code) if isinstance(error, HttpRefused) else type(error)(reason)
    )


def quoted_messages(reply: Reply, login: Login) -> str:
    """The messages of an error response ('' if it has none); printable, cut, and without password
    and token.

    Source: DSP0266, "Error responses": `error`, with `@Message.ExtendedInfo` and `message`.
    """
    error = (json_object(reply) or {}).get("error")
    if not isinstance(error, dict):
        return ""
    return messages(error.get("@Message.ExtendedInfo"), login) or messages(
        [{"Message": error.get("message")}], login
    )


def messages(infos: object, login: Login) -> str:
    """The first messages of a list, each as its text or else its MessageId; printable, cut, and
    without password and token.
    """
    entries = (
        [info for info in infos if isinstance(info, dict)][:_MOST_MESSAGES]
        if isinstance(infos, list)
        else []
    )
    words = (
        [
            one
            for one in map(info.get, ("Message", "MessageId"))
            if isinstance(one, str) and one.strip()
        ]
        for info in entries
    )
    return " ".join(login.quoted(one[0]) for one in words if one)
