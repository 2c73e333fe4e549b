"""Writes COUNT records below FOLDER: those of results/lecture again and again, with other seeds, classifier's
rates and slightly other figures. usage: many_records.py FOLDER COUNT
"""

import hashlib
import json
import random
import sys
from pathlib import Path

RATES = [0.001 * 2**k for k in range(10)]
SOURCE = Path(__file__).parents[2] / "results" / "lecture"


def varied(record, seed, rate, noise):
    record["seed"] = record["config"]["seed"] = seed
    record["config"]["classify"]["optimizer"]["lr"] = rate
    record["config_hash"] = hashlib.sha256(json.dumps(record["config"]).encode()).hexdigest()
    record["run_id"] = f"{record['config_hash'][:8]}-s{seed}"
    for stage in record["stages"]:
        for epoch in stage["epochs"]:
            epoch["loss"] *= noise.uniform(0.98, 1.02)
    record["metrics"]["test"]["accuracy"] *= noise.uniform(0.98, 1.02)
    return record


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    noise = random.Random(0)
    templates = [path.read_text() for path in sorted(SOURCE.glob("*/*/record.json"))]
    templates = [text for text in templates if json.loads(text)["status"] == "completed"]
    for number in range(count):
        record = json.loads(templates[number % len(templates)])
        turn = number // len(templates)
        varied(record, 1000 * (number % len(templates)) + turn // len(RATES), RATES[turn % len(RATES)], noise)
        path = folder / record["name"] / record["run_id"] / "record.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record))
    size = sum(path.stat().st_size for path in folder.glob("*/*/record.json"))
    print(f"{count} records, {size / 1e6:.0f} MB")


main()
