"""Build options of an archive. packaging/build.py replaces this file in archives that have any.

All settings of the handler are also build options (`profile`, `switch_unproven`, `metered_only`,
`switch_automatic`, `unknown_figures`, `encoding`), because DCImanager's form may offer no settings
for SNMP PDUs. Two more are build options only: `only` (keys of the families to detect, comma
separated) and `own_profile` (a user's own profile as JSON text).
"""

from __future__ import annotations

OPTIONS: dict[str, str] = {}
