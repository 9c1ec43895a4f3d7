"""Bulk configuration: the same settings for many devices."""
from __future__ import annotations

from .bulk_configuration import BulkConfiguration
from .files import UploadCode, download, upload

__all__ = [
    "BulkConfiguration", "UploadCode", "download", "upload",
]
