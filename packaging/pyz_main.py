"""The main module of pdu.pyz: unpacks it into the user's cache or a temporary folder, and runs it
from there.

pysnmp 7.1.21 cannot load its MIB modules from a zip file. Starts from the unpacked files are also
faster: Python does not save compiled modules for a zip file. Even an old Python must be able to
parse this file, which asks for a newer one. tools.py replaces @CONTENT@ with the content's hash.
"""

import os
import stat
import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        "pdu needs Python 3.9 or newer; this is Python %d.%d: use a newer one\n"
        % sys.version_info[:2]
    )
    sys.exit(2)


def safe(path):  # type: (str) -> bool
    """Whether only this user and root can change what lies at this path, free of symbolic links.

    As with ssh's StrictModes, each folder from the root down must belong to this user or to root,
    and neither its group nor others may write to it. They may write to a sticky folder, such as
    /tmp, where they cannot rename what they do not own. Folders that do not exist yet are passed
    over.
    """
    getuid = getattr(os, "getuid", None)
    if getuid is None:  # Windows, where a user's folders are closed to other users
        return True
    above = os.path.dirname(path)
    if above != path and not safe(above):
        return False
    try:
        status = os.lstat(path)
    except OSError:
        return not os.path.lexists(path)
    open_to_others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    is_closed = not open_to_others or bool(status.st_mode & stat.S_ISVTX)
    return stat.S_ISDIR(status.st_mode) and status.st_uid in (0, getuid()) and is_closed


def lock(folder):  # type: (str) -> None
    """Lock a folder until this process ends, so that systemd-tmpfiles does not remove its files
    when they are some days old.
    """
    try:
        import fcntl

        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)
    except (ImportError, OSError):  # Windows has no fcntl, and some file systems have no locks
        pass


def make_folder(folder):  # type: (str) -> str
    """Make the folder, closed to other users, and return it; "" if it is not safe.

    Raises OSError.
    """
    if not folder or not safe(folder):
        return ""
    umask = os.umask(0o077)  # also for missing folders above it
    try:
        os.makedirs(folder, exist_ok=True)
    finally:
        os.umask(umask)
    return folder if safe(folder) else ""  # another user may be faster in a sticky folder


def temporary():  # type: () -> str
    """The folder for temporary files; /tmp if that one is not safe, "" if neither is.

    Raises OSError.
    """
    import tempfile  # imported late, as in `place`

    folders = [os.path.realpath(folder) for folder in (tempfile.gettempdir(), "/tmp")]  # noqa: S108
    return next((folder for folder in folders if safe(folder)), "")


def place():  # type: () -> str
    """The folder with the unpacked files: in the user's cache, else a temporary one that atexit
    removes.

    A relative path is not used as the cache: the XDG specification forbids it, and without a home
    expanduser returns `~`. A folder that is not `safe` is not used: its owner could replace the
    files, as in a user's cache if sudo keeps HOME.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    above = os.path.realpath(os.path.join(cache, "pdu")) if os.path.isabs(cache) else ""
    folder = os.path.join(above, "@CONTENT@") if above else ""
    if folder and os.path.isdir(folder) and safe(folder):
        return folder
    import atexit  # imported late: 28 ms together, which a start from the cache saves
    import shutil
    import tempfile
    import zipfile
    import zlib

    problem = "other users can write to the folders for temporary files"  # type: object
    for is_cache in (True, False):
        try:
            parent = make_folder(above) if is_cache else temporary()
            if not parent:
                continue
            part = tempfile.mkdtemp(prefix="pdu-", dir=parent)
            atexit.register(shutil.rmtree, part, True)  # without effect after a rename
            lock(part)
            with zipfile.ZipFile(os.path.dirname(os.path.abspath(__file__))) as archive:
                archive.extractall(part)
            break
        except OSError as error:
            problem = error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            sys.stderr.write("pdu.pyz is damaged (%s): copy or build it again\n" % error)
            sys.exit(2)
    else:
        sys.stderr.write(
            "pdu.pyz cannot unpack itself (%s): set TMPDIR to a folder of your own "
            "with enough space\n" % problem
        )
        sys.exit(2)
    if not is_cache:
        return part
    try:
        os.rename(part, folder)
        return folder
    except OSError:  # for example: another process was faster
        return folder if os.path.isdir(folder) and safe(folder) else part


sys.path.insert(0, place())
from pdu.start import program  # noqa: E402

program()
