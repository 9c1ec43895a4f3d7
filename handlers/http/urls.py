"""The path of a link from a device's answer, if the link stays on the device. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

from .message import PORTS, Endpoint

_LONGEST = 2000  # limit in characters
_UNCHANGED = "/?&=;,:@!$'()*+~%-._"  # not escaped in a path with a query
_CONTROL = re.compile("[\0-\x1f]")
# almost every link of a device: it has nothing to split, to escape or to refuse
_PLAIN = re.compile("(/[A-Za-z0-9._~-]+)+/?")


def same_origin_path(link: object, here: Endpoint) -> str:
    """The path, with its query, of a link that leads to the endpoint `here`. '' for any other link
    or value, for a path that does not begin with one slash, and for a link with a user name, a
    fragment, a backslash or more than 2000 characters.

    >>> here = Endpoint(scheme="https", host="192.0.2.7", port=443)
    >>> same_origin_path("https://192.0.2.7/redfish/v1?x=1", here)
    '/redfish/v1?x=1'
    >>> same_origin_path("/redfish/v1/Outlets/A 1", here)
    '/redfish/v1/Outlets/A%201'
    >>> same_origin_path("https://192.0.2.8/redfish/v1", here), same_origin_path(None, here)
    ('', '')
    """
    if not isinstance(link, str) or not 0 < len(link) <= _LONGEST:
        return ""
    if _PLAIN.fullmatch(link):
        return link
    if link.startswith("//") or "\\" in link or _CONTROL.search(link):
        return ""
    try:
        parts = urlsplit(link)
        if _names_another_origin(parts, here):
            return ""
        without_origin = parts._replace(scheme="", netloc="").geturl()
        path = quote(without_origin, safe=_UNCHANGED)
    except ValueError:  # includes UnicodeError for half of a surrogate pair
        return ""
    has_one_slash = path.startswith("/") and not path.startswith("//")
    return path if has_one_slash and not parts.fragment else ""


def _names_another_origin(parts: SplitResult, here: Endpoint) -> bool:
    """Whether a link names a scheme, a host or a port other than those of `here`, or a user. Raises
    ValueError for a port that is no number.

    >>> here = Endpoint(scheme="https", host="192.0.2.7", port=443)
    >>> _names_another_origin(urlsplit("https://192.0.2.7/status"), here)
    False
    >>> _names_another_origin(urlsplit("http://192.0.2.7/status"), here)
    True
    """
    if not parts.scheme and not parts.netloc:
        return False
    port = PORTS.get(parts.scheme) if parts.port is None else parts.port
    origin = (parts.scheme, parts.hostname, port)
    return "@" in parts.netloc or origin != (here.scheme, here.host.lower(), here.port)
