"""A sweep of short runs in one process: its memory and its open files stay flat.

The number of runs is 100, and 500 where STRATA_LONG is set. Memory is what the process holds after a fifth of the
runs, when everything has been loaded and used, and after the last.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

COMMAND = os.environ["STRATA_COMMAND"]
RUNS = 500 if os.environ.get("STRATA_LONG") else 100
MOST_GROWTH = 8  # MiB, for fragments of the heap
EXPERIMENT = f"""name: soak
device: cpu
seeds: 0-{RUNS - 1}
data: {{dataset: {{type: synthetic_digits, train: 60, test: 30}}, batch_size: 20}}
encoder:
  - [{{type: linear, units: 8}}, tanh]
pretrain: {{optimizer: {{type: sgd, lr: 0.5}}, epochs: 2}}
classify: {{epochs: 2, optimizer: {{type: adam, lr: 0.01}}}}
"""


def held_by(pid):
    """MiB in memory, and open files."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, len(os.listdir(f"/proc/{pid}/fd"))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "soak.yaml").write_text(EXPERIMENT)
        command = [COMMAND, "run", "soak.yaml", "--threads", "1", "--no-reuse"]
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
        seen = {}
        for line in process.stderr:
            begun = re.match(r"run (\d+) of", line)
            if begun and int(begun[1]) in (RUNS // 5, RUNS):
                seen[int(begun[1])] = held_by(process.pid)
        code = process.wait()
        complete = len(list(folder.glob("results/soak/*/record.json")))
    (memory, files), (memory_at_end, files_at_end) = seen[RUNS // 5], seen[RUNS]
    print(f"{complete} of {RUNS} runs complete, exit code {code}; {memory:.1f} MiB and {files} files after a fifth, "
          f"{memory_at_end:.1f} MiB and {files_at_end} files at the last")
    flat = memory_at_end - memory < MOST_GROWTH and files_at_end == files
    sys.exit(0 if code == 0 and complete == RUNS and flat else 1)


if __name__ == "__main__":
    main()
