"""DCImanager's API, called over HTTPS as packaging/register.py does: the same headers, environment
and repetitions. A call that may have been carried out is never repeated.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import Denied, PduHandlerError, SettingsError, Unreachable, printable

_LOGIN = "/api/auth/v4/public/token"
_MOST_BYTES = 5_000_000
_TIMEOUT_S = 60.0
_TRIES, _PAUSE_S = 6, 1.0


class ApiResponse(NamedTuple):
    """What came back."""

    status: int
    #: the JSON document; None if it is none
    document: Any
    text: str

    @property
    def is_done(self) -> bool:
        """Whether the call was carried out: a 2xx that names no error."""
        error = self.document.get("error") if isinstance(self.document, dict) else None
        return 200 <= self.status < 300 and not error

    def __str__(self) -> str:
        error = self.document.get("error") if isinstance(self.document, dict) else None
        said = error if isinstance(error, dict) else {}
        words = ", ".join(
            f"{name} {printable(str(said[name]), 120)}" for name in ("code", "msg") if name in said
        )
        return f"HTTP {self.status}" + (f", {words}" if words else "")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A POST that is led away would lose its body."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Api:
    """A server, after `log_in` with a token."""

    def __init__(self, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raises SettingsError for a URL that is not https, and for a file of authorities that
        cannot be read.
        """
        self.url, self._sleep = url.rstrip("/"), sleep
        if not self.url.startswith("https://") or len(self.url) < 9:
            raise SettingsError("--url must begin with https:// and name a server")
        try:
            trusted = ssl.create_default_context(cafile=os.environ.get("CURL_CA_BUNDLE") or None)
        except OSError as error:
            raise SettingsError(f"CURL_CA_BUNDLE cannot be read ({error.strerror})") from None
        trusted.minimum_version = ssl.TLSVersion.TLSv1_2
        if os.environ.get("DCI_INSECURE") in ("1", "yes"):
            trusted.check_hostname, trusted.verify_mode = False, ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusted), _NoRedirects()
        )
        self._headers = {"isp-box-instance": "true", "Accept": "application/json"}

    def log_in(self, email: str, password: str) -> ApiResponse:
        """Raises Denied, Unreachable."""
        reply = self.call("POST", _LOGIN, {"email": email, "password": password})
        token = reply.document.get("token") if isinstance(reply.document, dict) else None
        if not reply.is_done or not isinstance(token, str) or not token.isprintable():
            raise Denied(f"DCImanager refused the login ({reply}): check e-mail and password")
        self._headers["x-xsrf-token"] = token
        return reply

    def call(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> ApiResponse:
        """One call. It is repeated only while the server is not ready (503) or refuses the
        connection, which has carried out nothing. Raises Unreachable.
        """
        pause = _PAUSE_S
        for left in reversed(range(_TRIES)):
            try:
                reply = self._once(method, path, body)
            except ConnectionRefusedError:
                if not left:
                    raise Unreachable(f"{self.url} refuses the connection") from None
            except (OSError, http.client.HTTPException) as error:
                why = getattr(error, "reason", error)
                raise Unreachable(
                    f"{self.url} did not answer: {printable(str(why), 200)}"
                ) from None
            else:
                if reply.status != 503 or not left:
                    return reply
            self._sleep(pause)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, path: str, body: Optional[Mapping[str, Any]]) -> ApiResponse:
        data = None if body is None else json.dumps(body).encode("utf-8")
        address = path if path.startswith("https://") else self.url + path
        kind = {"Content-Type": "application/json"} if data is not None else {}
        request = urllib.request.Request(  # noqa: S310 (__init__ takes https alone)
            address, data, {**self._headers, **kind}, method=method, unverifiable=True
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return _reply(answer.status, answer.read(_MOST_BYTES + 1))
        except urllib.error.HTTPError as error:
            with error:
                return _reply(error.code, error.read(_MOST_BYTES + 1))
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                raise error.reason from None
            raise


def _reply(status: int, data: bytes) -> ApiResponse:
    if len(data) > _MOST_BYTES:
        raise PduHandlerError("DCImanager's answer is too large")
    text = data.decode("utf-8", "replace")
    try:
        return ApiResponse(status, json.loads(text), text)
    except (ValueError, RecursionError):
        return ApiResponse(status, None, text)
