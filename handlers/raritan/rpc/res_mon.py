"""Resources of the device's own computer. Source: ResMon.idl."""
from __future__ import annotations

from typing import List

from ._runtime import ZERO, Enumeration, Interface, Structure, declared, method

__all__ = ["Entry", "ResMon"]


class Entry(Structure):
    class Type(Enumeration):
        GLOBAL_CPU_USAGE = 0
        GLOBAL_FREE_MEM = 1
        GLOBAL_PROC_COUNT = 2
        FS_FREE_SPACE = 3
        FS_FREE_INODES = 4
        PROC_CPU_USAGE = 5
        PROC_VM_SIZE = 6
        PROC_FREE_FILE_DESC = 7
        PROC_LIFE_TIME = 8
        PROC_COUNT = 9

    type: Entry.Type = ZERO
    name: str = ""
    value: int = 0


class ResMon(Interface):
    """Resources of the device's own computer, at `/res_mon`."""

    idlType = "res_mon.ResMon:1.0.0"

    @method("entries")
    def getDataEntries(self) -> List[Entry]: declared()
