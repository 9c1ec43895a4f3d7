"""Bulk configuration: the same settings for many devices. Source: BulkConfiguration.idl."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Optional

from ._idl.bulkcfg import *
from ._runtime import scripts
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ...http.multipart import Progress
    from ._runtime.agent import Agent


class UploadCode(scripts.ResultCode):
    """Result of the bulk configuration script.

    After 0 the device is still busy: `BulkConfiguration.getStatus` tells when it is done.
    """

    SUCCESS = 0
    INTERNAL_ERROR = 1
    PARAMETER_ERROR = 2
    XML_INVALID = 3  # only in older firmware
    DEVICE_TYPE_DIFFERS = 4
    DEVICE_MODEL_DIFFERS = 5
    FIRMWARE_VERSION_DIFFERS = 6
    DATA_TYPE_UNKNOWN = 7  # only in older firmware
    DATA_INVALID = 8  # only in older firmware
    CHECKSUM_WRONG = 9  # only in older firmware
    # only in older firmware: a bulk file instead of a backup, or the reverse
    MODE_MISMATCH = 10
    RESTORE_ALREADY_RUNNING = 11
    FILE_TOO_LARGE = 12
    FILE_INVALID = 13
    CHECKSUM_MISSING_OR_INVALID = 14
    FILTERS_UNKNOWN = 15


# what an upload may skip
CHECKS = ("model", "firmware_version")


def upload(
    agent: Agent,
    data: scripts.Data,
    backup: bool = False,
    password: Optional[str] = "",
    skip_check: str = "",
    link_ids: Iterable[int] = (),
    progress: Optional[Progress] = None,
) -> UploadCode:
    """Restore a bulk configuration, or a backup if `backup` is true: one round trip. `data`: its
    bytes, or a file open in binary mode. `progress` is called with (bytes sent, size).

    > POST /cgi-bin/bulk_config_restore.cgi?link_ids=1, multipart: bulk_config_file
    < X-Response-Code: 0
    returned   UploadCode.SUCCESS

    password: the password of an encrypted file. skip_check: "model", "firmware_version" or both,
    separated by a comma. link_ids: the units to restore; none means 1, the unit itself. Raises
    TypeError or ValueError for another argument, JsonRpcSyntaxException for an answer without a
    result code.
    """
    parameters = {
        **_common_parameters(backup, link_ids),
        "user_password": scripts.words("password", password),
        "skip_checks": _checks(skip_check),
    }
    path = scripts.target("bulk_config_restore.cgi", parameters)
    response = scripts.upload(agent, path, "bulk_config_file", "bulk_config.txt", data, progress)
    digits = response["headers"].get("X-Response-Code", "")
    return scripts.code(UploadCode, digits, agent, path)


def download(
    agent: Agent,
    backup: bool = False,
    password: Optional[str] = "",
    clear_text: bool = False,
    link_ids: Iterable[int] = (),
    filter_profile: str = "",
) -> bytes:
    """The file of a bulk configuration, or of a backup if `backup` is true: one round trip.

    > GET /cgi-bin/bulk_config_save.cgi?link_ids=1&mode=backup
    < 200, and the file

    password: encrypts the file; ignored with clear_text. link_ids: the units to save; 1, the
    default, is the unit itself. filter_profile: the name of the profile that filters the file.
    Raises TypeError or ValueError for another argument.
    """
    is_clear = scripts.switch("clear_text", clear_text)
    words = scripts.words("password", password)
    parameters = {
        **_common_parameters(backup, link_ids),
        "bulk_config_password": "" if is_clear else words,
        "config_format": "cleartext" if is_clear else "",
        "filter_profile": scripts.words("filter_profile", filter_profile),
    }
    return scripts.download(agent, scripts.target("bulk_config_save.cgi", parameters))


def _common_parameters(backup: bool, link_ids: Iterable[int]) -> dict[str, Optional[str]]:
    """The parameters that upload and download share: the units and the mode.

    >>> _common_parameters(backup=True, link_ids=[1, 2])
    {'link_ids': '1,2', 'mode': 'backup'}
    >>> _common_parameters(backup=False, link_ids=[])
    {'link_ids': '1', 'mode': ''}

    Raises TypeError, and ValueError for a unit below 1.
    """
    numbers = [_link_id(link_id) for link_id in link_ids]
    return {
        "link_ids": ",".join(numbers) or "1",
        "mode": "backup" if scripts.switch("backup", backup) else "",
    }


def _link_id(link_id: object) -> str:
    """The number of a unit as text: "2" for 2. Raises TypeError, and ValueError for a unit below 1,
    which is the primary one.
    """
    if not isinstance(link_id, int) or isinstance(link_id, bool):
        raise TypeError(f"link_ids has {link_id!r}; give whole numbers")
    if link_id < 1:
        raise ValueError(f"link_ids has {link_id}; units are counted from 1")
    return str(int(link_id))


def _checks(skip_check: object) -> str:
    """The checks to skip, without spaces.

    >>> _checks("model, firmware_version")
    'model,firmware_version'

    Raises TypeError, and ValueError for a check that is not in CHECKS.
    """
    words = scripts.words("skip_check", skip_check)
    if not words:
        return ""
    checks = [word.strip() for word in words.split(",")]
    for check in checks:
        if check not in CHECKS:
            raise ValueError(f"skip_check has {check!r}; allowed: {', '.join(CHECKS)}")
    return ",".join(checks)


__all__ = public_names(globals())
