"""Extended error messages.

Source: DSP0266, "Error responses"; Message v1.2.1; keys of DMTF's Base message registry.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_PREFIX = "Base.1.18"
# Key in the registry → (message, severity)
_MESSAGES: dict[str, tuple[str, str]] = {
    "Success": ("The request was completed.", "OK"),
    "NoValidSession": ("There is no valid session.", "Critical"),
    "ResourceMissingAtURI": ("There is no resource at this URI.", "Critical"),
    "OperationNotAllowed": ("The resource does not allow this HTTP method.", "Critical"),
    "QueryNotSupported": ("The service does not support this query.", "Warning"),
    "MalformedJSON": ("The body of the request is not a JSON object.", "Critical"),
    "ActionParameterValueNotInList": ("A parameter's value is not in its list.", "Warning"),
    "PropertyValueTypeError": ("A property's value has the wrong type.", "Warning"),
    "PropertyValueNotInList": ("A property's value is not in its list.", "Warning"),
    "PreconditionRequired": ("The resource is only changed with a precondition.", "Critical"),
    "PreconditionFailed": ("The ETag does not match the resource.", "Critical"),
    "ResourceInUse": ("The resource is in use or locked.", "Warning"),
}


class Refusal(Exception):
    """A request that is answered with an error of the registry."""

    def __init__(self, status: int, key: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.headers = headers


def message(key: str) -> Json:
    text, severity = _MESSAGES[key]
    return {
        "@odata.type": "#Message.v1_2_1.Message",
        "MessageId": f"{_PREFIX}.{key}",
        "Message": text,
        "MessageArgs": [],
        "MessageSeverity": severity,
        "Severity": severity,
        "Resolution": "None.",
    }


def error(key: str) -> Json:
    return {
        "error": {
            "code": f"{_PREFIX}.GeneralError",
            "message": "See the extended messages.",
            "@Message.ExtendedInfo": [message(key)],
        }
    }
