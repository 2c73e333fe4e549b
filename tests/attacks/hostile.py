"""Hostile records, places and names: what one of them is must not stop, steer or leak anything."""
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from attack import SMALL, Attacks, strata, workplace

attacks = Attacks("hostile files")
COMMANDS = (["compare", "results"], ["compare", "results", "--json"], ["show", "results"],
            ["report", "results", "-o", "page.html"])


def nested(depth):
    return "[" * depth + "]" * depth


def hostile_records(whole):
    """Texts of records, by what is wrong with them."""
    record = json.loads(whole)
    for depth in (101, 20_000, 200_000):
        yield f"nested {depth} deep", nested(depth)
        yield f"a setting nested {depth} deep", json.dumps(record | {"config": "@"}).replace('"@"', nested(depth))
    for key in record:
        for value in (None, 7, -1e308, "text", [], {}, [[]], {"": {}}, True):
            yield f"{key} is {json.dumps(value)}", json.dumps(record | {key: value})
    yield "numbers beyond 2^63", whole.replace('"epoch": 1', '"epoch": 123456789012345678901234567890')
    yield "numbers beyond all", whole.replace('"loss": ', '"loss": 1e308, "more": ')
    yield "a million epochs planned", whole.replace('"epochs": 2', '"epochs": 9223372036854775807')
    yield "no end", whole[:len(whole) // 2]
    yield "nothing", ""
    yield "zero bytes", "\0" * 1000
    yield "invalid UTF-8", whole.replace("small", "sm\udcffll")


with workplace() as place:
    place = Path(place)
    made = strata("run", "small.yaml", folder=place)
    attacks.check("a run to start from", made.code == 0, made)
    good = next(place.glob("results/small/*"))
    whole = (good / "record.json").read_text()
    foul = place / "results/foul/run"
    (foul / "images").mkdir(parents=True)

    # A record of another's folder that cannot be read is left out, and the others are compared.
    batch = place / "batch"
    for number, (what, text) in enumerate(hostile_records(whole)):
        folder = batch / f"{number:03}"
        folder.mkdir(parents=True)
        (folder / "record.json").write_bytes(text.encode(errors="surrogateescape"))
    number += 3
    for kind in ("fifo", "zero"):
        os.makedirs(batch / kind)
    os.mkfifo(batch / "fifo/record.json")
    os.symlink("/dev/zero", batch / "zero/record.json")
    shutil.copytree(good, batch / "good")
    for command in (["compare", "batch"], ["compare", "batch", "--json"], ["show", "batch"], ["compare", "batch", "--csv"],
                    ["report", "batch", "-o", "page.html"]):
        ended = strata(*command, folder=place)
        lost = "Chart.js" in ended.err
        attacks.check(f"{' '.join(command)}, {number} hostile records", lost or ended.code == 0, ended)
    for index in range(number):
        attacks.tried += 1  # each was read by each command above
    for what, text in (("deep", nested(200_000)), ("empty", "")):
        (foul / "record.json").write_text(text)
        ended = strata("show", foul, folder=place)
        attacks.check(f"show of a record: {what}", ended.code == 2 and "foul" in ended.err, ended)

    # The run whose record it is: put aside, and made anew.
    (good / "record.json").write_text(nested(200_000))
    ended = strata("run", "small.yaml", folder=place)
    attacks.check("run over a record nested 200,000 deep", ended.code == 0 and
                  json.loads((good / "record.json").read_text())["status"] == "completed", ended)

    # Files that end nowhere, or that nobody writes to.
    os.mkfifo(place / "pipe.yaml")
    for name, text in (("extends", "extends: pipe.yaml\n"), ("zero", "extends: /dev/zero\n")):
        (place / f"{name}.yaml").write_text(text)
    with (place / "huge.yaml").open("w") as file:
        file.truncate(3 << 30)
    (place / "extends-huge.yaml").write_text("extends: huge.yaml\n")
    for name in ("pipe", "extends", "zero", "huge", "extends-huge"):
        ended = strata("check", f"{name}.yaml", folder=place)
        attacks.check(f"check {name}.yaml", ended.code == 2 and "cannot read" in ended.err, ended)
    events = good / "events.jsonl"
    events.unlink()
    os.mkfifo(events)
    record = json.loads((good / "record.json").read_text()) | {"status": "running"}
    (good / "record.json").write_text(json.dumps(record))
    ended = strata("show", good, folder=place)
    attacks.check("show where the events are a pipe", ended.code == 0, ended)
    shutil.rmtree(good)

    # A page holds no more than the run's own pictures.
    (place / "small.yaml").write_text(SMALL)
    strata("run", "small.yaml", folder=place)
    good = next(place.glob("results/small/*"))
    secret = place / "secret"
    secret.write_text("the secret")
    for picture in good.glob("images/*.png"):
        picture.unlink()
        picture.symlink_to(secret)
    ended = strata("report", good, "-o", "page.html", folder=place)
    if "Chart.js" not in ended.err:
        page = (place / "page.html").read_text()
        attacks.check("pictures that are links", "dGhlIHNlY3JldA" not in page and "could not be read" in page, ended)

    # What is printed steers no terminal.
    evil = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\r"
    record = json.loads((good / "record.json").read_text())
    for key in ("name", "status", "run_id", "error"):
        (foul / "record.json").write_text(json.dumps(record | {key: evil}))
        for command in (*COMMANDS[:3], ["show", str(foul)], ["compare", "results", "--csv"]):
            ended = strata(*command, folder=place)
            printed = ended.out + ended.err
            attacks.check(f"{key} in {command[0]}", not any(c in printed for c in "\x1b\x07\x9b\u202e")
                          and "\r" not in printed.replace("\r\n", ""), ended)
    shutil.rmtree(foul)
    (place / "evil.yaml").write_text('name: "x\\e[2J\\u202e"\n"k\\e[31m": 1\n')
    ended = strata("check", "evil.yaml", folder=place)
    attacks.check("decoded escapes of YAML", "\x1b" not in ended.err and "\u202e" not in ended.err, ended)
    ended = strata("data", "list", folder=place, environment={"STRATA_DATA": "/tmp/\x1b[2J"})
    attacks.check("STRATA_DATA", "\x1b" not in ended.out + ended.err, ended)

    # Names of files.
    raw = os.fsencode(place) + b"/results/\xff\xfe"
    shutil.copytree(os.fsencode(good), raw)
    for command in (*COMMANDS, ["show", os.fsdecode(raw)]):
        ended = strata(*command, folder=place)
        attacks.check(f"{command[0]} of a path that is no UTF-8", ended.code == 0 or "Chart.js" in ended.err, ended)
    shutil.rmtree(raw)

    # Formulas stay text.
    record = json.loads((good / "record.json").read_text()) | {"name": "=HYPERLINK(1)"}
    foul.mkdir(parents=True)
    (foul / "record.json").write_text(json.dumps(record))
    ended = strata("compare", "results", "--csv", "--by", "name", folder=place)
    attacks.check("a formula in a cell", "'=HYPERLINK" in ended.out and "\n=HYPERLINK" not in ended.out, ended)
    shutil.rmtree(foul.parent)

    # A place that goes away: the run would go on for hours.
    long = SMALL.replace("name: small", "name: gone\ncheckpoint: {every: epoch}").replace("epochs: 2", "epochs: 1000000")
    (place / "gone.yaml").write_text(long)
    with (place / "said").open("w+") as said:
        process = subprocess.Popen([os.environ["STRATA_COMMAND"], "run", "gone.yaml", "--quiet"], cwd=place, stderr=said,
                                   stdout=subprocess.DEVNULL)
        while process.poll() is None and not list(place.glob("results/gone/*/checkpoint/state.json")):
            time.sleep(0.05)
        (place / "results/gone").rename(place / "taken away")
        code = process.wait(120)
        said.seek(0)
        text = said.read()
    attacks.check("a results folder that is removed", code == 1 and "removed or replaced" in text
                  and not list(place.glob("results/gone/*/record.json")), f"{code}: {text[-500:]}")
attacks.end()
