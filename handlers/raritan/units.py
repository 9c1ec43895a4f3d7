"""One unit: its resource ids, its references, and the identities of its outlets: "7", on link unit
2 "2.7".

A unit is one device with Xerus firmware: the primary unit, which has the address, or a link unit,
which is cascaded behind it and is reached through it (CascadeManager.idl). A well-known id is a
resource id that the vendor documents, such as `/model/pdu/0/outlet/6`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Optional, TypeVar

from ..shared.errors import Denied, PduHandlerError, Refused
from .rpc import Agent, Bulk, Interface, JsonRpcSyntaxException
from .rpc.pdumodel import Outlet

AnInterface = TypeVar("AnInterface", bound=Interface)
PRIMARY = 0  # stands for the link id of the unit at the address itself


class XerusUnit(NamedTuple):
    """One unit with Xerus firmware: the primary unit at the address, or a link unit behind it.

    >>> unit = XerusUnit(link_id=2, agent=Agent("https", "192.0.2.7"))
    >>> unit.path("/inlet/0"), unit.identity(6), unit.link_unit_suffix
    ('/model/pdu/2/inlet/0', '2.7', ' of link unit 2')
    >>> primary = unit._replace(link_id=PRIMARY)
    >>> primary.path(), primary.identity(6), primary.link_unit_suffix
    ('/model/pdu/0', '7', '')
    """

    #: 2 or more for a link unit, PRIMARY for the unit at the address itself
    link_id: int
    #: the agent of the unit at the address, which passes calls on to its link units
    agent: Agent

    @property
    def link_unit_suffix(self) -> str:
        """What follows a method's name in errors: " of link unit 2", "" for the primary unit."""
        return "" if self.link_id == PRIMARY else f" of link unit {self.link_id}"

    def path(self, suffix: str = "") -> str:
        """The resource id of this unit's PDU or, with `suffix`, a well-known id below it."""
        return f"/model/pdu/{self.link_id}{suffix}"

    def proxy(self, kind: type[AnInterface], suffix: str = "") -> AnInterface:
        """A proxy of the class `kind` for the well-known id that ends with `suffix`.

        >>> XerusUnit(2, Agent("https", "192.0.2.7")).proxy(Outlet, "/outlet/6")
        pdumodel.Outlet: /model/pdu/2/outlet/6
        """
        return kind(self.path(suffix), self.agent)

    def with_link_prefix(self, reference: AnInterface) -> AnInterface:
        """The reference with the resource id by which the unit at the address reaches the object.

        >>> unit = XerusUnit(2, Agent("https", "192.0.2.7"))
        >>> unit.with_link_prefix(Outlet("/tfwopaque/x", unit.agent))
        pdumodel.Outlet: /link/2/tfwopaque/x

        Raises JsonRpcSyntaxException for a reference to an object of another unit: a command would
        switch another outlet. That is `/link/3/tfwopaque/x` in an answer of link unit 2.
        """
        target = target_within(self.link_id, reference.target)
        if target is None:
            error = JsonRpcSyntaxException("the unit lists an object that is not its own")
            raise error.at(self.agent.netloc, self.agent.login.quoted_path(reference.target))
        if target == reference.target:
            return reference
        proxy_class = type(reference)
        return proxy_class(target, self.agent, reference.wire_type)

    def each_once(
        self, references: Sequence[AnInterface], method: str, noun: str = ""
    ) -> list[AnInterface]:
        """The references from the answer to `method`, checked that each is listed once, and on link
        units with `/link/N` before their resource ids.

            getOutlets of link unit 2   [/tfwopaque/x, /tfwopaque/y]
            returned                    [/link/2/tfwopaque/x, /link/2/tfwopaque/y]
            getOutlets                  [/tfwopaque/x, /tfwopaque/x]
            raised                      JsonRpcSyntaxException: an outlet would be two ports

        Raises JsonRpcSyntaxException also for a null, and for a reference to another unit. `noun`:
        what they are called in the error (" lines' current sensors"), if not as `method` calls them
        (" outlets").
        """
        plural = noun or _noun(method)
        listed = [reference for reference in references if reference is not None]
        proxies = [self.with_link_prefix(reference) for reference in listed]
        if len({proxy.target for proxy in proxies}) < len(proxies):
            error = JsonRpcSyntaxException(f"the unit lists one of its{plural} twice")
            raise error.at(self.agent.netloc, method + self.link_unit_suffix)
        if len(listed) < len(references):
            error = JsonRpcSyntaxException(f"the list of the unit's{plural} has a hole")
            raise error.at(self.agent.netloc, method + self.link_unit_suffix)
        return proxies

    def identity(self, index: int) -> str:
        """The identity of the outlet at this index of getOutlets: for index 6 "7", on link unit 2
        "2.7".
        """
        return self.prefixed(str(index + 1))

    def prefixed(self, identity: str) -> str:
        """The identity of an outlet or circuit of this unit within the whole PDU: on link units the
        link id precedes it.

        >>> primary = XerusUnit(PRIMARY, Agent("https", "192.0.2.7"))
        >>> primary.prefixed("p1.7"), primary._replace(link_id=2).prefixed("p1.7")
        ('p1.7', '2.p1.7')
        """
        if self.link_id == PRIMARY:
            return identity
        return f"{self.link_id}.{identity}"


# of another unit, seen from the unit itself, whose PDU has the numbers 0 and 1
_ANOTHER_UNIT = re.compile(r"/link/|/model/pdu/(?![01](/|$))")


def target_within(link_id: int, target: str) -> Optional[str]:
    """The resource id by which the unit at the address reaches an object of the unit `link_id` (0:
    itself). `target` is the resource id in an answer of that unit; whether those of link units
    name the unit is not documented.

    >>> target_within(2, "/tfwopaque/x"), target_within(2, "/model/pdu/0/outlet/3")
    ('/link/2/tfwopaque/x', '/link/2/model/pdu/0/outlet/3')
    >>> target_within(2, "/link/2/tfwopaque/x"), target_within(2, "/model/pdu/2/outlet/3")
    ('/link/2/tfwopaque/x', '/model/pdu/2/outlet/3')

    None for an object of another unit, and for a path that is not plain:

    >>> [target_within(2, path) for path in ("/link/21/x", "/model/pdu/3/outlet/0", "/../x")]
    [None, None, None]
    """
    link_path = "" if link_id == PRIMARY else f"/link/{link_id}"
    local_target = target
    if target.startswith(f"{link_path}/"):
        local_target = target.removeprefix(link_path)
    root, *segments = local_target.split("/")
    is_plain = root == "" and "%" not in target and not {"", ".", ".."}.intersection(segments)
    if not is_plain:
        return None
    if target.startswith(f"/model/pdu/{link_id}/"):
        return target
    if _ANOTHER_UNIT.match(local_target):
        return None
    return link_path + local_target


def _noun(method: str) -> str:
    """The words of a method's name after `get`, for an error.

    >>> _noun("getOverCurrentProtectors")
    ' over current protectors'
    """
    noun = method.removeprefix("get")
    return re.sub("[^a-z]", lambda capital: f" {capital[0].lower()}", noun)


# of HTTP, and "method not found" of JSON-RPC
_MISSING = frozenset(("404", "405", "410", "-32601"))
# the index of an outlet that no unit has
_IMPOSSIBLE_OUTLET = 99_999


def is_missing_object_error(error: Optional[PduHandlerError]) -> bool:
    """Whether this error is proof that the device does not have the object or the method: HTTP 404,
    405 and 410, and -32601 of JSON-RPC. A firmware's own code may mean anything.

    >>> is_missing_object_error(Refused("not found", "404"))
    True
    >>> is_missing_object_error(Refused("busy", "-32000")), is_missing_object_error(None)
    (False, False)
    """
    return isinstance(error, Refused) and error.code in _MISSING


class MissingObjectCode:
    """The error code with which a unit answers for an object that it does not have, which is
    documented nowhere. So the unit is asked for an outlet that no unit has (`_answer`, a Pending):

        > getMetaData of /model/pdu/0/outlet/99999
        < {"error": {"code": 42, "message": "..."}}        42 is this unit's code

    The constructor queues this call; `is_in` may be asked once the bulk has been answered.
    """

    def __init__(self, bulk: Bulk, unit: XerusUnit) -> None:
        outlet = unit.proxy(Outlet, f"/outlet/{_IMPOSSIBLE_OUTLET}")
        self._answer = bulk.add(outlet.getMetaData)

    def is_in(self, error: Optional[PduHandlerError]) -> bool:
        """Whether `error`, of another call, says that the unit does not have the object or the
        method: it has one of the standard's codes for that (404, -32601), or the unit's own.

            error     answer for outlet 99999   returned
            404       42                        True
            42        42                        True
            43        42                        False
            Denied    Denied                    False

        The unit's own code says so only if the unit does not give it for everything: the caller has
        read another object of the unit.
        """
        if is_missing_object_error(error):
            return True
        own_error = self._answer.error
        if isinstance(error, Denied) or not isinstance(error, Refused):
            return False
        return isinstance(own_error, Refused) and own_error.code == error.code
