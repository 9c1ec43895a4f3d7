"""The other end of a Worker (sdk.py): takes orders from the input until it ends."""
from __future__ import annotations

import json
import sys
import traceback
from typing import Any, Callable, Dict


def take(carry_out: Callable[..., Any]) -> None:
    """One order a line, as a JSON array of the arguments; a line {"result": …} or {"error": the traceback} for each."""
    for line in sys.stdin:
        try:
            answer: Dict[str, Any] = {"result": carry_out(*json.loads(line))}
        except Exception:                   # whoever gave the order wants to see it, whatever it is
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
