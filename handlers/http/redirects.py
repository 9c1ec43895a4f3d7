"""Where a redirect may lead. Pure."""
from __future__ import annotations

from urllib.parse import urlsplit

from .failures import HttpRefused
from .login import Login
from .message import PORTS, Endpoint, Reply


def redirected(here: Endpoint, reply: Reply, login: Login) -> Endpoint:
    """Where a redirect leads: from http to https on the same host, or to another scheme on the same port.

    The login goes nowhere else, since behind port forwarding another port is another PDU; and never from https to http. Raises
    HttpRefused.
    """
    code = str(reply.status)
    try:
        parts = urlsplit(reply.headers.get("location", ""))
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    if not name or parts.scheme not in PORTS:
        raise HttpRefused(f"the device redirects to no address (status {code})", code)
    if name.lower() != here.host.lower():
        # As it came: in lower case, as `hostname` is, a login in base64 would not be recognised.
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
        raise HttpRefused(f"the device redirects to another port ({moved.url}), where the login is not sent, since behind "
                          f"port forwarding that may be another PDU; if that is right, give it as the address", code)
    return moved
