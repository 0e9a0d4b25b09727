"""`import leffa` is cheap, and everything it promises is there."""

import subprocess
import sys

import leffa


def test_importing_the_package_loads_neither_torch_nor_diffusers() -> None:
    code = "import sys, leffa; print(sorted({'torch', 'diffusers', 'cv2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_promised_name_can_be_had() -> None:
    for name in leffa.__all__:
        assert getattr(leffa, name) is not None
