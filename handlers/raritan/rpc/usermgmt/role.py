"""The interface usermgmt.Role."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Interface, method, Structure


class Role(Interface):
    """A role and its privileges, at `/auth/role/<name>`."""

    idlType = "usermgmt.Role:1.0.0"

    ERR_INVALID_VALUE = 1

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        description: str = ""
        locked: bool = False
        privileges: List[Role.Privilege] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Privilege(Structure):
        name: str = ""
        args: List[str] = field(default_factory=list)

    @method()
    def getInfo(self) -> Role.Info: declared()

    @method()
    def updateFull(self, info: Role.Info) -> int: declared()
