"""Streams that are closed, full or read by nobody, and outputs that are no regular file."""
import json
import os
import stat
import subprocess
import threading
from pathlib import Path

from attack import Attacks, strata, workplace

attacks = Attacks("outputs")


def closed(fd):
    return {"preexec_fn": lambda: os.close(fd)}


def unread():
    """A pipe whose reader is gone."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def completed(folder, name):
    records = list(Path(folder, "results", name).glob("*/record.json"))
    return records and all(json.loads(record.read_text())["status"] == "completed" for record in records)


with workplace() as place:
    # Training does not depend on anybody who listens.
    full = os.open("/dev/full", os.O_WRONLY)
    streams = {"closed": closed(2), "full": {"stderr": full}, "unread": {"stderr": unread()}}
    for how, options in streams.items():
        for jobs in (1, 2):
            name = f"{how}{jobs}"
            ended = strata("run", "small.yaml", "--set", f"name={name}", "--seeds", "0-1", "--jobs", jobs,
                           folder=place, **options)
            attacks.check(f"run --jobs {jobs}, stderr {how}", ended.code == 0 and completed(place, name), ended)
    ended = strata("run", "small.yaml", "--set", "name=none", folder=place, close_fds=True,
                   preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
    attacks.check("run with no stream at all", ended.code == 0 and completed(place, "none"), ended)
    events = next(Path(place, "results/none").glob("*/events.jsonl")).read_text()
    attacks.check("nothing foreign in the events", all(json.loads(line) for line in events.splitlines()), events)

    # What standard output does not take is no success, and is said.
    commands = [["compare", "results", *more] for more in ([], ["--csv"], ["--json"], ["--markdown"])]
    commands += [["show", "results"], ["show", "--json", *map(str, Path(place, "results/none").glob("*"))],
                 ["show", "small.yaml"], ["list"], ["describe", "sgd"], ["schema"], ["components"], ["--help"],
                 ["--version"], ["data", "list"], ["check", "small.yaml"], ["run", "small.yaml", "--dry-run"]]
    for command in commands:
        name = " ".join(command)
        ended = strata(*command, folder=place, stdout=full)
        attacks.check(f"{name} > /dev/full", ended.code == 1 and ended.err.endswith(
            "strata: error: cannot write standard output: No space left on device\n"), ended)
    for command in commands[:3]:
        name = " ".join(command)
        ended = strata(*command, folder=place, **closed(1))
        attacks.check(f"{name} >&-", ended.code == 1 and "Bad file descriptor" in ended.err, ended)
        ended = strata(*command, folder=place, stdout=unread())
        attacks.check(f"{name} | true", ended.code == 141 and "standard output" not in ended.err, ended)
    ended = strata("check", "none.yaml", folder=place, stderr=full)
    attacks.check("check of a missing file, stderr full", ended.code == 2, ended)

    # A page goes where the user said, and replaces nothing but a file.
    report = ["report", "results/none", "-o"]
    page = strata(*report, "/dev/stdout", folder=place)
    if "Chart.js" not in page.err:
        whole = page.out.startswith("<!") and page.out.rstrip().endswith("</html>")
        attacks.check("-o /dev/stdout", page.code == 0 and whole, page)
        Path(place, "target.html").write_text("old")
        os.symlink("target.html", Path(place, "link.html"))
        ended = strata(*report, "link.html", folder=place)
        attacks.check("-o LINK", ended.code == 0 and os.path.islink(Path(place, "link.html"))
                      and Path(place, "target.html").stat().st_size > 1000, ended)
        os.mkfifo(Path(place, "fifo"))
        got = []
        reader = threading.Thread(target=lambda: got.append(Path(place, "fifo").read_bytes()))
        reader.start()
        ended = strata(*report, "fifo", folder=place)
        reader.join(10)
        attacks.check("-o FIFO", ended.code == 0 and stat.S_ISFIFO(Path(place, "fifo").stat().st_mode)
                      and len(got[0]) > 1000, ended)
        ended = strata(*report, "/dev/full", folder=place)
        attacks.check("-o /dev/full", ended.code == 1 and "No space left" in ended.err
                      and stat.S_ISCHR(os.stat("/dev/full").st_mode), ended)
        with Path(place, "redirected.html").open("w") as file:
            ended = strata(*report, "/dev/stdout", folder=place, stdout=file)
        attacks.check("-o /dev/stdout > FILE", ended.code == 0
                      and Path(place, "redirected.html").read_text().rstrip().endswith("</html>"), ended)

    # A planted link, of any name that could be foreseen, is not written through.
    victim = Path(place, "victim")
    victim.write_text("kept")
    for pid in range(os.getpid(), os.getpid() + 300):
        os.symlink(victim, Path(place, f"page.html.tmp-{pid}"))
    strata("report", "results/none", "-o", "page.html", folder=place)
    attacks.check("300 planted links", victim.read_text() == "kept", victim.read_text()[:100])
attacks.end()
