"""Factory functions for peripheral devices. Source: PeripheralG2Production.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Tuple

from .._runtime import Enumeration, Interface, Structure, declared, method

if TYPE_CHECKING:
    from .structures import PosElement


class G2Production(Interface, version="4.0.0"):
    """Production data of sensor packages."""

    ERR_INVALID_PARAMS = 1
    ERR_NO_CONFIG_MODE = 2
    ERR_NO_DEVICE = 3
    ERR_NO_FIRMWARE_FILE = 4
    ERR_FIRMWARE_INVALID = 5
    ERR_PROTECTED = 6
    ERR_UPDATE_IN_PROGRESS = 7
    SUCCESS = 0
    ERR_OPERATION_FAILED = 4

    class ConfigurationSpace(Enumeration):
        HARDWARE, FUNCTION, FIRMWARE, RESERVED = range(4)

    class ResetMethod(Enumeration):
        BROWNOUT, WATCHDOG = range(2)

    class FirmwareInfo(Structure):
        crc: int = 0
        compiler: str = ""
        compilerVersion: int = 0
        compileDate: str = ""
        version: int = 0
        subVersion: int = 0
        configurationId: int = 0
        updateDate: str = ""

    def programSerialNumber(self, romcode: str, serial: str) -> int: declared()
    def updateFirmware(self, romcode: str) -> int: declared()
    def updateFirmwarePos(self, position: List[PosElement]) -> int: declared()
    @method("_ret_", "info")
    def getFirmwareInfo(self, romcode: str) -> Tuple[int, G2Production.FirmwareInfo]: declared()
    @method("_ret_", "info")
    def getFirmwareInfoPos(self, position: List[PosElement]) -> Tuple[int, G2Production.FirmwareInfo]: declared()
    @method("_ret_", "cfg")
    def readConfigurationSpace(self, romcode: str, cs: G2Production.ConfigurationSpace) -> Tuple[int, List[int]]: declared()
    @method("_ret_", "cfg")
    def readConfigurationSpacePos(self, position: List[PosElement],
                                  cs: G2Production.ConfigurationSpace) -> Tuple[int, List[int]]: declared()
    def eraseConfigurationSpace(self, romcode: str, cs: G2Production.ConfigurationSpace) -> int: declared()
    def eraseConfigurationSpacePos(self, position: List[PosElement], cs: G2Production.ConfigurationSpace) -> int: declared()
    def writeConfigurationSpace(self, romcode: str, cs: G2Production.ConfigurationSpace, cfg: List[int]) -> int: declared()
    def writeConfigurationSpacePos(self, position: List[PosElement], cs: G2Production.ConfigurationSpace,
                                   cfg: List[PosElement]) -> int: declared()
    @method("_ret_", "data")
    def readRegisters(self, romcode: str, address: int, count: int) -> Tuple[int, List[int]]: declared()
    @method("_ret_", "data")
    def readRegistersPos(self, position: List[PosElement], address: int, count: int) -> Tuple[int, List[int]]: declared()
    def writeRegisters(self, romcode: str, address: int, data: List[int]) -> int: declared()
    def writeRegistersPos(self, position: List[PosElement], address: int, data: List[PosElement]) -> int: declared()
    def writeRegisterBits(self, romcode: str, address: int, mask: int, bits: int) -> int: declared()
    def writeRegisterBitsPos(self, position: List[PosElement], address: int, mask: int, bits: int) -> int: declared()
    def reset(self, romcode: str, method: G2Production.ResetMethod) -> int: declared()
    def resetPos(self, position: List[PosElement], method: G2Production.ResetMethod) -> int: declared()
