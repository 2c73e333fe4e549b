"""The event file of a run, its checksums by crcmod's CRC-32C and its events by protoc, against the record."""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import crcmod.predefined
except ImportError:
    crcmod = None
if crcmod is None or shutil.which("protoc") is None:
    print("skipped: needs the packages protobuf-compiler and python3-crcmod")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
EXPERIMENT = """name: watched
data: {dataset: synthetic_digits, train_size: 200, test_size: 100, batch_size: 50}
encoder: [[{type: linear, units: 12}, tanh]]
pretrain: {epochs: 3}
classify: {epochs: 2}
observers: [tensorboard]
"""
crc32c = crcmod.predefined.mkPredefinedCrcFun("crc-32c")


def events_of(data):
    """The events of a file, whose checksums must be right."""
    while data:
        length, length_crc = struct.unpack("<QI", data[:12])
        event, (event_crc,) = data[12:12 + length], struct.unpack("<I", data[12 + length:16 + length])
        for text, masked in ((data[:8], length_crc), (event, event_crc)):
            crc = crc32c(text)
            assert masked == ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff, "a checksum is wrong"
        yield event
        data = data[16 + length:]


def decoded(event):
    """protoc's text of an event."""
    return subprocess.run(["protoc", f"-I{HERE}", "--decode=Event", "events.proto"], input=event,
                          stdout=subprocess.PIPE, check=True).stdout.decode()


def field(name, text, kind=float):
    return [kind(found) for found in re.findall(rf"^\s*{name}: (\S+)$", text, re.M)]


def values(text):
    """{tag: its text} of an event."""
    parts = text.split("  value {\n")[1:]
    return {re.search(r'tag: "(.*)"', part)[1]: part for part in parts}


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "e.yaml").write_text(EXPERIMENT)
    subprocess.run([os.environ["STRATA_COMMAND"], "run", "--quiet", "e.yaml"], cwd=folder, check=True)
    run, = (folder / "results/watched").iterdir()
    record = json.loads((run / "record.json").read_text())
    texts = [decoded(event) for event in events_of((run / "events.out.tfevents.strata").read_bytes())]

    assert 'file_version: "brain.Event:2"' in texts[0], texts[0]
    pretrain, pictures, classify = texts[1:4], texts[4], texts[5:7]
    assert len(texts) == 8, len(texts)
    for stage, shown in (("pretrain-1", pretrain), ("classify", classify)):
        recorded = next(s for s in record["stages"] if s["name"] == stage)["epochs"]
        assert len(shown) == len(recorded)
        for text, epoch in zip(shown, recorded):
            assert field("step", text, int) == [epoch["epoch"]], text
            found = values(text)
            expected = {f"{stage}/train/loss": epoch["loss"],
                        f"{stage}/train/learning_rate": epoch["learning_rate"]}
            for split, figures in epoch["metrics"].items():
                expected.update({f"{stage}/{split}/{key}": value for key, value in figures.items()
                                 if isinstance(value, float)})
            for tag, value in expected.items():
                shown_value, = field("simple_value", found[tag])
                assert abs(shown_value - value) <= 1e-6 * abs(value), (tag, shown_value, value)
    assert "classify/test/accuracy" in values(classify[1])

    # 12 units on the images of 28 by 28; the classifier trains the encoder too.
    before = None
    for text in pretrain:
        histogram = values(text)["pretrain-1/encoder.0.0.weight"]
        assert field("num", histogram) == [9408] and sum(field("bucket", histogram)) == 9408
        limits = field("bucket_limit", histogram)
        assert limits == sorted(limits) and len(limits) == 30 and limits[-1] == field("max", histogram)[0]
        assert histogram != before, "the weights did not change"
        before = histogram
    assert "classify/encoder.0.0.weight" in values(classify[0])
    assert "pretrain-1/head.0.weight" not in values(pretrain[0])

    for name in ("reconstructions", "codes", "filters"):
        png = (run / f"images/{name}.png").read_bytes()
        width, height = struct.unpack(">II", png[16:24])
        image = values(pictures)[f"images/{name}"]
        assert (field("width", image, int), field("height", image, int)) == ([width], [height]), image
    assert field("step", pictures, int) == [1] and field("step", texts[7], int) == [2]
    assert set(values(texts[7])) == {"images/worst", "images/filters"}, set(values(texts[7]))
print("8 events read back")
