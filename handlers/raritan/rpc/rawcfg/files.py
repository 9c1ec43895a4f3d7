"""The raw configuration as a text file."""
from __future__ import annotations

from typing import Optional

from .. import cgi
from ..agent import Agent
from ..forms import Progress


class UploadCode(cgi.ResultCode):
    """What the raw configuration script answers; after 0 the device works on, see `RawConfiguration.getStatus`."""

    SUCCESS = 0
    INTERNAL_ERROR = 1
    PARAMETER_ERROR = 2
    UPDATE_ALREADY_RUNNING = 3
    FILE_TOO_LARGE = 4
    FILE_INVALID = 5
    DEVICE_LIST_OR_MATCH_INVALID = 6
    DEVICE_LIST_MISSING = 7                 # it must be the first file
    NO_MATCH_IN_DEVICE_LIST = 8
    MACRO_SUBSTITUTION_FAILED = 9
    DECRYPTION_FAILED = 10
    MAGIC_LINE_UNKNOWN = 11
    MAGIC_LINE_FAILED = 12


def upload(agent: Agent, data: cgi.Data, progress: Optional[Progress] = None) -> UploadCode:
    """Send a raw configuration: one round trip."""
    return cgi.upload_for_code(UploadCode, agent, "/cgi-bin/raw_config_update.cgi", "config_file", "config.txt", data, progress)


def download(agent: Agent) -> bytes:
    """The raw configuration: one round trip."""
    return agent.get("/cgi-bin/raw_config_download.cgi")
