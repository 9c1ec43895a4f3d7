"""The interface peripheral.Package."""
from __future__ import annotations

from ..idl import declared, Interface, method
from .structures import PackageInfo


class Package(Interface):
    """One sensor package as it was built."""

    idlType = "peripheral.Package:3.0.3"

    @method()
    def getPackageInfo(self) -> PackageInfo: declared()
