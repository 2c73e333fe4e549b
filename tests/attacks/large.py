"""Inputs of a megabyte, each made to be slow: the command answers, and does not run out of memory."""
import json
import resource
from pathlib import Path

from attack import SMALL, Attacks, strata, workplace

attacks = Attacks("large inputs")
SIZE = 1 << 20


def repeated(line, count=None):
    lines, total, number = [], 0, 0
    while total < SIZE and number != count:
        lines.append(line.replace("@", str(number)))
        total += len(lines[-1]) + 1
        number += 1
    return "\n".join(lines) + "\n"


def files():
    yield "unknown keys", "name: x\n" + repeated("unknown_@: 1")
    yield "unknown keys in a part", "name: x\ndata:\n" + repeated("  data_set_@: mnist")
    yield "keys like known ones", "name: x\n" + repeated("seeed@: 1")
    yield "one key, again and again", "name: x\n" + repeated("seed: 1")
    yield "unknown layers", "name: x\nencoder:\n" + repeated("  - [{type: linaer@, units: 3}, tahn]")
    yield "known layers", "name: x\nencoder:\n" + repeated("  - [{type: linear, units: 3}, tanh]")
    yield "anchors", "name: x\nlist:\n" + repeated("  - &a@ x")
    yield "merges", "name: x\nbase: &b {a: 1}\nlist:\n" + repeated("  - {<<: *b, k@: 1}")
    yield "references", "name: x\n" + repeated("k@: ${name}")
    yield "a chain of references", "name: x\nk0: 1\n" + repeated("k1@: ${k1@}")
    yield "one long scalar", "name: " + "x" * SIZE + "\n"
    yield "one long line of wrong values", "name: x\nseed: [" + "1, " * (SIZE // 3) + "]\n"
    yield "a long key", "name: x\n? " + "k" * SIZE + "\n: 1\n"
    yield "a sweep of many values", "name: x\nsweep: {seed: [" + ", ".join(map(str, range(100_000))) + "]}\n"
    yield "a grid", "name: x\nsweep:\n" + repeated("  k@: [1, 2]", 60)
    yield "seeds", SMALL + "seeds: 0-999999999999\n"
    yield "a billion epochs", SMALL.replace("epochs: 2", "epochs: 9223372036854775807")
    yield "open brackets", "name: " + "[" * SIZE
    yield "control characters", "name: \"" + "\\e" * (SIZE // 2) + "\"\n"


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


with workplace() as place:
    for what, text in files():
        Path(place, "large.yaml").write_text(text)
        ended = strata("check", "large.yaml", folder=place, timeout=60, preexec_fn=limited)
        attacks.check(what, ended.code in (0, 2) and len(ended.err) < SIZE, ended)
    for argument in (["--set", "a=" + "[" * 100_000], ["--set", "x" * 100_000], ["--sweep", "seed=" + "1," * 50_000],
                     ["--sweep", "seed=lin(0,1,1000000000000)"], ["--seeds", "0-18446744073709551615"]):
        Path(place, "small.yaml").write_text(SMALL)
        ended = strata("check", "small.yaml", *argument, folder=place, timeout=60, preexec_fn=limited)
        attacks.check(f"{argument[0]} {argument[1][:30]}", ended.code in (0, 2), ended)
    made = strata("run", "small.yaml", folder=place)
    path = next(Path(place).glob("results/small/*/record.json"))
    record = json.loads(path.read_text())
    record["metrics"]["test"] |= {f"figure_{number}": 1.0 for number in range(100_000)}
    path.write_text(json.dumps(record))
    for command in (["show", str(path)], ["show", str(path.parent.parent)]):
        ended = strata(*command, folder=place, timeout=60, preexec_fn=limited)
        attacks.check(f"{command[0]} of 100,000 figures", ended.code in (0, 2), ended)
    ended = strata("compare", "results", folder=place, timeout=60, preexec_fn=limited)
    attacks.check("compare of 100,000 figures", ended.code == 2 and "more than 10000 figures" in ended.err, ended)
attacks.end()
