"""Locks of files, which the system takes away when their process ends, however it ends."""

from __future__ import annotations


def lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file for this process until it is closed. Returns whether that was possible:
    False while another process has the lock.

    Several processes may have a `shared` lock. Raises OSError, and ModuleNotFoundError where the
    system has no such locks (Windows).
    """
    import fcntl  # Windows has none, where everything else of the command works

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
