"""The first lines of pdu.pyz: unpack it once into the user's cache and run it from there.

pysnmp reads files beside its modules, which it cannot do inside a zip file; and Python keeps compiled files of a folder only,
so that later starts are quick. This file must be readable for every Python. tools.py puts the content's hash into @CONTENT@.
"""
import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write("pdu needs Python 3.9 or newer; this is Python %d.%d: call it with a newer one\n" % sys.version_info[:2])
    sys.exit(2)


def place():  # type: () -> str
    """The folder with the unpacked files: below the cache, else one that lives as long as this process."""
    import atexit
    import shutil
    import tempfile
    import zipfile
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(cache, "pdu", "@CONTENT@")
    try:
        os.makedirs(os.path.dirname(folder), 0o700, exist_ok=True)
        if os.path.isdir(folder) and os.stat(folder).st_uid == getattr(os, "getuid", lambda: 0)():
            return folder
        part = tempfile.mkdtemp(dir=os.path.dirname(folder))
    except OSError:
        folder, part = "", tempfile.mkdtemp(prefix="pdu-")
        atexit.register(shutil.rmtree, part, True)
    with zipfile.ZipFile(os.path.dirname(os.path.abspath(__file__))) as packed:
        packed.extractall(part)
    if not folder:
        return part
    try:
        os.rename(part, folder)
    except OSError:             # another start was quicker, or somebody else's folder is in the way
        if os.path.isdir(folder) and os.stat(folder).st_uid == getattr(os, "getuid", lambda: 0)():
            shutil.rmtree(part, True)
        else:
            atexit.register(shutil.rmtree, part, True)
            return part
    return folder


sys.path.insert(0, place())
from handlers.command.start import main  # noqa: E402

sys.exit(main())
