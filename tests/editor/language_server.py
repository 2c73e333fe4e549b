#!/usr/bin/python3
"""The JSON Schema in an editor: `strata schema` given to the YAML language server of VS Code and Neovim.

Good files get no squiggle, bad ones one at the line that `strata check` names; where the two differ is
listed below, by reason, and counted in docs/experiments.md. Completion and hover are compared with what the command prints.

Run by ctest (label editor) with the command in STRATA_COMMAND and test_command in tests/ beside it. Needs Node
(Debian's nodejs, 18, or later) and npm, which installs the server that package-lock.json pins beside the
command, in editor/.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from lsp import LanguageServer

COMMAND = pathlib.Path(os.environ["STRATA_COMMAND"]).resolve()
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
CORPUS = SOURCE / "tests" / "bad_yaml"

# The files of the corpus that the schema accepts: what only `strata check` finds.
UNSAID = {
    "how the text is written": [
        "hexadecimal", "leading-zero", "merge-of-no-map",
        "only-comments", "tag", "tag-for-a-map", "two-documents"],
    "numbers that are too large, infinite or none": [
        "infinite-rate", "not-a-number", "overflowing-number", "too-large-integer"],
    "a section left empty, where null may stand": ["empty-section"],
    "lists that must not be empty": ["empty-encoder-entry", "empty-list-of-epochs", "no-encoder"],
    "rules across settings": [
        "early-stopping-without-validation", "epochs-for-three-stages", "freeze-of-all-encoders",
        "nesterov-without-momentum", "nothing-to-train", "plateau-without-validation", "tied-decoder-frozen"],
    "shapes": ["decoder-of-wrong-length", "decoder-of-wrong-shape", "head-of-wrong-size",
        "log-softmax-without-mirror", "units-left-out"],
    "more samples than the data set has": ["train-size-too-large"],
    "losses and metrics that do not suit their stage": [
        "early-stopping-by-a-list", "head-without-log-softmax", "loss-for-labels-in-pretraining",
        "loss-for-pixels-in-classifier", "metric-given-twice", "metric-of-labels-in-pretraining"],
    "other files, and the environment": [
        "extends-in-a-circle", "extends-itself", "extends-missing-file", "mistake-in-base", "reference-in-extends",
        "variable-not-set"],
    "where a reference leads": ["reference-in-a-circle", "reference-in-longer-text", "reference-of-wrong-type", "reference-to-default",
        "reference-to-nothing"],
    "what a sweep changes": [
        "log-of-zero", "sweep-of-sweeps-own-keys", "sweep-of-bad-values", "sweep-of-key-elsewhere", "sweep-of-unknown-key",
        "sweep-of-whole-and-part", "sweep-past-a-list", "sweep-too-large", "zip-of-unequal-lengths"],
}
# Those flagged at another line: text that is no YAML, or no text, which the server takes apart otherwise.
ELSEWHERE = {"deep-blocks", "empty", "latin-1", "open-bracket"}

# The same of the mutated files of tests/command/mutations.cpp.
UNSAID_MUTATIONS = {
    "a section left empty, where null may stand": [
        "line 11: value ''", "line 12: value ''", "line 15: value ''", "line 22: value ''"],
    "rules across settings": ["line 32: dropped", "line 38: dropped"],
    "shapes": ["line 15: dropped", "line 22: dropped"],
    "losses and metrics that do not suit their stage": ["line 39: dropped"],
}
ELSEWHERE_MUTATIONS = {"line 5: dropped", "line 18: dropped"}

ENCODER = "encoder:\n  - [{type: linear, units: 30}, tanh]\n"
WHOLE = "name: x\ndata: {dataset: mnist}\n" + ENCODER


def strata(*arguments, cwd=None):
    wide = {**os.environ, "COLUMNS": "1000"}  # no line is broken
    return subprocess.run([COMMAND, *arguments], cwd=cwd, env=wide, capture_output=True, check=False)


def listed(family):
    """The components of a family, as `strata list` prints them."""
    return set(re.findall(r"^  (\S+)", strata("list", family).stdout.decode(), re.M))


def parameters(component):
    """Each parameter with its meaning, from `strata describe`: two lines for each."""
    lines = strata("describe", component).stdout.decode().split("\n\n")[1].splitlines()
    return {facts.split()[0]: meaning.strip() for facts, meaning in zip(lines[::2], lines[1::2])}


def install():
    """The language server's program, installed in the build folder where it is not there yet."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            sys.exit(f"{program} is not installed: the schema cannot be tested in an editor")
    folder = COMMAND.parent / "editor"
    folder.mkdir(exist_ok=True)
    wanted = (HERE / "package-lock.json").read_bytes()
    done = folder / "installed.json"
    if not done.exists() or done.read_bytes() != wanted:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        done.write_bytes(wanted)
    return folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


def checked_lines(folder, files):
    """The lines that `strata check` names, by file; 0 stands for the file as a whole, or one that it extends."""
    lines = {file.name: set() for file in files}
    said = strata("check", *lines, cwd=folder).stderr.decode(errors="replace")
    for name, line in re.findall(r"^((?:bases/)?[\w-]+\.yaml):(?:(\d+):\d+:)? error: ", said, re.M):
        if name in lines:
            lines[name].add(int(line or 0))
        for file in files:
            if name.startswith("bases/") and f"extends: {name}".encode() in file.read_bytes():
                lines[file.name].add(0)
    return lines


class Editor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = pathlib.Path(cls.folder.name)
        schema = cls.path / "strata.schema.json"
        schema.write_bytes(strata("schema").stdout)
        cls.server = LanguageServer(["node", install(), "--stdio"], {"yaml": {
            "schemas": {schema.as_uri(): ["*.yaml"]}, "schemaStore": {"enable": False},
            "validate": True, "hover": True, "completion": True}})
        cls.scratch = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def diagnosed(self, files):
        for file in files:
            self.server.open(file.as_uri(), file.read_bytes().decode(errors="replace"))
        return {file.name: self.server.diagnosed(file.as_uri()) for file in files}

    def opened(self, text):
        """A file in the editor, and the position of the '|' in it, which is taken out."""
        before, after = text.split("|")
        Editor.scratch += 1
        uri = (self.path / f"scratch-{Editor.scratch}.yaml").as_uri()
        self.server.open(uri, before + after)
        self.server.diagnosed(uri)
        return uri, {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def completions(self, text):
        return self.server.completions(*self.opened(text))

    def hover(self, text):
        return self.server.hover(*self.opened(text))

    def compare(self, folder, files, names, unsaid, elsewhere):
        """Holds the server's squiggles against `strata check`; returns the counts."""
        checked = checked_lines(folder, files)
        flagged = self.diagnosed(files)
        counts = {"good": 0, "same line": 0, "other line": 0, "check alone": 0}
        found = {"other line": set(), "check alone": set()}
        for file in files:
            there = {line for line, _ in flagged[file.name]}
            if not checked[file.name]:
                self.assertEqual(flagged[file.name], [], f"{names[file.name]}: strata check finds nothing")
                kind = "good"
            elif not there:
                kind = "check alone"
            else:
                kind = "same line" if there & checked[file.name] else "other line"
            counts[kind] += 1
            if kind in found:
                found[kind].add(names[file.name])
        self.assertEqual(found["check alone"], {name for list_ in unsaid.values() for name in list_})
        self.assertEqual(found["other line"], set(elsewhere))
        return counts

    def assert_documented(self, sentence):
        page = " ".join((SOURCE / "docs" / "experiments.md").read_text().split())
        self.assertTrue(sentence in page, f"docs/experiments.md does not say: {sentence}")

    def test_good_files_have_no_squiggle(self):
        files = sorted((SOURCE / "experiments").rglob("*.yaml")) + [CORPUS / "bases" / "good.yaml"]
        self.assertGreaterEqual(len(files), 20)
        for file in files:
            self.server.open(file.as_uri(), file.read_text())
            self.assertEqual(self.server.diagnosed(file.as_uri()), [], file)

    def test_the_starter_file_has_no_squiggle(self):
        self.assertEqual(strata("init", self.path / "starter.yaml").returncode, 0)
        self.assertEqual(self.diagnosed([self.path / "starter.yaml"]), {"starter.yaml": []})

    def test_references_have_no_squiggle(self):
        text = ("name: \"run-${seed}\"\nseed: ${env:SEED}\n" + ENCODER +
                "data: {dataset: \"${env:DATA}\", batch_size: \"${classify.epochs}\"}\n"
                "pretrain: {optimizer: {type: sgd, lr: 0.5}, metrics: \"${classify.metrics}\"}\n"
                "classify: {optimizer: {type: \"${pretrain.optimizer.type}\", lr: 1}, train: \"${env:TRAIN}\"}\n|")
        items = [WHOLE + "pretrain: {epochs: [3, \"${seed}\"]}\n|",
                 WHOLE + "  - \"${encoder[0]}\"\n|",
                 WHOLE + "pretrain: {stages: [{}, \"${pretrain.stages[0]}\"]}\n|",
                 "name: x\ndata: {dataset: {type: image_folder, train: a, test: b, classes: 2, shape: [1, \"${seed}\", 28]}}\n" + ENCODER + "|"]
        for file in [text] + items:
            uri, _ = self.opened(file)
            self.assertEqual(self.server.diagnosed(uri), [], file)

    def test_the_corpus_of_mistakes(self):
        files = sorted(file for file in CORPUS.glob("*.yaml") if file.is_file())
        counts = self.compare(CORPUS, files, {file.name: file.stem for file in files}, UNSAID, ELSEWHERE)
        self.assertEqual(counts["good"], 0)
        self.assert_documented(
            f"Of the {len(files)} broken files in `tests/bad_yaml/` it marks "
            f"{counts['same line'] + counts['other line']}, {counts['same line']} of them at a line that "
            "`strata check` names;")

    def test_mutated_files(self):
        folder = self.path / "mutations"
        subprocess.run([COMMAND.parent / "tests" / "test_command", "--test-case=A mutated file*"], check=True,
                       env={**os.environ, "STRATA_MUTATIONS": str(folder)}, stdout=subprocess.DEVNULL)
        names = dict(line.split(" ", 1) for line in (folder / "names.txt").read_text().splitlines())
        files = [folder / name for name in sorted(names)]
        self.assertGreaterEqual(len(files), 200)
        counts = self.compare(folder, files, names, UNSAID_MUTATIONS, ELSEWHERE_MUTATIONS)
        self.assertGreaterEqual(counts["good"], 20)
        wrong = len(files) - counts["good"]
        self.assert_documented(
            f"of {len(files)} mutations of a good file (`tests/command/mutations.cpp`), "
            f"{wrong - counts['check alone']} of the {wrong} wrong ones, and none of the {counts['good']} that are right.")

    def test_the_first_line_of_a_file_may_name_the_schema(self):
        schema = self.path / "named.json"
        schema.write_bytes(strata("schema").stdout)
        uri = (self.path / "named.yml").as_uri()  # not among those that the settings give the schema to
        self.server.open(uri, f"# yaml-language-server: $schema={schema.name}\n{WHOLE}sed: 1\n")
        self.assertEqual([line for line, _ in self.server.diagnosed(uri)], [6])

    def test_a_message_names_what_was_expected(self):
        for line, said in (("dtype: float65\n", '"float32", "float64"'), ("seed: -1\n", "below the minimum of 0"),
                           ("clasify: {}\n", "Property clasify is not allowed"),
                           ("classify: {optimizer: {type: sdg}}\n", '"adagrad" | "adam" | "adamw"')):
            uri, _ = self.opened(WHOLE + line + "|")
            (where, message), = self.server.diagnosed(uri)
            self.assertEqual(where, 5)
            self.assertIn(said, message)

    def test_keys_are_completed(self):
        root = set(self.completions("name: x\n|"))
        self.assertLessEqual({"plugins", "seed", "dtype", "device", "images", "data", "encoder", "decoder", "tied",
                              "pretrain", "classify", "extends", "sweep", "seeds"}, root)
        self.assertNotIn("name", root)  # which is there
        self.assertEqual(set(self.completions(WHOLE + "classify:\n  |\n")),
                         {"head", "loss", "optimizer", "epochs", "train", "freeze", "early_stopping", "keep",
                          "metrics"})
        for component, text in (("layer/linear", "encoder:\n  - - type: linear\n      |\n"),
                                ("layer/conv2d", "encoder:\n  - - type: conv2d\n      |\n"),
                                ("optimizer/sgd", WHOLE + "classify:\n  optimizer:\n    type: sgd\n    |\n"),
                                ("optimizer/adam", WHOLE + "classify:\n  optimizer:\n    type: adam\n    |\n")):
            whole = {component.split("/")[1]}  # all that it needs at once, where it needs anything
            self.assertEqual(set(self.completions(text)) - whole, set(parameters(component)), component)

    def test_values_are_completed(self):
        self.assertEqual(self.completions("dtype: |\n"), ["float32", "float64"])
        self.assertEqual(set(self.completions(WHOLE + "pretrain:\n  strategy:\n    type: greedy\n    train: |\n")),
                         {"all", "new"})
        self.assertEqual(set(self.completions(WHOLE + "pretrain:\n  corruption: |\n")), listed("corruption") | {"null"})
        for text in ("encoder:\n  - - type: |\n", "encoder:\n  - [{type: |}]\n"):
            self.assertEqual(set(self.completions(text)), listed("layer"))

    def test_bare_names_show_what_they_mean(self):
        greedy = "Adds one encoder/decoder pair at a time and trains after each."
        self.assertIn(f"* `greedy`: {greedy}", self.hover(WHOLE + "pretrain:\n  strategy: no|ne\n"))
        offered = self.server.completion_items(*self.opened(WHOLE + "pretrain:\n  strategy: |\n"))
        self.assertIn(("greedy", greedy), [(item["label"], item["documentation"]) for item in offered])

    def test_hover_shows_what_describe_prints(self):
        for component, parameter, text in (
                ("layer/linear", "bias", "encoder:\n  - - type: linear\n      bi|as: true\n"),
                ("optimizer/sgd", "momentum", WHOLE + "classify:\n  optimizer: {type: sgd, mom|entum: 0.5}\n"),
                ("strategy/greedy", "train", WHOLE + "pretrain:\n  strategy: {type: greedy, tr|ain: new}\n")):
            self.assertIn(parameters(component)[parameter], self.hover(text))
        self.assertIn("samples a step; a short last batch is kept",
                      self.hover("name: x\ndata: {dataset: mnist, batch_|size: 3}\n"))
        self.assertIn("Sets elements to zero, each with the same probability (Vincent et al. 2008).",
                      self.hover(WHOLE + "pretrain:\n  corruption: {type: mas|king}\n"))


if __name__ == "__main__":
    unittest.main()
