"""The IDL of bulkcfg."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event

_IDL = """
// Bulk configuration: the same settings for many devices. Source: BulkConfiguration.idl.

// State of the last restore, and the profiles that filter a bulk file; at `/bulkcfg`.
interface BulkConfiguration 1.0.2 {
  constant SUCCESS, ERR_FILTER_NAME_UNKNOWN, ERR_FILTER_TYPE_READONLY, ERR_PROFILE_ALREADY_EXISTS,
      ERR_PROFILE_DOES_NOT_EXIST, ERR_PROFILE_IS_DEFAULT, ERR_PROFILE_IS_BUILTIN,
      ERR_PROFILE_NAME_TOO_LONG, ERR_PROFILE_NAME_INVALID, ERR_PROFILE_TOO_MANY;
  enumeration FilterType { WHITELIST, BLACKLIST }
  enumeration Status { UNKNOWN, UPLOAD_FAILED, RESTORE_PENDING, RESTORE_OK, RESTORE_FAILED }
  structure Filter {
    string name, displayName; boolean noOverride, bulkOnly; vector<string> ruleSpecs;
  }
  structure FilterProfile { string name, description; map<string,FilterType> filterNameToTypeMap; }
  structure Settings { vector<FilterProfile> filterProfiles; string defaultProfileName; }
  valueobject RestoredEvent extends event.UserEvent { boolean isBackup; }
  valueobject SavedEvent extends event.UserEvent { boolean isBackup; }
  valueobject SettingsChangedEvent extends event.UserEvent {}
  void getStatus(out Status status, out time timeStamp);
  vector<Filter> getFilters();
  vector<FilterProfile> getFilterProfiles();
  int addFilterProfile(FilterProfile profile);
  int modifyFilterProfile(FilterProfile profile);
  int deleteFilterProfile(string profileName);
  string getDefaultFilterProfileName();
  int selectDefaultFilterProfile(string profileName);
  Settings getSettings();
  int setSettings(Settings settings);
}
"""

__all__ = declare(globals(), _IDL)
