"""schemathesis makes requests from the gateway's own OpenAPI document: no answer is undocumented,
none is a defect, and what the document forbids is refused. `make trials` installs it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.needs import ROOT

from .running import TOKENS, Gateway

_PROGRAM = ROOT / ".cache" / "schemathesis" / "bin" / "st"

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(not _PROGRAM.exists(), reason="schemathesis is missing: make trials"),
    pytest.mark.against("schemathesis"),
]


def test_every_answer_is_one_that_the_document_names(running: Gateway, tmp_path: Path) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text('headers = { Authorization = "Bearer ${GATEWAY_TOKEN}" }\n')
    done = subprocess.run(
        [
            *(str(_PROGRAM), f"--config-file={settings}", "run"),
            *("--phases=examples,coverage,fuzzing", "--max-examples=40", "--seed=7"),
            *("--checks=all", "--continue-on-failure", "--warnings=off", "--no-color"),
            # a key that was used for another command is refused with 422, as documented
            "--exclude-checks=positive_data_acceptance",
            f"{running.url.rstrip('/')}/v1/openapi.json",
        ],
        env={**os.environ, "GATEWAY_TOKEN": TOKENS["admin"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        timeout=250,
    )
    assert done.returncode == 0, done.stdout[-8000:]
