"""Extended error messages.

Source: DSP0266, "Error responses"; Message v1.2.1; keys of DMTF's Base message registry.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
_PREFIX = "Base.1.18"
# Key in the registry → (message, severity, resolution).
_MESSAGES: dict[str, tuple[str, str, str]] = {
    "Success": ("The request was completed.", "OK", "None."),
    "NoValidSession": (
        "There is no valid session.",
        "Critical",
        "Log in and send the request again.",
    ),
    "InsufficientPrivilege": (
        "The account lacks the privilege for this request.",
        "Critical",
        "Use an account that has it.",
    ),
    "SessionLimitExceeded": (
        "The service allows no more sessions.",
        "Critical",
        "Close a session.",
    ),
    "ResourceMissingAtURI": ("There is no resource at '%1'.", "Critical", "Send another URI."),
    "OperationNotAllowed": (
        "The resource does not allow this HTTP method.",
        "Critical",
        "Use a method of the Allow header.",
    ),
    "QueryNotSupported": (
        "The service does not support this query.",
        "Warning",
        "Send the request without the query.",
    ),
    "QueryParameterValueFormatError": (
        "The value '%1' of the parameter %2 has the wrong form.",
        "Warning",
        "Correct it.",
    ),
    "QueryCombinationInvalid": (
        "These query parameters cannot be combined.",
        "Warning",
        "Leave one out.",
    ),
    "MalformedJSON": ("The body of the request is not a JSON object.", "Critical", "Correct it."),
    "ActionParameterMissing": ("The action %1 needs the parameter %2.", "Critical", "Add it."),
    "ActionParameterUnknown": ("The action %1 has no parameter %2.", "Warning", "Leave it out."),
    "ActionParameterValueNotInList": (
        "The value '%1' of the parameter %2 of the action %3 is not in its list.",
        "Warning",
        "Choose a value from the list.",
    ),
    "PropertyMissing": ("The property %1 is required.", "Warning", "Add it."),
    "PropertyNotWritable": ("The property %1 cannot be set.", "Warning", "Leave it out."),
    "PropertyValueTypeError": (
        "The value '%1' of the property %2 has the wrong type.",
        "Warning",
        "Correct it.",
    ),
    "PropertyValueNotInList": (
        "The value '%1' of the property %2 is not in its list.",
        "Warning",
        "Choose a value from the list.",
    ),
    "PropertyValueOutOfRange": (
        "The value '%1' of the property %2 is too small or too large.",
        "Warning",
        "Correct it.",
    ),
    "PreconditionRequired": (
        "The resource can only be changed with a precondition.",
        "Critical",
        "Send If-Match.",
    ),
    "PreconditionFailed": (
        "The ETag does not match the resource.",
        "Critical",
        "Read the resource again.",
    ),
    "ResourceInUse": ("The resource is in use or locked.", "Warning", "Unlock it."),
    "GeneralError": ("A general error has occurred.", "Critical", "None."),
}


class Refusal(Exception):
    """A request that is answered with an error of the registry."""

    def __init__(
        self, status: int, key: str, *arguments: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(key)
        self.status, self.key, self.arguments, self.headers = status, key, arguments, headers

    def body(self) -> Json:
        return error(self.key, *self.arguments)


def message(key: str, *arguments: str) -> Json:
    text, severity, resolution = _MESSAGES[key]
    text = re.sub(r"%(\d)", lambda found: arguments[int(found[1]) - 1], text)
    return {
        "@odata.type": "#Message.v1_2_1.Message",
        "MessageId": f"{_PREFIX}.{key}",
        "Message": text,
        "MessageArgs": list(arguments),
        "MessageSeverity": severity,
        "Severity": severity,
        "Resolution": resolution,
    }


def error(key: str, *arguments: str) -> Json:
    extended = message(key, *arguments)
    return {
        "error": {
            "code": f"{_PREFIX}.GeneralError",
            "message": "See the extended messages.",
            "@Message.ExtendedInfo": [extended],
        }
    }
