"""Links between resources: followed, never built, and never to another host or scheme. Pure.

Source: DSP0266, "Reference properties", "Locator header" and "Query parameters".
"""
from __future__ import annotations

from typing import Mapping

from ..errors import ProtocolError
from ..http.client import Login
from ..http.message import Endpoint
from ..http.places import path_here


def path(link: object, here: Endpoint, login: Login) -> str:
    """The path of a link of this service, with its query. Raises ProtocolError for any other link.

    A service that is reached under another name or port than its own writes links that seem to leave it: nothing tells them
    from links that do.
    """
    found = path_here(link, here)
    if found:
        return found
    if link is None:
        raise ProtocolError("the device's answer has no link where one is needed")
    raise ProtocolError(f"the device's answer has a link that leads elsewhere or nowhere ({login.quoted(str(link))}), where no "
                        f"login is sent; if it is right, give its host and port as the address")


def same(said: str, path: str) -> bool:
    """Whether a resource that names itself `said` can be the one behind `path`: the last part of both decides, since services
    write the rest in several ways. One that does not name itself can."""
    own, asked = (one.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].lower() for one in (said, path))
    return not own or own == asked


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
