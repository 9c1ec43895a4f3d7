"""The display on the front."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from . import event
from .idl import declared, Interface, method, Structure, value_object

__all__ = ["DisplayControl"]


class DisplayControl(Interface):
    """What the display on the front shows, at `/display`."""

    idlType = "display.DisplayControl:2.0.0"

    SUCCESS = 0
    ERR_INVALID_VALUE = 1

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        fwAppVersion: int = 0
        fwBootVersion: int = 0
        orientation: int = 0
        width: int = 0
        height: int = 0
        versionAvailable: bool = False

    @dataclass(eq=False, repr=False)
    class DefaultViewItem(Structure):
        id: str = ""
        description: str = ""

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        defaultView: str = ""
        backlightTimeout: int = 0

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "display.DisplayControl_2_0_0.SettingsChangedEvent:1.0.0"
        newSettings: DisplayControl.Settings = field(default_factory=lambda: DisplayControl.Settings())

    @value_object
    class DefaultViewChangedEvent(event.UserEvent):
        """Until firmware 3.6."""

        idlType = "display.DisplayControl_1_0_1.DefaultViewChangedEvent:1.0.0"
        newView: DisplayControl.DefaultViewItem = field(default_factory=lambda: DisplayControl.DefaultViewItem())

    @method()
    def getAvailableDefaultViews(self) -> List[DisplayControl.DefaultViewItem]: declared()

    @method()
    def getSettings(self) -> DisplayControl.Settings: declared()

    @method()
    def setSettings(self, settings: DisplayControl.Settings) -> int: declared()

    @method()
    def getDefaultView(self) -> str:
        """Until firmware 4.0; it is in the settings since then."""
        declared()

    @method()
    def setDefaultView(self, id: str) -> int:
        """As getDefaultView."""
        declared()

    @method()
    def getInfo(self) -> DisplayControl.Info: declared()

    @method()
    def showSmiley(self, on: bool, happy: bool, msg: str) -> None: declared()
