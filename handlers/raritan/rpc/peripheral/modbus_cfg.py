"""The interface peripheral.ModbusCfg."""
from __future__ import annotations

from dataclasses import dataclass, field

from ..idl import Enumeration, Interface, Structure


class ModbusCfg(Interface):
    """How a Modbus sensor is described."""

    idlType = "peripheral.ModbusCfg:1.0.0"

    EXCEPTION_ILLEGAL_FUNCTION = 1
    EXCEPTION_ILLEGAL_DATA_ADDRESS = 2
    EXCEPTION_ILLEGAL_DATA_VALUE = 3
    EXCEPTION_SLAVE_OR_SERVER_FAILURE = 4
    EXCEPTION_ACKNOWLEDGE = 5
    EXCEPTION_SLAVE_OR_SERVER_BUSY = 6
    EXCEPTION_NEGATIVE_ACKNOWLEDGE = 7
    EXCEPTION_MEMORY_PARITY = 8
    EXCEPTION_GATEWAY_PATH = 10
    EXCEPTION_GATEWAY_TARGET = 11

    class ModbusFunction(Enumeration):
        COIL = 0
        DISCRETE_INPUT = 1
        HOLDING_REGISTER = 2
        INPUT_REGISTER = 3

    class SpecificModbusErrors(Enumeration):
        ERROR_BADCRC = 0
        ERROR_BADDATA = 1
        ERROR_BADEXC = 2
        ERROR_UNKEXC = 3
        ERROR_MDATA = 4
        ERROR_OTHER = 5

    @dataclass(eq=False, repr=False)
    class SerialSettings(Structure):
        class Parity(Enumeration):
            NONE = 0
            EVEN = 1
            ODD = 2

        baud: int = 0
        parity: ModbusCfg.SerialSettings.Parity = field(default_factory=lambda: ModbusCfg.SerialSettings.Parity(0))
        dataBits: int = 0
        stopBits: int = 0
