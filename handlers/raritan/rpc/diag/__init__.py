"""Diagnostic log and data."""
from __future__ import annotations

from .diag_log_settings import DiagLogSettings
from .files import download

__all__ = [
    "DiagLogSettings", "download",
]
