"""Redirects of reads: which are followed, where they lead, and a client that follows them."""

from __future__ import annotations

from typing import Optional
from urllib.parse import SplitResult, urlsplit

from ..shared.errors import NamedSetting, PduHandlerError
from .client import HttpClient
from .errors import REDIRECTS, HttpRefused, HttpUnreachable
from .login import Login
from .message import PORTS, Endpoint, Request, Response
from .urls import same_origin_path

# RFC 9110, 15.4.8 and 15.4.9: the request is sent again as it is; others may become a GET
_UNCHANGED_REQUEST = (307, 308)


def next_request(
    here: Endpoint, request: Request, reply: Response, login: Login
) -> tuple[Endpoint, Request]:
    """Where to send a read that `here` answered with the redirect `reply`, and the request to send
    there: another path of the same endpoint, or the same request over https.

    >>> here = Endpoint(scheme="http", host="192.0.2.7", port=80)
    >>> request = Request("GET", "/", {}, None, timeout=1, total=2, limit=100)
    >>> reply = Response(302, {"location": "/index.html"}, b"")
    >>> next_request(here, request, reply, Login())[1].target
    '/index.html'

    Raises HttpRefused for other redirects, and for another path after a POST, unless the status is
    307 or 308: by the others it may become a GET.
    """
    # "" for a Location that leads to another endpoint, or nowhere
    path = same_origin_path(reply.headers.get("location"), here)
    leads_elsewhere = path == ""
    keeps_method = request.method == "GET" or reply.status in _UNCHANGED_REQUEST
    if leads_elsewhere or path == request.target or not keeps_method:
        return moved_endpoint(here, reply, login), request
    return here, request._replace(target=path)


def moved_endpoint(here: Endpoint, reply: Response, login: Login) -> Endpoint:
    """The endpoint to which a redirect leads from http to https on the same host. Raises
    HttpRefused for all other redirects:

    here http://192.0.2.7    Location
    (port 80)                https://192.0.2.7/           https, port 443
                             https://192.0.2.7:8443/      https, port 8443
                             https://192.0.2.8/           HttpRefused: another host
                             http://192.0.2.7/            HttpRefused: to itself
                             "", /path, ftp://...         HttpRefused: no address
    http, port 50100         https://192.0.2.7/           HttpRefused: 443 may be another PDU
    https                    http://192.0.2.7/            HttpRefused: the login would be readable

    >>> here = Endpoint(scheme="http", host="192.0.2.7", port=80)
    >>> reply = Response(301, {"location": "https://192.0.2.7/"}, b"")
    >>> moved_endpoint(here, reply, Login()).url
    'https://192.0.2.7'
    """
    location = reply.headers.get("location", "")
    parts = _address(location)
    shown_location = login.quoted(location) or "no address"
    if parts is None:
        raise HttpRefused(
            f"the device redirects to {shown_location} (status {reply.status}), which is not"
            " followed; is this the PDU's web service?",
            code=str(reply.status),
        )
    where = Endpoint(scheme=parts.scheme, host=here.host, port=parts.port or PORTS[parts.scheme])
    if where == here and _is_host_of(parts, here):
        fault = (
            f"to itself ({shown_location}, status {reply.status}); is this the PDU's web service?"
        )
    elif _is_host_of(parts, here):
        fault = _scheme_or_port_fault(here, where, names_port=parts.port is not None)
    else:
        # not `hostname`: it is in lower case, so a login in base64 would not be recognised in it
        shown_host = login.quoted(parts.netloc)
        fault = f"to another host ({shown_host}); if that is right, give it as the address"
    if fault:
        raise HttpRefused(f"the device redirects {fault}", code=str(reply.status))
    return where


def _is_host_of(parts: SplitResult, here: Endpoint) -> bool:
    """Whether the address of a redirect, `parts`, has the same host as `here`.

    >>> here = Endpoint(scheme="http", host="192.0.2.7", port=80)
    >>> _is_host_of(urlsplit("https://192.0.2.7:8443/"), here)
    True
    """
    return (parts.hostname or "").lower() == here.host.lower()


def _scheme_or_port_fault(here: Endpoint, where: Endpoint, *, names_port: bool) -> str:
    """Why a redirect from `here` to another scheme or port of this host, `where`, is not followed;
    "" if it is. `names_port`: whether the redirect's address has a port.

    >>> http = Endpoint(scheme="http", host="192.0.2.7", port=80)
    >>> https = Endpoint(scheme="https", host="192.0.2.7", port=443)
    >>> _scheme_or_port_fault(http, https, names_port=False)
    ''
    >>> _scheme_or_port_fault(https, http, names_port=False).partition(",")[0]
    'from https to http'

    Without a port it leads to 443. Behind port forwarding, that may be another PDU:

    >>> forwarded = Endpoint(scheme="http", host="192.0.2.7", port=50100)
    >>> _scheme_or_port_fault(forwarded, https, names_port=False).partition("(")[0]
    'to another port '
    """
    if here.scheme == "https" and where.scheme == "http":
        return (
            "from https to http, where the login is not sent: let it enforce HTTPS, or look for a"
            " proxy in between"
        )
    turns_on_tls = here.scheme == "http" and where.scheme == "https"
    is_port_known = names_port or here.port == PORTS["http"]
    may_change_port = turns_on_tls and is_port_known
    if where.port != here.port and not may_change_port:
        return (
            f"to another port ({where.scheme}, {where.port}), which may be forwarded to another"
            " PDU, so the login is not sent there; if the port is right, set that scheme and port"
        )
    return ""


def _address(location: str) -> Optional[SplitResult]:
    """The parts of an http or https address with a host; None for any other text.

    >>> _address("https://192.0.2.7:8443/").port, _address("/login.html")
    (8443, None)
    """
    try:
        parts = urlsplit(location)
        is_address = bool(parts.hostname) and parts.scheme in PORTS and parts.port != 0
    except ValueError:
        return None
    return parts if is_address else None


def redirect_unreachable(where: Endpoint, error: HttpUnreachable) -> HttpUnreachable:
    """The error for a redirect to `where`, which does not answer.

    It names that endpoint, since it is not the configured one.

    >>> https = Endpoint("https", "192.0.2.7", 443)
    >>> redirect_unreachable(https, HttpUnreachable("no answer in time")).reason[:60]
    'the device redirects to https://192.0.2.7 (set scheme=https '
    """
    return HttpUnreachable(
        (
            f"the device redirects to {where.url} (set ",
            NamedSetting("scheme", where.scheme),
            " and ",
            NamedSetting("port", str(where.port)),
            "), which failed: ",
            *error.parts,
        )
    )


class RedirectedClient(HttpClient):
    """A client that follows redirects of reads. `where` is the endpoint of its requests: after a
    redirect to https, that one.

    > GET http://192.0.2.7/redfish/v1/
    < 301, Location: https://192.0.2.7/redfish/v1/
    > GET https://192.0.2.7/redfish/v1/          and all later requests there
    """

    def reply(self, request: Request, login: Login) -> Response:
        """The reply with any status, after the redirects of a read.

        > GET /redfish/v1
        < 308, Location: /redfish/v1/
        > GET /redfish/v1/
        < 200                                        this reply
        """
        reply = self.attempt(request)
        if reply.status in REDIRECTS and not request.once:
            return self._follow_redirect(request, reply, login)
        return reply

    def _follow_redirect(self, request: Request, reply: Response, login: Login) -> Response:
        """The reply where the redirect `reply` leads. If it leads to another endpoint that answers,
        the client keeps that one.

        Raises HttpRefused for a redirect that is not followed.

            here http://192.0.2.7, reply 301 with Location: https://192.0.2.7/redfish/v1/
            > GET https://192.0.2.7/redfish/v1/
            no answer                                    HttpUnreachable; `where` is http again
        """
        here = self.where
        where, redirected_request = next_request(here, request, reply, login)
        self.where = where
        try:
            return self.attempt(redirected_request)
        except PduHandlerError as error:
            self.where = here
            if where == here or not isinstance(error, HttpUnreachable):
                raise
            raise redirect_unreachable(where, error) from None
