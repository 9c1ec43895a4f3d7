"""The IDL of firmware."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event, idl as idl

_IDL = """
// Firmware: upload, check, update, history. Source: Firmware.idl, FirmwareUpdateStatus.idl.

enumeration ImageState { NONE, UPLOADING, UPLOAD_FAILED, DOWNLOADING, DOWNLOAD_FAILED, COMPLETE }
enumeration UpdateFlags { CROSS_OEM, CROSS_HW, ALLOW_UNTRUSTED }
enumeration UpdateHistoryStatus { SUCCESSFUL, FAILED, INCOMPLETE }
structure ImageInfo {
  boolean valid;
  string version, min_required_version, min_downgrade_version, product, platform, oem,
      hwid_whitelist, hwid_blacklist;
  boolean compatible, signature_present; string signed_by;
  boolean signature_good; string certified_by;
  boolean certificate_good, model_list_present, model_supported;
}
structure ImageStatus {
  ImageState state; string error_message; time time_started; int size_total, size_done;
}
structure UpdateHistoryEntry {
  time timestamp; string oldVersion, imageVersion, product, platform, imageMD5;
  UpdateHistoryStatus status; string details;
}
structure UpdateStatus { string state; int elapsed, estimated; string error_message; }
// Progress of a running update, at `/cgi-bin/fwupdate_progress.cgi`, which answers even during
// the update.
interface FirmwareUpdateStatus 1.0.0 { UpdateStatus getStatus(); }
// Firmware image, update, history, reboot and reset, at `/firmware`.
interface Firmware 2.0.4 {
  structure Info { string product, platform, version; }
  Info getInfo();
  void reboot();
  void factoryReset();
  int hardFactoryReset();
  int manufacturingReset();
  string getVersion();
  vector<UpdateHistoryEntry> getUpdateHistory();
  ImageStatus getImageStatus();
  void discardImage();
  boolean getImageInfo(out ImageInfo info);
  void startUpdate(vector<UpdateFlags> flags);
}
valueobject FirmwareUpdateEvent 1.0.0 extends event.UserEvent { string oldVersion, newVersion; }
valueobject FirmwareUpdateCompletedEvent 1.0.0 extends FirmwareUpdateEvent {}
valueobject FirmwareUpdateFailedEvent 1.0.0 extends FirmwareUpdateEvent {}
valueobject FirmwareUpdateStartedEvent 1.0.0 extends FirmwareUpdateEvent {}
valueobject FirmwareValidationFailedEvent 1.0.0 extends event.UserEvent {}
valueobject SystemShutdownEvent 1.0.0 extends event.UserEvent {}
valueobject SystemStartupEvent 1.0.0 extends idl.Event {}
"""

__all__ = declare(globals(), _IDL)
