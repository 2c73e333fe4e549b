"""The launcher 'slurm' against commands that only look like Slurm's: what it asks of them, and what it makes of what
they say. usage: launcher_test.py SCRATCH_FOLDER"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import study
from study import Place, expect

HERE = pathlib.Path(__file__).resolve().parent
SCRATCH = pathlib.Path(sys.argv[1])


class Fake:
    """A place whose PATH has the commands that look like Slurm's."""

    def __init__(self, name, most="1001"):
        self.folder = SCRATCH / name / "slurm"
        self.folder.mkdir(parents=True)
        for command in ("sbatch", "squeue", "sacct", "scontrol", "scancel"):
            (self.folder / "bin").mkdir(exist_ok=True)
            (self.folder / "bin" / command).symlink_to(HERE / "fake_slurm.py")
        (self.folder / "scontrol").write_text(f"MaxArraySize            = {most}\n")
        self.environment = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "FAKE_SLURM": str(self.folder),
                            "SLURM_JOB_ID": "999", "SLURM_CONF": "/the/conf"}
        self.place = Place(SCRATCH / name / "place", self.environment)

    def calls(self, command):
        lines = (self.folder / "calls").read_text().splitlines()
        return [call for call in map(json.loads, lines) if call[0] == command]

    def script(self, number=1):
        return (self.folder / f"script-{number}").read_text()

    def start_task(self, task, job="1"):
        environment = {**self.place.environment, "SLURM_ARRAY_JOB_ID": job, "SLURM_ARRAY_TASK_ID": str(task)}
        return subprocess.Popen(["bash", str(self.folder / f"script-{job}")], cwd=self.place.path, env=environment)

    def squeue(self, *lines):
        (self.folder / "squeue").write_text("".join(line + "\n" for line in lines))


def script_says_what_was_asked():
    fake = Fake("asked")
    (fake.place.path / "profile.yaml").write_text(
        "type: slurm\npartition: main\ntime: \"10\"\ncpus: 2\nmemory: 4G\nsbatch: --constraint=avx512\n")
    said = fake.place.run("run", "tiny.yaml", "--launcher", "profile.yaml", "--account", "physics", "--time=1:30:00",
                          "--gpus", "1", "--max-parallel", "3", "--seeds", "0-3", "--runs-per-task", "2")
    expect(said, "launched 4 runs as 2 tasks: job 1 of Slurm", "strata status results", "strata cancel results")
    folder = fake.place.launches()[-1]
    lines = fake.script().splitlines()
    assert lines[:-2] == ["#!/bin/bash", '#SBATCH --job-name="tiny"', '#SBATCH --array="0-1%3"',
                          f'#SBATCH --output="{folder}/slurm-%A_%a.out"', '#SBATCH --open-mode="append"',
                          '#SBATCH --export="ALL"', f'#SBATCH --chdir="{fake.place.path}"',
                          '#SBATCH --signal="B:USR1@60"', '#SBATCH --cpus-per-task="2"', "#SBATCH --requeue",
                          '#SBATCH --partition="main"', '#SBATCH --account="physics"', '#SBATCH --time="1:30:00"',
                          '#SBATCH --mem="4G"', '#SBATCH --gpus="1"', "#SBATCH --constraint=avx512"], lines
    # What a surrounding job has set stays out; where the cluster's configuration is does not.
    assert fake.calls("sbatch")[0][-1] == {"SLURM_CONF": "/the/conf"}, fake.calls("sbatch")


def arrays_stay_within_the_limit():
    fake = Fake("limit", most="3")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-6", "--runs-per-task", "1")
    arrays = [line for number in (1, 2, 3) for line in fake.script(number).splitlines() if "--array" in line]
    assert arrays == ['#SBATCH --array="0-2"', '#SBATCH --array="0-2"', '#SBATCH --array="0-0"'], arrays
    assert "dependency" not in fake.script(2)
    fake = Fake("chain", most="2")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-2", "--max-parallel", "1",
                   "--runs-per-task", "1")
    expect(fake.script(2), '#SBATCH --dependency="afterany:1"')


def refused_as_a_whole():
    fake = Fake("refused")
    (fake.folder / "sbatch.fails").write_text("sbatch: error: invalid partition specified: nowhere")
    said = fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--partition", "nowhere", code=2)
    expect(said, "Slurm does not take the runs", "invalid partition specified: nowhere")
    expect(fake.place.run("status", "results", code=2), "nothing was launched into 'results'")


def mistakes_are_told():
    fake = Fake("mistakes")
    run = lambda *options: fake.place.run("run", "tiny.yaml", "--launcher", *options, code=2)
    expect(run("slrum"), "did you mean 'slurm'")
    expect(run("slurm", "--partiton", "x"), "'partiton'", "did you mean 'partition'")
    expect(run("slurm", "--time", "soon"), "expected a time limit as Slurm has it", "got 'soon'")
    expect(run("slurm", "--cpus", "many"), "expected an integer")
    expect(run("slurm", "--sbatch", "--array=0-9"), "strata gives '--array' itself")
    expect(run("slurm", "--sbatch", "constraint"), "expected an option of sbatch")
    expect(run("slurm", "--partition"), "--partition stands beside --launcher, and has no value")
    expect(run("missing.yaml"), "missing.yaml")
    expect(fake.place.run("run", "tiny.yaml", "--partition", "x", code=2), "unknown option '--partition'")
    expect(fake.place.run("status", "nowhere", code=2), "there is no folder 'nowhere'")
    bare = Place(SCRATCH / "bare", {"PATH": "/nowhere"})
    expect(bare.run("run", "tiny.yaml", "--launcher", "slurm", code=2), "there is no 'scontrol' here")
    assert not (fake.folder / "script-1").exists()


def tasks_give_the_local_table():
    local = Place(SCRATCH / "local")
    local.run("run", "tiny.yaml", "--seeds", "0-2", "--threads", "1", "-q")
    fake = Fake("table")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-2", "--runs-per-task", "2")
    fake.squeue("1 0|RUNNING|n1|None", "1 1|PENDING||Resources")
    said = fake.place.run("status")
    expect(said, "3 runs in 2 tasks: job 1 of Slurm", "3 waiting", "its task runs on n1", "its task waits (Resources)")
    again = fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-2")
    expect(again, "3 of 3 runs are launched already")
    for task in (0, 1):
        assert fake.start_task(task).wait(timeout=300) == 0
    assert fake.place.table() == local.table()
    expect(fake.place.run("status", "results/tiny"), "3 completed")
    # The same command finds nothing left to do, and the cluster is not asked.
    before = len(fake.calls("sbatch"))
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-2")
    assert len(fake.calls("sbatch")) == before


def runs_per_task_from_the_estimate():
    fake = Fake("estimate")
    expect(fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-4"), "up to 5 runs a task")
    expect(fake.script(), '--array="0-0"')
    long = ["--set", "classify.epochs=100000000", "--set", "name=long"]
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-4", *long)
    expect(fake.script(2), '--array="0-4"')


def machine_and_experiment_are_told_apart():
    fake = Fake("causes")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--runs-per-task", "1", "--sweep",
                   "classify.optimizer.lr=1e38,0.1,0.2,0.3,0.4")
    assert fake.start_task(0).wait(timeout=300) == 1
    fake.squeue("1 0|FAILED|n1|NonZeroExitCode", "1 1|OUT_OF_MEMORY|n2|None", "1 2|NODE_FAIL|n3|None")
    (fake.folder / "sacct").write_text("1 1_3|CANCELLED by 0|n4\n")
    out = fake.place.launches()[-1] / "slurm-1_4.out"
    out.write_text("slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***\n")
    said = fake.place.run("status", "results")
    expect(said, "1 failed, 3 lost, 1 stopped", "failed, by the experiment:", "diverged: ", "    | ",
           "lost, by the machine:", "its task ran out of memory on n2", "its task lost its node on n3",
           "its task came to its time limit", "stopped:", "its task was cancelled on n4",
           "the same command takes up what did not complete:")
    (fake.folder / "squeue.fails").write_text("slurm_load_jobs error: Unable to contact slurm controller")
    expect(fake.place.run("status", "results", code=1), "Slurm does not answer")


def task_stopped_before_its_limit_goes_on():
    local = Place(SCRATCH / "unstopped")
    long = ["tiny.yaml", "--set", "classify.epochs=1500", "--set", "data.dataset.train=2000"]
    local.run("run", *long, "--threads", "1", "-q")
    fake = Fake("limit_signal")
    fake.place.run("run", *long, "--launcher", "slurm")
    first = fake.start_task(0)
    log = fake.place.launches()[-1] / "task-0.log"
    until(lambda: log.exists() and "classify" in log.read_text())
    first.send_signal(signal.SIGUSR1)
    assert first.wait(timeout=60) == 130, log.read_text()
    assert [call[1:3] for call in fake.calls("scontrol")][-1] == ["requeue", "1_0"], fake.calls("scontrol")
    fake.squeue("1 0|PENDING||BeginTime")
    expect(fake.place.run("status"), "it has begun, and goes on; its task waits (BeginTime)")
    assert fake.start_task(0).wait(timeout=300) == 0, log.read_text()
    assert fake.place.table() == local.table()
    legs = list(fake.place.records().values())[0]["legs"]
    assert len(legs) == 2, legs


def changed_since_it_was_launched():
    fake = Fake("changed")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm")
    log = fake.place.launches()[-1] / "task-0.log"
    (fake.place.path / "tiny.yaml").write_text(study.EXPERIMENT.replace("epochs: 2", "epochs: 3"))
    assert fake.start_task(0).wait(timeout=60) == 2
    expect(log.read_text(), "it was changed after they were launched")
    (fake.place.path / "tiny.yaml").write_text(study.EXPERIMENT)
    file = fake.place.launches()[-1] / "launch.json"
    launch = json.loads(file.read_text())
    launch["programs"]["libstrata.so"] = "0" * 64
    file.write_text(json.dumps(launch))
    assert fake.start_task(0).wait(timeout=60) == 2
    expect(log.read_text(), "'libstrata.so' is not what it was when the runs were launched")
    assert not fake.place.records()


def cancel_asks_for_every_job():
    fake = Fake("cancel", most="1")
    fake.place.run("run", "tiny.yaml", "--launcher", "slurm", "--seeds", "0-1", "--runs-per-task", "1")
    fake.squeue("1 0|PENDING||Resources", "2 0|PENDING||Resources")
    expect(fake.place.run("cancel", "results/tiny"), "cancelled 2 tasks: jobs 1, 2 of Slurm: 2 runs")
    assert [call[1] for call in fake.calls("scancel")] == ["1", "2"]


def until(true, seconds=60):
    for _ in range(seconds * 20):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    failed = 0
    for test in (script_says_what_was_asked, arrays_stay_within_the_limit, refused_as_a_whole, mistakes_are_told,
                 tasks_give_the_local_table, runs_per_task_from_the_estimate, machine_and_experiment_are_told_apart,
                 task_stopped_before_its_limit_goes_on, changed_since_it_was_launched, cancel_asks_for_every_job):
        try:
            test()
            print(f"{test.__name__}: passed", flush=True)
        except Exception as error:
            failed += 1
            print(f"{test.__name__}: FAILED: {error}", flush=True)
    sys.exit(1 if failed else 0)


main()
