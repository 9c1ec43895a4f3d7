"""Raw configuration as a file. Source: RawConfiguration.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ._idl.rawcfg import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ...http.multipart import Progress
    from ._runtime.agent import Agent


class UploadCode(scripts.ResultCode):
    """Result of the raw configuration script.

    >>> UploadCode(4) == "4", UploadCode(4) == 4, UploadCode(4).name
    (True, True, 'FILE_TOO_LARGE')

    After 0 the device is still busy: `RawConfiguration.getStatus` tells when it is done.
    """

    SUCCESS = 0
    INTERNAL_ERROR = 1
    PARAMETER_ERROR = 2
    UPDATE_ALREADY_RUNNING = 3
    FILE_TOO_LARGE = 4
    FILE_INVALID = 5
    DEVICE_LIST_OR_MATCH_INVALID = 6
    DEVICE_LIST_MISSING = 7
    NO_MATCH_IN_DEVICE_LIST = 8
    MACRO_SUBSTITUTION_FAILED = 9
    DECRYPTION_FAILED = 10
    MAGIC_LINE_UNKNOWN = 11
    MAGIC_LINE_FAILED = 12

    def __eq__(self, other: object) -> bool:
        """Equal to the same number, and to its digits, which the vendor's binding returns."""
        return str(self) == other if isinstance(other, str) else int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(int(self))


def upload(agent: Agent, data: scripts.Data, progress: Optional[Progress] = None) -> UploadCode:
    """Send a raw configuration: one round trip. `data`: its bytes, or a file open in binary mode.
    `progress` is called with (bytes sent, size). Raises JsonRpcSyntaxException for an answer
    without a result code.

    > POST /cgi-bin/raw_config_update.cgi, multipart: config_file
    < X-Response-Code: 0
    returned   UploadCode.SUCCESS

    For a code that is not documented, such as 77, returns a member that is made for it,
    INTERNAL_ERROR_77.
    """
    path = "/cgi-bin/raw_config_update.cgi"
    response = scripts.upload(agent, path, "config_file", "config.txt", data, progress)
    digits = response["headers"].get("X-Response-Code", "")
    return scripts.code(UploadCode, digits, agent, path)


def download(agent: Agent) -> bytes:
    """The raw configuration: one round trip."""
    return scripts.download(agent, "/cgi-bin/raw_config_download.cgi")


__all__ = public_names(globals())
