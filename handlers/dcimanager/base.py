"""BasePdu, DCImanager's base class of handlers without SNMP.

Which module contains it is not documented, so several are tried.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_BASE_MODULES = (
    "pdu_common.base_pdu",
    "pdu_common.base",
    "pdu_common.pdu",
    "pdu_common.base_snmp_pdu",
)


def _find_base() -> type:
    """The platform's class. Raises ImportError, which says where it was looked for.

    pdu_common.base_pdu has BasePdu                           that class
    pdu_common.base_snmp_pdu has BaseSnmpPdu(BasePdu) alone   its base BasePdu
    none of the modules                                       ImportError
    """
    import_errors = ""
    for module in _BASE_MODULES:
        try:
            library = importlib.import_module(module)
        except ImportError as error:
            # an import inside the module failed
            if type(error) is ImportError or error.name not in ("pdu_common", module):
                import_errors += f"; {module} cannot be imported ({error})"
            continue
        base: object = getattr(library, "BasePdu", None)
        if isinstance(base, type):
            return base
        snmp_base = getattr(library, "BaseSnmpPdu", None)
        bases: tuple[type, ...] = getattr(snmp_base, "__mro__", ())
        for base_of_snmp in bases:
            if base_of_snmp.__name__ == "BasePdu":
                return base_of_snmp
    raise ImportError(
        f"this platform has no class BasePdu in {', '.join(_BASE_MODULES)}, nor among the bases of "
        f"BaseSnmpPdu{import_errors}"
    )


if TYPE_CHECKING:
    from pdu_common.base_pdu import BasePdu as BasePdu
else:
    BasePdu = _find_base()
