"""Firmware: upload, check, update, history: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field

from ..idl import Enumeration, EPOCH, Structure, Time


class ImageState(Enumeration):
    NONE = 0
    UPLOADING = 1
    UPLOAD_FAILED = 2
    DOWNLOADING = 3
    DOWNLOAD_FAILED = 4
    COMPLETE = 5


class UpdateFlags(Enumeration):
    CROSS_OEM = 0
    CROSS_HW = 1
    ALLOW_UNTRUSTED = 2


class UpdateHistoryStatus(Enumeration):
    SUCCESSFUL = 0
    FAILED = 1
    INCOMPLETE = 2


@dataclass(eq=False, repr=False)
class ImageInfo(Structure):
    valid: bool = False
    version: str = ""
    min_required_version: str = ""
    min_downgrade_version: str = ""
    product: str = ""
    platform: str = ""
    oem: str = ""
    hwid_whitelist: str = ""
    hwid_blacklist: str = ""
    compatible: bool = False
    signature_present: bool = False
    signed_by: str = ""
    signature_good: bool = False
    certified_by: str = ""
    certificate_good: bool = False
    model_list_present: bool = False
    model_supported: bool = False


@dataclass(eq=False, repr=False)
class ImageStatus(Structure):
    state: ImageState = field(default_factory=lambda: ImageState(0))
    error_message: str = ""
    time_started: Time = EPOCH
    size_total: int = 0
    size_done: int = 0


@dataclass(eq=False, repr=False)
class UpdateHistoryEntry(Structure):
    timestamp: Time = EPOCH
    oldVersion: str = ""
    imageVersion: str = ""
    product: str = ""
    platform: str = ""
    imageMD5: str = ""
    status: UpdateHistoryStatus = field(default_factory=lambda: UpdateHistoryStatus(0))
    details: str = ""


@dataclass(eq=False, repr=False)
class UpdateStatus(Structure):
    state: str = ""
    elapsed: int = 0
    estimated: int = 0
    error_message: str = ""
