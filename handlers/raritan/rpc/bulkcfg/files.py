"""Bulk configurations and backups as files."""
from __future__ import annotations

from typing import Dict, Iterable, Optional

from .. import cgi
from ..agent import Agent
from ..forms import Progress


class UploadCode(cgi.ResultCode):
    """What the bulk configuration script answers; after 0 the device works on, see `BulkConfiguration.getStatus`."""

    SUCCESS = 0
    INTERNAL_ERROR = 1
    PARAMETER_ERROR = 2
    XML_INVALID = 3                         # older firmware
    DEVICE_TYPE_DIFFERS = 4
    DEVICE_MODEL_DIFFERS = 5
    FIRMWARE_VERSION_DIFFERS = 6
    DATA_TYPE_UNKNOWN = 7                   # older firmware
    DATA_INVALID = 8                        # older firmware
    CHECKSUM_WRONG = 9                      # older firmware
    MODE_MISMATCH = 10                      # older firmware: bulk where a backup was expected, or the reverse
    RESTORE_ALREADY_RUNNING = 11
    FILE_TOO_LARGE = 12
    FILE_INVALID = 13
    CHECKSUM_MISSING_OR_INVALID = 14
    FILTERS_UNKNOWN = 15


def upload(agent: Agent, data: cgi.Data, backup: bool = False, password: Optional[str] = "", skip_check: str = "",
           link_ids: Iterable[int] = (), progress: Optional[Progress] = None) -> UploadCode:
    """Restore a bulk configuration, or a backup: one round trip.

    password: of an encrypted file. skip_check: "model", "firmware_version" or both with a comma. link_ids: units to
    restore to; 1 is the unit itself, and what is meant without any.
    """
    parameters = {**_mode(backup, link_ids), "user_password": password, "skip_checks": skip_check}
    return cgi.upload_for_code(UploadCode, agent, cgi.target("bulk_config_restore.cgi", parameters),
                               "bulk_config_file", "bulk_config.txt", data, progress)


def download(agent: Agent, backup: bool = False, password: Optional[str] = "", clear_text: bool = False,
             link_ids: Iterable[int] = (), filter_profile: str = "") -> bytes:
    """A bulk configuration, or a backup: one round trip.

    password: encrypts the file (not with clear_text). filter_profile: the name of the profile that says what stays out.
    """
    parameters = {**_mode(backup, link_ids), "bulk_config_password": "" if clear_text else password,
                  "config_format": "cleartext" if clear_text else "", "filter_profile": filter_profile}
    return agent.get(cgi.target("bulk_config_save.cgi", parameters))


def _mode(backup: bool, link_ids: Iterable[int]) -> Dict[str, Optional[str]]:
    return {"link_ids": ",".join(str(int(one)) for one in link_ids) or "1", "mode": "backup" if backup else ""}
