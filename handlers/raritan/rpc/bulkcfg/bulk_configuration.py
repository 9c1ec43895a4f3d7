"""The interface bulkcfg.BulkConfiguration."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from .. import event
from ..idl import declared, Enumeration, Interface, method, Structure, Time, value_object


class BulkConfiguration(Interface):
    """State of the last restore, and the profiles that say what a bulk file leaves out; at `/bulkcfg`."""

    idlType = "bulkcfg.BulkConfiguration:1.0.2"

    SUCCESS = 0
    ERR_FILTER_NAME_UNKNOWN = 1
    ERR_FILTER_TYPE_READONLY = 2
    ERR_PROFILE_ALREADY_EXISTS = 3
    ERR_PROFILE_DOES_NOT_EXIST = 4
    ERR_PROFILE_IS_DEFAULT = 5
    ERR_PROFILE_IS_BUILTIN = 6
    ERR_PROFILE_NAME_TOO_LONG = 7
    ERR_PROFILE_NAME_INVALID = 8
    ERR_PROFILE_TOO_MANY = 9

    class FilterType(Enumeration):
        WHITELIST = 0
        BLACKLIST = 1

    class Status(Enumeration):
        UNKNOWN = 0
        UPLOAD_FAILED = 1
        RESTORE_PENDING = 2
        RESTORE_OK = 3
        RESTORE_FAILED = 4

    @dataclass(eq=False, repr=False)
    class Filter(Structure):
        name: str = ""
        displayName: str = ""
        noOverride: bool = False
        bulkOnly: bool = False
        ruleSpecs: List[str] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class FilterProfile(Structure):
        name: str = ""
        description: str = ""
        filterNameToTypeMap: Dict[str, BulkConfiguration.FilterType] = field(default_factory=dict)

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        filterProfiles: List[BulkConfiguration.FilterProfile] = field(default_factory=list)
        defaultProfileName: str = ""

    @value_object
    class RestoredEvent(event.UserEvent):
        idlType = "bulkcfg.BulkConfiguration_1_0_2.RestoredEvent:1.0.0"
        isBackup: bool = False

    @value_object
    class SavedEvent(event.UserEvent):
        idlType = "bulkcfg.BulkConfiguration_1_0_2.SavedEvent:1.0.0"
        isBackup: bool = False

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "bulkcfg.BulkConfiguration_1_0_2.SettingsChangedEvent:1.0.0"

    @method("status", "timeStamp")
    def getStatus(self) -> Tuple[BulkConfiguration.Status, Time]: declared()

    @method()
    def getFilters(self) -> List[BulkConfiguration.Filter]: declared()

    @method()
    def getFilterProfiles(self) -> List[BulkConfiguration.FilterProfile]: declared()

    @method()
    def addFilterProfile(self, profile: BulkConfiguration.FilterProfile) -> int: declared()

    @method()
    def modifyFilterProfile(self, profile: BulkConfiguration.FilterProfile) -> int: declared()

    @method()
    def deleteFilterProfile(self, profileName: str) -> int: declared()

    @method()
    def getDefaultFilterProfileName(self) -> str: declared()

    @method()
    def selectDefaultFilterProfile(self, profileName: str) -> int: declared()

    @method()
    def getSettings(self) -> BulkConfiguration.Settings: declared()

    @method()
    def setSettings(self, settings: BulkConfiguration.Settings) -> int: declared()
