"""References to objects on a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .codec import IdlValue, class_of, expect
from .declarations import Caller
from .registry import idl_name

if TYPE_CHECKING:
    from typing_extensions import Self


def is_same_unit(agent: Caller, other: Caller) -> bool:
    """Whether two agents lead to the same address. An agent of a script's own may have none."""
    return agent is other or getattr(agent, "url", agent) == getattr(other, "url", None)


class Reference(IdlValue):
    """An object on the device: `target` is its resource id; `agent` sends the calls and tells
    whose object it is. Objects of two agents are equal if both lead to the same address.

    >>> from ..pdumodel import Outlet
    >>> outlet = Outlet("/model/pdu/0/outlet/6", agent=None)
    >>> outlet
    pdumodel.Outlet: /model/pdu/0/outlet/6
    >>> outlet.idl_json()
    {'rid': '/model/pdu/0/outlet/6', 'type': 'pdumodel.Outlet:3.0.4'}
    """

    sent_with_type = True

    def __init__(self, target: str, agent: Caller, idl_type: Optional[str] = None) -> None:
        self.target = target
        self.agent = agent
        # the type name that is sent
        self.wire_type = self.idlType if idl_type is None else idl_type

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Reference)
            and self.target == other.target
            and idl_name(type(self)) == idl_name(type(other))
            and is_same_unit(self.agent, other.agent)
        )

    def __hash__(self) -> int:
        # without the address, which a redirect of the agent changes
        return hash((idl_name(type(self)), self.target))

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Returns itself: the copy of a structure shares its references and their agent."""
        return self

    def __str__(self) -> str:
        return f"{idl_name(type(self))}: {self.target}"

    __repr__ = __str__

    @classmethod
    def idl_value(cls, json: object, agent: Caller) -> Reference:
        """The proxy for a reference in JSON: of the class of its type, or of this class for a type
        that the binding does not know.

        >>> json = {"rid": "/tfwopaque/x", "type": "pdumodel.Outlet:3.0.4"}
        >>> Reference.idl_value(json, agent=None)
        pdumodel.Outlet: /tfwopaque/x

        Raises JsonRpcSyntaxException for other JSON."""
        reference = expect(dict, json, cls)
        rid = expect(str, reference.get("rid"), cls)
        name = expect(str, reference.get("type"), cls)
        proxy_class = class_of(cls, name)
        return proxy_class(rid, agent, name)

    def idl_json(self) -> object:
        """The resource id, and the type name that the device sent."""
        return {"rid": self.target, "type": self.wire_type}
