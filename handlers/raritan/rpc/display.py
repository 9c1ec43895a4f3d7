"""The display on the front. Source: DisplayControl.idl."""

from __future__ import annotations

from . import event
from ._runtime import ZERO, Interface, Structure


class DisplayControl(Interface, version="2.0.0"):
    """The front display and its settings, at `/display`."""

    SUCCESS, ERR_INVALID_VALUE = range(2)

    class Info(Structure):
        fwAppVersion: int = 0
        fwBootVersion: int = 0
        orientation: int = 0
        width: int = 0
        height: int = 0
        versionAvailable: bool = False

    class DefaultViewItem(Structure):
        id: str = ""
        description: str = ""

    class Settings(Structure):
        defaultView: str = ""
        backlightTimeout: int = 0

    class SettingsChangedEvent(event.UserEvent):
        newSettings: DisplayControl.Settings = ZERO

    class DefaultViewChangedEvent(event.UserEvent):
        """Not in firmware 4.4."""

        idlType = "display.DisplayControl_1_0_1.DefaultViewChangedEvent:1.0.0"
        newView: DisplayControl.DefaultViewItem = ZERO

    def getAvailableDefaultViews(self) -> list[DisplayControl.DefaultViewItem]: ...
    def getSettings(self) -> DisplayControl.Settings: ...
    def setSettings(self, settings: DisplayControl.Settings) -> int: ...
    def getDefaultView(self) -> str:
        """Not in firmware 4.4, which has the default view in the settings."""
        ...

    def setDefaultView(self, id: str) -> int:
        """Not in firmware 4.4."""
        ...

    def getInfo(self) -> DisplayControl.Info: ...
    def showSmiley(self, on: bool, happy: bool, msg: str) -> None: ...
