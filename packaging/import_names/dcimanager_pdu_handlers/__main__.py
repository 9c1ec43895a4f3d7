"""`python -m dcimanager_pdu_handlers`: the command `pdu`, where the program is not on the PATH."""

from __future__ import annotations

from . import main

if __name__ == "__main__":
    main()
