"""Links between resources: followed, never built, and never to another host or scheme. Pure.

Source: DSP0266, "Reference properties", "Locator header" and "Query parameters".
"""
from __future__ import annotations

from typing import Mapping
from urllib.parse import quote, urlsplit

from ..errors import ProtocolError
from ..http.client import PORTS, Endpoint, Login

_LONGEST = 2000                             # characters
_UNCHANGED = "/?&=;,:@!$'()*+~%-._"         # in a path with a query; all else is sent as escapes


def path(link: object, here: Endpoint, login: Login) -> str:
    """The path of a link of this service, with its query. Raises ProtocolError for any other link.

    A service that is reached under another name or port than its own writes links that seem to leave it: nothing tells them
    from links that do.
    """
    if not isinstance(link, str) or not 0 < len(link) <= _LONGEST or "\\" in link or any(ord(c) < 32 for c in link):
        raise ProtocolError("the device's answer has no usable link where one is needed")
    try:
        parts = urlsplit(link)
        name, port = parts.hostname, parts.port
        sendable = quote(parts._replace(scheme="", netloc="").geturl(), safe=_UNCHANGED)
    except ValueError:                      # UnicodeError too: half of a surrogate pair
        raise ProtocolError("the device's answer has a link that is no URL") from None
    if parts.scheme or parts.netloc:
        same = (parts.scheme == here.scheme and name == here.host.lower() and "@" not in parts.netloc
                and (port or PORTS.get(parts.scheme)) == here.port)
        if not same:
            raise ProtocolError(f"the device links to another place ({login.quoted(f'{parts.scheme}://{parts.netloc}')}), where "
                                f"the login is not sent; if that is right, give it as the address")
    if link.startswith("//") or not sendable.startswith("/") or sendable.startswith("//") or parts.fragment:
        raise ProtocolError(f"the device's answer has a link that leads nowhere ({login.quoted(link)})")
    return sendable


def expansion(root: Mapping[str, object], levels: int) -> str:
    """The query that makes the service put linked resources into the answer, in a form that its root offers; '' for none.

    Source: ServiceRoot, ProtocolFeaturesSupported.ExpandQuery: NoLinks offers `.`, ExpandAll `*`, Levels the number of levels.
    """
    offered = root.get("ProtocolFeaturesSupported")
    expand = offered.get("ExpandQuery") if isinstance(offered, dict) else None
    if not isinstance(expand, dict):
        return ""
    form = "." if expand.get("NoLinks") is True else "*" if expand.get("ExpandAll") is True else ""
    if not form:
        return ""
    if expand.get("Levels") is not True:
        return f"?$expand={form}" if levels == 1 else ""        # without the number it is one level
    most = expand.get("MaxLevels", 1)
    return f"?$expand={form}($levels={levels})" if type(most) is int and most >= levels else ""
