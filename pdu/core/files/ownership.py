"""Who may change a file or a folder that decides about machines."""

from __future__ import annotations

import errno
import os


def raise_if_others_may_write(status: os.stat_result) -> None:
    """Raises PermissionError if another user than this one and root may change what has this
    status. Windows keeps rights elsewhere: nothing is raised there.
    """
    if os.name != "posix":
        return
    if status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
        raise PermissionError(errno.EPERM, "other users may write in it: chmod go-w, or chown")
