"""As a program: another program, whose gateway gives no reading again. Its words: the other
program's path, and its words.
"""

from __future__ import annotations

import os
import runpy
import sys

if __name__ == "__main__":
    # the folder of the clone
    sys.path[0] = os.path.abspath(f"{__file__}/../../../..")
    from pdu.gateway import gateway_pdus

    gateway_pdus.FRESH_S = 0.0
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
