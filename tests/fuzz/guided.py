"""Runs one target under atheris, guided by coverage: `python -m tests.fuzz.guided TARGET SECONDS
FOLDER`.

Stops at the first failing input and writes it into FOLDER. Prints libFuzzer's figures at the end.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    name, seconds, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    # not in requirements.txt: pip install atheris, where that is possible
    atheris: Any = importlib.import_module("atheris")
    # The Raritan binding recognises declarations by their method bodies, which instrumentation
    # would change. These two modules are therefore imported without instrumentation, and with them
    # others, such as handlers.http.
    importlib.import_module("handlers.raritan.handler")
    importlib.import_module("handlers.raritan.metering")
    with atheris.instrument_imports(include=["handlers"]):
        from .targets import BY_NAME
    target = BY_NAME[name]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup(
        [
            "fuzz",
            f"-max_total_time={seconds}",
            "-max_len=65536",
            "-timeout=30",
            "-rss_limit_mb=2048",
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={folder}/",
            str(corpus),
        ],
        target.run,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
