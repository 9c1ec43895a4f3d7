"""Decides which redirects are followed, and where they lead. Pure."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from ..shared.errors import NamedSetting
from .errors import HttpRefused, HttpUnreachable
from .login import Login
from .message import PORTS, Endpoint, Request, Response
from .urls import same_origin_path

# RFC 9110, 15.4.8 and 15.4.9: the request was not carried out, and is sent again as it is
_UNCHANGED_REQUEST = (307, 308)


class RedirectedRequest(NamedTuple):
    """What to send after a redirect."""

    #: where to send it: the same endpoint, or the one with https
    where: Endpoint
    #: the request, perhaps with another path
    request: Request


def next_request(
    here: Endpoint, request: Request, reply: Response, login: Login
) -> RedirectedRequest:
    """What to send instead of `request`, which `here` answered with the redirect `reply`.

    A GET may be redirected to another path of the same endpoint; so may any request by 307 and 308,
    and a write then only to a path that names all that its own names. A repeatable request may be
    redirected to another endpoint (`moved_endpoint`). Raises HttpRefused for other redirects.
    """
    path = same_origin_path(reply.headers.get("location"), here)
    if path not in ("", request.target):
        if request.method == "GET":
            return RedirectedRequest(here, request._replace(target=path, once=False))
        if reply.status in _UNCHANGED_REQUEST and _may_move(request, path):
            return RedirectedRequest(here, request._replace(target=path))
    where = moved_endpoint(here, reply, login)
    if request.once:
        raise HttpRefused(
            f"the device redirects this request to {where.url} (status {reply.status}), and it was"
            f" not sent again: set the scheme {where.scheme} and the port {where.port}",
            str(reply.status),
        )
    return RedirectedRequest(where, request)


def _may_move(request: Request, path: str) -> bool:
    """Whether a request with a body may be sent to `path`. The body must still be there, and a
    write must not reach another outlet: each part of its own path is part of `path`, in order.
    """
    if not (request.body is None or isinstance(request.body, bytes)):
        return False
    parts = iter(path.partition("?")[0].split("/"))
    own_parts = request.target.partition("?")[0].split("/")
    return not request.once or all(part in parts for part in own_parts if part)


def moved_endpoint(here: Endpoint, reply: Response, login: Login) -> Endpoint:
    """The endpoint that a redirect from http to https on the same host leads to. Raises HttpRefused
    for all other redirects.

    The port is the one that the redirect names. If it names none, it leads to 443, and is followed
    only from port 80 or 443: behind port forwarding, 443 may be another PDU. A login for https is
    never sent over http.
    """
    code = str(reply.status)
    try:
        parts = urlsplit(reply.headers.get("location", ""))
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    location = login.quoted(reply.headers.get("location", "")) or "no address"
    if not name or parts.scheme not in PORTS or port == 0:
        raise HttpRefused(
            f"the device redirects to {location} (status {code}), which is not followed; is this"
            " the PDU's web service?",
            code,
        )
    if name.lower() != here.host.lower():
        # Not `hostname`: it is in lower case, so a login in base64 would not be recognised in it.
        raise HttpRefused(
            f"the device redirects to another host ({login.quoted(parts.netloc)}); if that is"
            " right, give it as the address",
            code,
        )
    if here.scheme == "https" and parts.scheme == "http":
        raise HttpRefused(
            "the device redirects from https to http, where the login is not sent: let it enforce"
            " HTTPS, or look for a proxy in between",
            code,
        )
    where = Endpoint(parts.scheme, here.host, port or PORTS[parts.scheme])
    if where == here:
        raise HttpRefused(
            f"the device redirects to itself ({location}, status {code}); is this the PDU's web"
            " service?",
            code,
        )
    secured = here.scheme == "http" and parts.scheme == "https"
    certain = port is not None or here.port == PORTS["http"]
    may_change_port = secured and certain
    if where.port != here.port and not may_change_port:
        raise HttpRefused(
            f"the device redirects to another port ({where.scheme}, {where.port}), which may be"
            " forwarded to another PDU, so the login is not sent there; if the port is right, set"
            " that scheme and port",
            code,
        )
    return where


def redirect_unreachable(where: Endpoint, error: HttpUnreachable) -> HttpUnreachable:
    """The error for a redirect to `where`, which does not answer.

    It names that endpoint, since it is not the configured one.
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
