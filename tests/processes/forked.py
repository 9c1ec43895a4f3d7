"""Processes that are forked from one that has imported what they run: in a new Python, the imports
take longer than the run. Not forked from the test's own process, which has threads.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence

from pdu import root
from pdu.files import locks
from tests.waiting import PATIENCE_S

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(
    ["pdu.pdu_list.addition", "pdu.registration.command", "pytest", __name__]
)


def run_pdu(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run the command in this process, which ends with its exit code."""
    locks.LIMIT_S = PATIENCE_S  # a busy machine does not decide
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(root.run(words))
