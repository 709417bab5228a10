"""What a start of the server does not spend its time on."""

from __future__ import annotations

import subprocess
import sys

LOADED = "import sys; from devstack.tinybird import server; print(sorted(sys.modules))"


def test_no_library_for_data_frames_is_loaded() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], stdout=subprocess.PIPE, check=True)

    assert "'chdb'" in loaded.stdout.decode()
    assert "'pandas'" not in loaded.stdout.decode()
