"""CPU, memory, processes and file systems of the device. Source: ResMon.idl."""

from __future__ import annotations

from ._runtime import ZERO, Enumeration, Interface, Structure, method


class Entry(Structure):
    class Type(Enumeration):
        (
            GLOBAL_CPU_USAGE,
            GLOBAL_FREE_MEM,
            GLOBAL_PROC_COUNT,
            FS_FREE_SPACE,
            FS_FREE_INODES,
            PROC_CPU_USAGE,
            PROC_VM_SIZE,
            PROC_FREE_FILE_DESC,
            PROC_LIFE_TIME,
            PROC_COUNT,
        ) = range(10)

    type: Entry.Type = ZERO
    name: str = ""
    value: int = 0


class ResMon(Interface, version="1.0.0"):
    """The use of CPU, memory, processes and file systems, at `/res_mon`."""

    @method("entries")
    def getDataEntries(self) -> list[Entry]: ...
