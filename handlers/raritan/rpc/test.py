"""Tests of the hardware."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional

from .idl import declared, Enumeration, Interface, method, Structure

__all__ = ["Display", "Unit"]


class Display(Interface):
    """Test of the display."""

    idlType = "test.Display:2.0.0"

    class Orientation(Enumeration):
        NORMAL = 0
        FLIPPED = 1
        LEFT = 2
        RIGHT = 3

    class TestStatus(Enumeration):
        TEST_IDLE = 0
        TEST_BUSY = 1
        TEST_PASSED = 2
        TEST_FAILED = 3

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        type: str = ""
        address: str = ""
        options: Dict[str, str] = field(default_factory=dict)
        orientation: Display.Orientation = field(default_factory=lambda: Display.Orientation(0))

    @method()
    def getInfo(self) -> Display.Info: declared()

    @method()
    def testSequence(self, cycleTime_ms: int) -> None: declared()

    @method()
    def enterTestMode(self, showColorNames: Optional[bool] = None) -> None: declared()

    @method()
    def getTestStatus(self) -> Display.TestStatus: declared()


class Unit(Interface):
    """Tests of the unit's lights, buttons, beeper and bus."""

    idlType = "test.Unit:2.0.0"

    @method()
    def getDisplays(self) -> List[Display]: declared()

    @method()
    def getButtonStates(self) -> List[bool]: declared()

    @method()
    def setBuzzer(self, isOn: bool) -> None: declared()

    @method()
    def resetAllSubControllers(self) -> None: declared()

    @method()
    def triggerSubControllerWatchdog(self, rs485Addr: int) -> None: declared()
