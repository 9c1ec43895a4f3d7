"""The answers of the gateway and their headers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Optional

from ..core.web.messages import WebResponse
from .errors import ApiError

#: no answer may be kept, guessed at, or shown inside a page
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}
REDFISH = "/redfish"
#: where DMTF publishes the schemas
SCHEMAS = "http://redfish.dmtf.org/schemas/v1"
TEXT = "text/plain; charset=utf-8"


def json_response(
    document: Any, status: int = 200, headers: Optional[Mapping[str, str]] = None
) -> WebResponse:
    """A document. `headers`: more of them."""
    body = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    json_headers = {**HEADERS, "Content-Type": "application/json"}
    return WebResponse(status, body, {**json_headers, **(headers or {})})


def text_response(text: str, status: int = 200, kind: str = TEXT) -> WebResponse:
    """A text for programs that read no JSON. `kind`: its Content-Type."""
    return WebResponse(status, text.encode(), {**HEADERS, "Content-Type": kind})


def xml_response(document: str) -> WebResponse:
    """A document of XML."""
    return text_response(document, kind="application/xml")


def nothing(headers: Optional[Mapping[str, str]] = None) -> WebResponse:
    """Done, and there is nothing to show."""
    return WebResponse(204, b"", {**HEADERS, **(headers or {})})


def error_response(refusal: ApiError, path: str) -> WebResponse:
    """The answer to a request that was refused: of Redfish's form below its path."""
    headers: dict[str, str] = {}
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after_s)))
    is_redfish = path.startswith(REDFISH)
    if refusal.status == 401:
        # a browser that sees "Basic" would ask for a password and send it ever after
        headers["WWW-Authenticate"] = f'{"Basic" if is_redfish else "Bearer"} realm="pdu gateway"'
    if refusal.allow:
        headers["Allow"] = ", ".join(refusal.allow)
    if is_redfish:
        answer = redfish_error_response(refusal.status, refusal.reason, headers)
    else:
        document = {"error": {"kind": refusal.kind, "reason": refusal.reason}}
        answer = json_response(document, refusal.status, headers)
    return answer._replace(is_last=refusal.status in (400, 505))


def redfish_response(
    resource: Any, status: int = 200, headers: Optional[Mapping[str, str]] = None
) -> WebResponse:
    """A resource of Redfish. DSP0266, 8.6: OData-Version, and Link with the schema of its type."""
    redfish_headers = {"OData-Version": "4.0", **(headers or {})}
    schema = resource.get("@odata.type", "").lstrip("#").rpartition(".")[0]
    if schema:
        redfish_headers["Link"] = f"<{SCHEMAS}/{schema}.json>; rel=describedby"
    return json_response(resource, status, redfish_headers)


def redfish_error_response(
    status: int, reason: str, headers: Optional[Mapping[str, str]] = None
) -> WebResponse:
    """An error of Redfish (DSP0266, 8.6.2)."""
    message = "Base.1.0.GeneralError"
    about = {"MessageId": message, "Message": reason, "Severity": "Critical", "Resolution": "None."}
    document = {"error": {"code": message, "message": reason, "@Message.ExtendedInfo": [about]}}
    return redfish_response(document, status, headers)
