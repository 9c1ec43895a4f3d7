"""The import lines of the vendor's documentation, in the environment of a clone: `from raritan
import rpc`, `import raritan.rpc.pdumodel`, `from raritan import zeroconf`.

`make env` puts this folder at the end of sys.path, behind the vendor's own package if that is
installed. No archive and no wheel holds it.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[4])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)

from handlers.raritan import rpc as rpc, zeroconf as zeroconf  # noqa: E402  # found by _ROOT

# by these names too, else `import raritan.rpc.pdumodel` would load a second copy
_MODULES = [rpc, zeroconf]
_MODULES += [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(rpc.__path__, f"{rpc.__name__}.")
]
sys.modules.update(
    {module.__name__.replace("handlers.raritan", __name__, 1): module for module in _MODULES}
)
