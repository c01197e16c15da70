"""How a command's process ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HELD_BACK = "import sys; sys.stdout.write('最後まで')"
OTHER_THREAD = """
import threading
threading.Thread(target=lambda: (threading.main_thread().join(), print('最後まで'))).start()
"""
END = "import sys; from publisher.cli import command; sys.argv = ['publisher', 'build']; command()"


@pytest.mark.parametrize("before", [HELD_BACK, OTHER_THREAD])
def test_what_is_still_to_be_said_is_said_and_the_code_is_kept(tmp_path: Path, before: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "PYTHONUNBUF"))}

    words = [sys.executable, "-c", f"{before}\n{END}"]
    done = subprocess.run(words, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "最後まで"
    assert done.returncode == 78, "there is no configuration"
