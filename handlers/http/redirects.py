"""Decides which redirects are followed, and follows them."""
from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import Named, PduHandlerError
from .client import HttpClient, Login
from .failures import HttpRefused, HttpUnreachable
from .message import PORTS, Endpoint, Reply, Request
from .places import path_here


def followed(client: HttpClient, request: Request, reply: Reply, login: Login) -> Reply:
    """Repeat the request, with its path, at the endpoint that `reply` redirects to. The client keeps that endpoint if it answers.

    A GET may also be redirected to another path of the same endpoint. Raises HttpRefused for other redirects, and for a write,
    which is not sent again. HttpUnreachable names the new endpoint, since it is not the configured one.
    """
    path = path_here(reply.headers.get("location"), client.where)
    if request.method == "GET" and path not in ("", request.target):
        return client.attempt(request._replace(target=path, once=False))
    moved = redirected(client.where, reply, login)
    if request.once:
        raise HttpRefused(f"the device redirects this request to {moved.url} (status {reply.status}), and it was not sent again: "
                          f"set the scheme {moved.scheme} and the port {moved.port}", str(reply.status))
    here, client.where = client.where, moved
    try:
        return client.attempt(request)
    except PduHandlerError as error:
        client.where = here
        if not isinstance(error, HttpUnreachable):
            raise
        raise HttpUnreachable((f"the device redirects to {moved.url} (set ", Named("scheme", moved.scheme), " and ",
                               Named("port", str(moved.port)), "), which failed: ", *error.parts)) from None


def redirected(here: Endpoint, reply: Reply, login: Login) -> Endpoint:
    """The endpoint that a redirect from http to https on the same host leads to. Raises HttpRefused for all other redirects.

    The port is the one that the redirect names. If it names none, it leads to 443, and is followed only from port 80 or 443:
    behind port forwarding, 443 may be another PDU. A login for https is never sent over http.
    """
    code = str(reply.status)
    try:
        parts = urlsplit(reply.headers.get("location", ""))
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    if not name or parts.scheme not in PORTS or port == 0:
        raise HttpRefused(f"the device redirects without a usable address (status {code}); is this the PDU's web service?", code)
    if name.lower() != here.host.lower():
        # Not `hostname`: it is in lower case, so a login in base64 would not be recognised in it.
        raise HttpRefused(f"the device redirects to another host ({login.quoted(parts.netloc)}); if that is right, give it as "
                          f"the address", code)
    if here.scheme == "https" and parts.scheme == "http":
        raise HttpRefused("the device redirects from https to http, where the login is not sent: let it enforce HTTPS, or "
                          "look for a proxy in between", code)
    moved = Endpoint(parts.scheme, here.host, port or PORTS[parts.scheme])
    if moved == here:
        raise HttpRefused(f"the device redirects to itself (status {code}); is this the PDU's web service?", code)
    secured = here.scheme == "http" and parts.scheme == "https"
    if moved.port != here.port and not (secured and (port is not None or here.port == PORTS["http"])):
        raise HttpRefused(f"the device redirects to another port ({moved.scheme}, {moved.port}), which may be forwarded to "
                          f"another PDU, so the login is not sent there; if the port is right, set that scheme and port", code)
    return moved
