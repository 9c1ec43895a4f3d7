"""A transport on the caller's own session of `requests`, for scripts that need what their session has.

    session = requests.Session()
    session.proxies = {"https": "http://proxy.example:3128"}
    session.cert = ("client.pem", "client.key")
    session.verify = "ca.pem"
    agent = rpc.Agent("https", "pdu.example", "admin", "password", transport=RequestsTransport(session))

Handlers and tools never use it: traffic to a device must not follow a proxy, `.netrc` or REQUESTS_CA_BUNDLE. Nothing imports
this module, so that it is in no archive and `requests` stays optional.
"""
from __future__ import annotations

import time
from typing import Any, List

import requests

from .failures import HttpException, HttpSyntax, HttpUnreachable, broken_off, too_long
from .message import Endpoint, Reply, Request

_CHUNK = 1 << 16


class RequestsTransport:
    """Sends each request with `session`, used as it is: its proxies, certificates, adapters and retries decide.

    The agent's own settings of trust do not count; the session's do (`verify`, `cert`). Redirects are not followed here: the
    agent decides. A session's `auth` replaces the agent's login; `.netrc` does not. The caller closes the session.
    """

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def close(self) -> None:
        """Nothing: the session is the caller's."""

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        """Send and read, once. Raises HttpUnreachable, HttpSyntax."""
        failed: HttpException               # raised outside of `except`: what requests raises may hold the proxy's password
        try:
            with self._session.request(request.method, where.url + request.target, data=request.body,
                                       headers=dict(request.headers),
                                       auth=self._session.auth or _as_it_is, verify=self._session.verify, timeout=request.timeout,
                                       allow_redirects=False, stream=True) as response:
                return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()},
                             _drained(response, request))
        except requests.Timeout:
            failed = HttpUnreachable(f"no answer from {where.netloc} in time: check address, port and the network")
        except requests.exceptions.ChunkedEncodingError:
            failed = broken_off()
        except requests.exceptions.SSLError:
            failed = HttpUnreachable("the TLS handshake failed: check the session's `verify` and `cert`")
        except requests.exceptions.ProxyError:
            failed = HttpUnreachable("the session's proxy cannot be reached, or refuses")
        except requests.exceptions.InvalidHeader as error:
            failed = HttpSyntax(f"the answer is no HTTP ({type(error).__name__}); is this the PDU's HTTP(S) port?")
        except requests.RequestException as error:
            failed = HttpUnreachable(f"{where.netloc} cannot be reached ({type(error).__name__}): check address, port and the "
                                     f"network")
        raise failed


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without any `auth`, requests would look into `.netrc`."""
    return request


def _drained(response: requests.Response, request: Request) -> bytes:
    end = time.monotonic() + request.total
    parts: List[bytes] = []
    size = 0
    chunks: Any = response.iter_content(_CHUNK)
    for part in chunks:
        parts.append(part)
        size += len(part)
        if size > request.limit:
            raise too_long(request.limit)
        if time.monotonic() > end:
            raise HttpUnreachable("the answer was not complete in time; try again")
    return b"".join(parts)
