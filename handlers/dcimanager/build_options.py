"""Options of an archive of any handler. packaging/build.py replaces this file in archives that have
any.
"""

from __future__ import annotations

#: whether commands are refused (`build.py --read-only`)
READ_ONLY = False
