"""Runs in the process of a Worker (worker.py): executes the orders that it reads from standard
input.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any, Callable


def take(carry_out: Callable[..., Any]) -> None:
    """Carry out each line of the input, a JSON array of arguments. Answers each with a line
    {"result": …} or {"error": the traceback}."""
    for line in sys.stdin:
        try:
            answer = json.dumps({"result": carry_out(*json.loads(line))})
        except Exception:  # the Worker raises a RuntimeError with the traceback
            answer = json.dumps({"error": traceback.format_exc()})
        print(answer, flush=True)
