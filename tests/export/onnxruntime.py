"""What test_export exports to ONNX, run by ONNX Runtime (npm's onnxruntime-web, under Node)."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent / "onnxruntime"
COMMAND = Path(os.environ["STRATA_TEST_EXPORT"]).resolve()


def install():
    """The runtime, installed in the build folder where it is not there yet."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            sys.exit(f"{program} is not installed: ONNX files cannot be run")
    folder = COMMAND.parent / "onnxruntime"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "read_back.mjs"):
        shutil.copy(HERE / name, folder)
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder


with tempfile.TemporaryDirectory() as models:
    subprocess.run([COMMAND, "-tc=Every layer*"], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"STRATA_EXPORT_FOLDER": models})
    subprocess.run(["node", "read_back.mjs", models], cwd=install(), check=True)
