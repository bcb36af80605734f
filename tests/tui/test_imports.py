"""What a screen loads: the static contract, checked against what Python really imported."""

import json
import subprocess
import sys

FORBIDDEN = (
    *("bleak", "sounddevice", "sqlite3", "scipy", "pydantic"),
    *("entrain.devices", "entrain.storage", "entrain.synth", "entrain.analysis", "entrain.runtime"),
)


def test_the_screen_loads_no_device_no_store_and_no_synthesis() -> None:
    code = "import json, sys, entrain.tui.app; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert "entrain.tui.screens.session" in loaded
    assert [name for name in loaded if name in FORBIDDEN] == []
