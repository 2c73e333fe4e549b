"""Runs what the documentation shows: every YAML block is checked, every command is run.

A fenced block says what it is by its first words:
  ```yaml            a complete experiment file; must pass `strata check`
  ```yaml fragment   top-level keys that replace those of a complete file; the result must pass
  ```yaml bad        a file that `strata check` must refuse
  ```sh              commands, run one block after another in a scratch copy of the checkout's layout
  ```sh slow         commands that take minutes or install packages; run elsewhere (the scripts themselves)
  ```sh network      commands that need the network, tested against a server of the tests' own
  ```python          a program, run where the commands are; needs numpy
  ```python with X   one that needs the module X too; not run, and said so, where it is missing
  ```LANGUAGE FILE   a file of the walk-through in plugins.md, built and run by tests/plugins_sdk
  ```text            output
usage: docs_test.py SOURCE_DIR BUILD_DIR PAGE
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASE = """name: fragment
data: {dataset: synthetic_digits}
encoder:
  - [{type: linear, units: 40}, tanh]
  - [{type: linear, units: 20}, tanh]
pretrain: {epochs: 1}
classify: {epochs: 1}
"""


def blocks(text):
    """(line, kind, content) of each fenced block."""
    pattern = re.compile(r"^```([^\n]*)\n(.*?)^```", re.M | re.S)
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1].strip(), match[2]


def top_level(text):
    """The file's top-level keys with their lines."""
    parts = {}
    for chunk in re.split(r"^(?=[A-Za-z_])", text, flags=re.M):
        key = re.match(r"([A-Za-z_]+):", chunk)
        if key:
            parts[key[1]] = chunk if chunk.endswith("\n") else chunk + "\n"
    return parts


def merged(fragment):
    parts = top_level(BASE)
    parts.update(top_level(fragment))
    return "".join(parts.values())


def python_with_numpy():
    """Debian's own, which has numpy where python3-numpy is installed, or the one that runs this; None without."""
    for python in ("/usr/bin/python3", sys.executable):
        if shutil.which(python) and not subprocess.run([python, "-c", "import numpy"], stderr=subprocess.DEVNULL,
                                                       check=False).returncode:
            return python
    return None


def has_module(python, module):
    return not subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL, check=False).returncode


def main():
    source, build, page = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    failures = 0
    checked = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in ("experiments", "tools", "docs", "plugins", "framework", "tests"):
            (scratch / name).symlink_to(source / name)
        (scratch / "build").symlink_to(build)
        (scratch / "results").mkdir()
        (scratch / "results" / "lecture").symlink_to(source / "results" / "lecture")

        def run(command, expected, where):
            nonlocal failures, checked
            checked += 1
            result = subprocess.run(command, cwd=scratch, stdin=subprocess.DEVNULL, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            good = result.returncode == 0 if expected else result.returncode == 2
            if not good:
                failures += 1
                print(f"{where}: exit code {result.returncode}\n{result.stdout}\n")

        for line, kind, content in blocks(page.read_text(encoding="utf-8")):
            where = f"{page.name}:{line}"
            if re.fullmatch(r"\w+ [\w.]+\.\w+", kind) or kind in ("sh slow", "sh network", "text", ""):
                continue
            if kind in ("yaml", "yaml fragment", "yaml bad"):
                bad = kind == "yaml bad"
                file = scratch / f"block-{line}.yaml"
                file.write_text(merged(content) if "fragment" in kind else content)
                run([str(build / "strata"), "check", file.name], not bad, where)
            elif kind == "sh":
                run(["bash", "-euo", "pipefail", "-c", content], True, where)
            elif kind == "python" and python_with_numpy() is None:
                print(f"{where}: not run: there is no numpy (package python3-numpy)")
            elif kind.startswith("python with ") and not has_module(python_with_numpy() or sys.executable, kind.split()[-1]):
                print(f"{where}: not run: there is no {kind.split()[-1]}")
            elif kind.split(" with ")[0] == "python":
                run([python_with_numpy(), "-c", content], True, where)
            else:
                failures += 1
                print(f"{where}: a block of unknown kind '{kind}'")
        # Where the sources are said to be: `run/plan.cpp`, `plugins/losses/`.
        if page.name == "architecture.md":
            for path in re.findall(r"`([a-z_]+(?:/[\w.]+)*/[\w.]*)`", page.read_text(encoding="utf-8")):
                checked += 1
                if not (source / path).exists() and not (source / "framework" / path).exists():
                    failures += 1
                    print(f"{page.name}: there is no {path}")
    print(f"{page.name}: {checked} blocks and paths tried, {failures} failed")
    sys.exit(1 if failures else 0)


main()
