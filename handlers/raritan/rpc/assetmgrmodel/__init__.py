"""Asset management: strips, tags and their log."""
from __future__ import annotations

from .asset_strip import AssetStrip
from .asset_strip_config import AssetStripConfig
from .asset_strip_logger import AssetStripLogger

__all__ = [
    "AssetStrip", "AssetStripConfig", "AssetStripLogger",
]
