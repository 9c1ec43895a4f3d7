"""Between the names of IDL types and the classes of this binding, as the vendor's binding offers it to scripts."""
from __future__ import annotations

from typing import Any, Type

from . import catalogue


class TypeInfo:
    """All static: a type name is `module.Name:major.minor.micro`, and a version may stand in its middle as well."""

    @staticmethod
    def typeBaseName(typeId: str) -> str:
        """The name without versions: `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0` is `pdumodel.Outlet.StateChangedEvent`."""
        return catalogue.base_name(typeId)

    @staticmethod
    def idlTypeIdToPyClass(typeId: str) -> Type[Any]:
        """The class of that name, whatever the version. ImportError where this binding has none."""
        found = catalogue.find(typeId)
        if found is None:
            raise ImportError(f"this binding has no {typeId}")
        return found

    @staticmethod
    def pyClassToIdlName(pyClass: Type[Any]) -> str:
        """The type name of a class."""
        name: str = pyClass.idlType
        return name

    decode = idlTypeIdToPyClass
    encode = pyClassToIdlName
