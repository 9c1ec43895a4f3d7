"""Links between resources. A link to another host, port or scheme is refused. Pure. The parts of a
link are what stands between its slashes, in lower case: ["", "redfish", "v1"].

Source: DSP0266, "Reference properties", "Response headers" (Location) and "Query parameters".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional
from urllib.parse import unquote

from ..http.login import Login
from ..http.message import Endpoint
from ..http.urls import same_origin_path
from ..shared.errors import ProtocolError
from .resources import child

# PowerDistribution_v1, Chassis_v1
_LISTS = {"outlets", "mains", "branches", "feeders", "outletgroups", "sensors"}


def path(link: object, service: Endpoint, login: Login) -> str:
    """The path of a link of this service, with its query. Raises ProtocolError for any other link.

    If a service is reached under a name or port other than its own, its links with a host seem to
    lead elsewhere. They cannot be distinguished from links that do lead elsewhere, so they are
    errors too.

    >>> service = Endpoint("https", "192.0.2.7", 443)
    >>> path("/redfish/v1/PowerEquipment", service, Login())
    '/redfish/v1/PowerEquipment'
    >>> path("https://192.0.2.8/redfish/v1", service, Login())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device's answer has an invalid link or one to ...
    """
    target = same_origin_path(link, service)
    if target:
        return target
    if link is None:
        raise ProtocolError("the device's answer has no link where one is needed")
    raise ProtocolError(
        "the device's answer has an invalid link or one to another service"
        f" ({login.quoted(str(link))}), to which no login is sent; if the link is right, set its"
        " scheme, host and port for this PDU"
    )


def parts(link: str) -> Sequence[str]:
    """The parts of a link without query and fragment, unescaped and in lower case; [""] for an
    empty link.

    >>> parts("/redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A%31?$expand=.")
    ['', 'redfish', 'v1', 'powerequipment', 'rackpdus', '1', 'outlets', 'a1']
    """
    without_query, _, _ = link.partition("?")
    path, _, _ = without_query.partition("#")
    return [unquote(part).lower() for part in path.rstrip("/").split("/")]


def same(self_link: str, link: str, pdu_links: Sequence[Sequence[str]]) -> bool:
    """Whether the resource that was read from `link`, and whose `@odata.id` is `self_link`, can be
    the one that was asked for. `pdu_links`: the link of each PDU of the service, in parts.

    Services write the beginning of a link in several ways. So the last parts must be the same (A1),
    and, if both links have one, the list before it (Outlets) and the PDU:

    >>> pdus = [parts("/redfish/v1/RackPDUs/1"), parts("/redfish/v1/RackPDUs/2")]
    >>> same("/rest/v1/Outlets/A1", "/redfish/v1/RackPDUs/1/Outlets/A1", pdus)
    True
    >>> same("/redfish/v1/RackPDUs/2/Outlets/A1", "/redfish/v1/RackPDUs/1/Outlets/A1", pdus)
    False
    >>> same("", "/redfish/v1/RackPDUs/1/Outlets/A1", pdus)  # it has no @odata.id
    True
    """
    self_parts = parts(self_link)
    if self_parts == [""]:
        return True
    requested_parts = parts(link)
    if self_parts[-1] != requested_parts[-1]:
        return False
    list_names = {*self_parts[-2:-1], *requested_parts[-2:-1]} & _LISTS
    if len(list_names) > 1:
        return False
    pdu = _pdu_of(self_parts, pdu_links)
    requested_pdu = _pdu_of(requested_parts, pdu_links)
    if pdu is None or requested_pdu is None:
        return True
    return pdu == requested_pdu


def _pdu_of(link: Sequence[str], pdu_links: Sequence[Sequence[str]]) -> Optional[Sequence[str]]:
    """The link of the PDU, of `pdu_links`, below which `link` is; None if it is below none.
    All links are in parts.

    >>> pdus = [parts("/redfish/v1/RackPDUs/1"), parts("/redfish/v1/RackPDUs/2")]
    >>> _pdu_of(parts("/redfish/v1/RackPDUs/2/Outlets/A1"), pdus)
    ['', 'redfish', 'v1', 'rackpdus', '2']
    >>> _pdu_of(parts("/redfish/v1/Chassis/1"), pdus) is None
    True
    """
    for pdu_link in pdu_links:
        if link[: len(pdu_link)] == pdu_link:
            return pdu_link
    return None


def expansion(root: Mapping[str, object], levels: int) -> str:
    """The query that makes an answer include linked resources, `levels` deep; '' if the service
    root `root` does not offer that.

    >>> expand = {"ExpandQuery": {"NoLinks": True, "Levels": True, "MaxLevels": 6}}
    >>> expansion({"ProtocolFeaturesSupported": expand}, 2), expansion({}, 2)
    ('?$expand=.($levels=2)', '')

    Without Levels, it includes one level; ExpandAll alone offers another form:

    >>> expand = {"ExpandQuery": {"ExpandAll": True}}
    >>> root = {"ProtocolFeaturesSupported": expand}
    >>> expansion(root, 1), expansion(root, 2)
    ('?$expand=*', '')
    """
    expand = child(child(root, "ProtocolFeaturesSupported"), "ExpandQuery")
    if expand.get("NoLinks") is True:
        form = "."
    elif expand.get("ExpandAll") is True:
        form = "*"
    else:
        return ""
    if expand.get("Levels") is True:
        most_levels = expand.get("MaxLevels", 1)
        if type(most_levels) is not int or most_levels < levels:
            return ""
        return f"?$expand={form}($levels={levels})"
    if levels > 1:
        return ""
    return f"?$expand={form}"  # without a number, one level is included
