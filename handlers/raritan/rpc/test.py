"""Tests of the hardware. Source: TestDisplay.idl, TestUnit.idl."""

from __future__ import annotations

from typing import Optional

from ._runtime import ZERO, Enumeration, Interface, Structure


class Display(Interface, version="2.0.0"):
    class Orientation(Enumeration):
        NORMAL, FLIPPED, LEFT, RIGHT = range(4)

    class TestStatus(Enumeration):
        TEST_IDLE, TEST_BUSY, TEST_PASSED, TEST_FAILED = range(4)

    class Info(Structure):
        type: str = ""
        address: str = ""
        options: dict[str, str] = ZERO
        orientation: Display.Orientation = ZERO

    def getInfo(self) -> Display.Info: ...
    def testSequence(self, cycleTime_ms: int) -> None: ...
    def enterTestMode(self, showColorNames: Optional[bool] = None) -> None: ...
    def getTestStatus(self) -> Display.TestStatus: ...


class Unit(Interface, version="2.0.0"):
    def getDisplays(self) -> list[Display]: ...
    def getButtonStates(self) -> list[bool]: ...
    def setBuzzer(self, isOn: bool) -> None: ...
    def resetAllSubControllers(self) -> None: ...
    def triggerSubControllerWatchdog(self, rs485Addr: int) -> None: ...
