"""The interface pdumodel.Unit."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from .. import event
from ..idl import declared, Enumeration, Interface, method, Structure, value_object


class Unit(Interface):
    """Buzzer, display and identification light of the unit, at `/model/unit`."""

    idlType = "pdumodel.Unit:2.0.1"

    ERR_INVALID_PARAM = 1

    class Orientation(Enumeration):
        NORMAL = 0
        FLIPPED = 1

    @dataclass(eq=False, repr=False)
    class MetaData(Structure):
        hasOrientationSensor: bool = False
        supportedDisplayOrientations: List[Unit.Orientation] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        buzzerMuted: bool = False
        autoDisplayOrientation: bool = False
        displayOrientation: Unit.Orientation = field(default_factory=lambda: Unit.Orientation(0))

    @value_object
    class IdentificationStartedEvent(event.UserEvent):
        idlType = "pdumodel.Unit_2_0_1.IdentificationStartedEvent:1.0.0"
        duration: int = 0

    @method()
    def getMetaData(self) -> Unit.MetaData: declared()

    @method()
    def getSettings(self) -> Unit.Settings: declared()

    @method()
    def setSettings(self, settings: Unit.Settings) -> int: declared()

    @method()
    def identify(self, seconds: int) -> None: declared()

    @method()
    def muteBuzzer(self, mute: bool) -> None: declared()

    @method()
    def getDisplayOrientation(self) -> Unit.Orientation: declared()
