"""The main module of pdu.pyz: unpacks it into the user's cache or a temporary folder, and runs it from there.

pysnmp 7.1.21 cannot load its MIB modules from a zip file. Starts from the unpacked files are also faster: Python does not save
compiled modules for a zip file. Even an old Python must be able to parse this file, which asks for a newer one.
tools.py replaces @CONTENT@ with the content's hash.
"""
import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write("pdu needs Python 3.9 or newer; this is Python %d.%d: use a newer one\n" % sys.version_info[:2])
    sys.exit(2)


def ours(folder):  # type: (str) -> bool
    """Whether the folder exists and belongs to this user: files of other users are not run."""
    return os.path.isdir(folder) and os.stat(folder).st_uid == getattr(os, "getuid", lambda: 0)()


def lock(folder):  # type: (str) -> None
    """Lock a folder until this process ends, so that systemd-tmpfiles does not remove its files when they are some days old."""
    try:
        import fcntl
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)
    except (ImportError, OSError):      # Windows has no fcntl, and some file systems have no locks
        pass


def place():  # type: () -> str
    """The folder with the unpacked files: in the user's cache, else a temporary one that atexit removes.

    A relative path is not used as the cache: the XDG specification forbids it, and without a home expanduser returns `~`.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    above = os.path.join(cache, "pdu") if os.path.isabs(cache) else ""
    folder = os.path.join(above, "@CONTENT@") if above else ""
    if ours(folder) and ours(above):
        return folder
    import atexit
    import shutil
    import tempfile
    import zipfile
    import zlib
    for parent in (above, None):        # None: the system's folder for temporary files
        try:
            if parent is not None:
                os.makedirs(parent, 0o700, exist_ok=True)
                if not ours(parent):    # its owner could replace the files, as in a user's cache if sudo keeps HOME
                    raise OSError
            part = tempfile.mkdtemp(prefix="pdu-", dir=parent)
            atexit.register(shutil.rmtree, part, True)      # without effect after the folder is renamed
            lock(part)
            with zipfile.ZipFile(os.path.dirname(os.path.abspath(__file__))) as packed:
                packed.extractall(part)
            break
        except OSError as error:
            folder, problem = "", error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            sys.stderr.write("pdu.pyz is damaged (%s): copy or build it again\n" % error)
            sys.exit(2)
    else:
        sys.stderr.write("pdu.pyz cannot unpack itself (%s): set TMPDIR to a writable folder with enough space\n" % problem)
        sys.exit(2)
    try:
        os.rename(part, folder)
        return folder
    except OSError:             # for example: no cache, or another process was faster
        return folder if ours(folder) else part


sys.path.insert(0, place())
from handlers.command.start import main  # noqa: E402

sys.exit(main())
