"""Raw configuration as a file."""
from __future__ import annotations

from .raw_configuration import RawConfiguration
from .files import UploadCode, download, upload

__all__ = [
    "RawConfiguration", "UploadCode", "download", "upload",
]
