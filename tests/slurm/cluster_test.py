"""A study on a cluster of Slurm's, started here with virtual nodes, while faults are thrown in: its table must be that of
the same study made locally. Exit code 77 where Slurm is not installed.
usage: cluster_test.py SCRATCH_FOLDER [RUNS]"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

from study import Place, expect

HERE = pathlib.Path(__file__).resolve().parent
SCRATCH = pathlib.Path(sys.argv[1])
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
BEGAN = time.monotonic()
LONG = ["tiny.yaml", "--set", "name=long", "--set", "data.dataset.train=2000"]


def say(text):
    print(f"[{time.monotonic() - BEGAN:5.0f} s] {text}", flush=True)


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}

    def script(self, what):
        subprocess.run(["bash", str(HERE / "cluster.sh"), what, str(self.folder)], check=True, env=self.environment)

    def call(self, *command):
        return subprocess.run(command, check=False, env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout

    def tasks(self, state="RUNNING"):
        """(job_task, node, own number) of the tasks in a state."""
        lines = self.call("squeue", "--noheader", "--array", f"--states={state}", "--format=%F_%K %N %A").splitlines()
        return [line.split() for line in lines if len(line.split()) == 3]


def until(true, what, seconds=240):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def running(cluster, job, node=None):
    """The tasks of a job that run, on one node or any; there is one at least."""
    return until(lambda: [task for task in cluster.tasks()
                          if task[0].split("_")[0] == job and node in (None, task[1])], f"a task runs on {node}")


def kill_a_task(cluster, job):
    """SIGKILL to a task's process, as nobody should."""
    for task, _, _ in running(cluster, job):
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes().split(b"\0")
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            index = task.split("_")[1]
            if b"--task" in words and {f"SLURM_ARRAY_JOB_ID={job}".encode(),
                                       f"SLURM_ARRAY_TASK_ID={index}".encode()} <= set(environment):
                os.kill(int(process.name), signal.SIGKILL)
                return task
    return kill_a_task(cluster, job)


def fault_by_fault(cluster, place):
    job = place.launch()["ticket"]["arrays"][0]["id"]
    killed = kill_a_task(cluster, job)
    say(f"killed task {killed}")
    cluster.call("scontrol", "update", "nodename=n2", "state=drain", "reason=test")
    say("node n2 drains")
    task = next(each[0] for each in running(cluster, job) if each[0] != killed)
    cluster.call("scontrol", "requeue", task)
    say(f"requeued task {task}")
    cluster.script("restart")
    say("restarted the controller")
    lost = running(cluster, job, "n3")
    cluster.call("scontrol", "update", "nodename=n3", "state=down", "reason=test")
    say(f"node n3 is down, with {len(lost)} tasks")
    cluster.call("scontrol", "update", "nodename=n2", "state=resume")
    cluster.call("scontrol", "update", "nodename=n3", "state=resume")
    say("both are back")
    print(place.run("status"))


def study(cluster, place, local):
    runs = ["tiny.yaml", "--seeds", f"0-{RUNS - 1}", "--threads", "1"]
    local.run("run", *runs, "-q")
    say(f"{RUNS} runs made locally")
    said = place.run("run", *runs, "--launcher", "slurm", "--partition", "main", "--runs-per-task",
                     str(max(1, RUNS // 50)))
    expect(said, f"launched {RUNS} runs as {(RUNS + RUNS // 50 - 1) // max(1, RUNS // 50)} tasks: job ")
    fault_by_fault(cluster, place)
    until(lambda: not re.search(r"\d (running|waiting)", place.run("status")), "all tasks end", 120 + 6 * RUNS)
    said = place.run("status", "results/tiny")
    print(said)
    expect(said, "stopped")
    assert "by the experiment" not in said, said
    say("all tasks have ended; the same command takes up what is left")
    said = place.run("run", *runs, "--launcher", "slurm", "--runs-per-task", "2", "--wait")
    expect(said, f"{RUNS} runs: ", "completed")
    assert place.table() == local.table(), "another table than the local one"
    say(f"the table of {RUNS} runs is the local one")


def begin_limited(place):
    """A run that takes longer than its task's minute."""
    place.run("run", *LONG, "--set", "classify.epochs=6000", "--launcher", "slurm", "--time", "1", "--warn", "5",
              "--threads", "1")
    say("launched a run that does not end within its task's minute")


def end_limited(place, local):
    until(lambda: "1 completed" in place.run("status"), "the run ends", 280)
    local.run("run", *LONG, "--set", "classify.epochs=6000", "--threads", "1", "-q")
    ours, theirs = (next(iter(each.records("long").values())) for each in (place, local))
    assert len(ours["legs"]) > 1, "it met no time limit"
    assert ours["metrics"] == theirs["metrics"]
    assert [s["weights"]["sha256"] for s in ours["stages"]] == [s["weights"]["sha256"] for s in theirs["stages"]]
    say(f"it went on after its time limit, in {len(ours['legs'])} legs, to the local one's bits")


def cancel(cluster, place):
    place.run("run", *LONG, "--set", "classify.epochs=100000", "--launcher", "slurm")
    until(lambda: "in stage 2" in place.run("status"), "it runs")
    expect(place.run("cancel"), "cancelled 1 task: job ", "1 run that had not ended")
    until(lambda: "1 stopped" in place.run("status"), "it ends")
    record = next(iter(place.records("long").values()))
    assert record["status"] == "interrupted", record["status"]
    say("cancelled a run, whose record says so")


def main():
    tools = ("slurmctld", "slurmd", "munged", "sbatch")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        print(f"skipped: no {', '.join(missing)} here (the section [slurm] of tools/packages.txt)")
        sys.exit(77)
    shutil.rmtree(SCRATCH, ignore_errors=True)
    cluster = Cluster(SCRATCH / "cluster")
    try:
        cluster.script("start")
        say("the cluster is there")
        places = {name: Place(SCRATCH / name, cluster.environment) for name in ("limited", "study", "cancelled", "local")}
        begin_limited(places["limited"])
        study(cluster, places["study"], places["local"])
        cancel(cluster, places["cancelled"])
        end_limited(places["limited"], places["local"])
    finally:
        cluster.script("stop")
    say("passed")


main()
