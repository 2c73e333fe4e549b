#!/usr/bin/env python3
"""Writes docs/lecture.md from the records of the lecture's runs.

usage: page.py RECORDS PAGE    (PAGE may be -, for standard output)
"""

import pathlib
import sys

import claims
import printed_figures
import strategies
from markdown import count, seeds_text, table
from records import ACCURACY, PHASES, Records
from spread import Spread


def values_of(runs, get):
    return ", ".join(sorted({str(get(run.record["provenance"])) for run in runs}))


def head_section(records):
    runs = list(records.runs.values())
    completed = [run for run in runs if run.status == "completed"]
    other = len(runs) - len(completed)
    machine = (f"strata {values_of(runs, lambda p: p['strata']['version'])} "
               f"(commit {values_of(runs, lambda p: p['strata']['commit'])}), "
               f"LibTorch {values_of(runs, lambda p: p['libtorch'])}, "
               f"{values_of(runs, lambda p: p['cpu'])}, device {values_of(runs, lambda p: p['device'])}")
    return "\n\n".join([
        "# The lecture, reproduced",
        "strata grew out of a lecture on stacked autoencoders. This page sets each figure that the lecture "
        "prints beside strata's, over several seeds, and judges its claims. It is written by "
        "`tools/reproduce_lecture.sh` from the records in `results/lecture/`; do not edit it.",
        "```sh slow\nbash tools/reproduce_lecture.sh           # runs what is missing, then writes this page\n"
        "bash tools/reproduce_lecture.sh --page    # writes it from the records that are there\n```",
        "The runs are `experiments/lecture/*.yaml`: 784 -tanh-> 400 -tanh-> 256 in batches of 1000, plain "
        "gradient descent at 0.98 (pretraining, 10 epochs a phase) and 0.1 (classifier). An epoch's error is "
        "the mean of its batch losses, taken while training, as the lecture prints it.",
        f"Behind this page: {count(len(completed), 'completed run')}" +
        (f" and {other} that diverged or failed" if other else "") +
        f"; {machine}. Figures are mean ± standard deviation over seeds (with n - 1). They were computed in "
        "single precision, the lecture's in double; [below](#single-and-double-precision) is what that changes.",
    ])


def short_section(records):
    return "## In short\n\n" + "\n".join(
        f"- {module.in_short(records)}" for module in (printed_figures, claims, strategies))


def curves(run):
    for stage in ("pretrain-1", "pretrain-2", "classify"):
        yield from run.losses(stage)


def precision_rows(title, single, double):
    for seed in sorted(single.keys() & double.keys()):
        a, b = single[seed], double[seed]
        gap = {name: max(abs(x - y) for x, y in zip(a.series(name), b.series(name)))
               for name in [*PHASES, ACCURACY]}
        yield [title, seed, *(f"{gap[name]:.1e}" for name in PHASES), f"{100 * gap[ACCURACY]:.2f}"]


def precision_section(records):
    single, double = records.completed("mnist-greedy-again"), records.completed("mnist-greedy", "float64")
    parts = ["## Single and double precision"]
    rows = [*precision_rows("MNIST", single, double),
            *precision_rows("Fashion-MNIST", records.completed("fashion-greedy"),
                            records.completed("fashion-greedy", "float64"))]
    if rows:
        parts.append("The same seed draws the same initial weights and batches in both. The largest difference "
                     "at any of the ten epochs:")
        parts.append(table(["data set", "seed", *PHASES, "test accuracy (points)"], rows))
        spreads = [f"{name} {Spread(run.series(name)[9] for run in single.values()).sd:.1e}" for name in PHASES]
        accuracy = Spread(run.series(ACCURACY)[9] for run in single.values()).sd
        parts.append(f"Beside it, MNIST's standard deviation over seeds at epoch 10: {', '.join(spreads)}, test "
                     f"accuracy {100 * accuracy:.2f} points. So single precision is no source of what the figures "
                     "above differ by. The rates that the lecture leaves to the reader, unstable ones among them, "
                     "were not tried in double.")
    else:
        parts.append("No run in double precision has completed yet.")
    parts.append(prefix_text(single, records.completed("mnist-greedy")))
    return "\n\n".join(part for part in parts if part)


def prefix_text(twenty, ten):
    """Whether the first ten epochs of the run with twenty are the run with ten."""
    shared = sorted(twenty.keys() & ten.keys())
    if not shared:
        return ("The figures at ten epochs of phase 3 are read from the runs with twenty: nothing but the weights is "
                "carried from one epoch to the next, and an epoch's order is drawn from the seed and its number.")
    same = all(x == y for seed in shared for x, y in zip(curves(ten[seed]), curves(twenty[seed])))
    return ("The figures at ten epochs of phase 3 are read from the runs with twenty: nothing but the weights is "
            "carried from one epoch to the next, and an epoch's order is drawn from the seed and its number. "
            f"Checked with seed {seeds_text(shared)}, run with ten epochs too: its losses are " +
            ("the same to the last digit." if same else "**not the same**."))


LIMITS = """## What these figures cannot tell

- The lecture's figures are one run's. A distance says whether that run could have been one of strata's, not
  which of two settings the lecturer used where both fit. The two rates are 2 % apart: phase 1's first four epochs,
  three to seven deviations off at 0.998 and at most 2.5 at 0.98, speak for the slide's; the others do not tell them apart.
- A standard deviation of ten seeds is itself uncertain by about a quarter (95 %: 0.7 to 1.8 times), so are
  the distances. Dozens of figures are compared, and those of neighbouring epochs move together: one or two outside the 95 % bound are to be expected.
- Those are a little outside. More than three deviations are not chance, nor is epoch 11's, of which the text speaks:
  the accuracies of epoch 3 on MNIST (at either rate) and of epoch 2 on Fashion-MNIST, early, where accuracy climbs by
  points an epoch. MNIST's NLL of that epoch fits. Something small differs there (how the lecturer's accuracy was taken
  or read), and the figures cannot tell what.
- The spread is that of initial weights and batch order. Another 10,000 test images would move an
  accuracy of 92 % by a further 0.27 points (one standard deviation), for all seeds alike.
- An epoch's error is averaged while the weights move, so phase 2's first figure is that of a whole epoch,
  not of the moment when the pair is added: that one is higher.
- Ways of pretraining are compared far from where training ends, at one learning rate, chosen in the lecture for
  the greedy run and tuned for none of them. What pretraining is worth to a network that is trained until it stops
  improving, or at its own best rate, is another question. So is a deeper stack, and any other data.
- Equal computation is counted in multiply-adds, not in seconds or memory.
- The test set was looked at after every epoch. Nothing was chosen by it here, but the lecturer's rates may have been.
- Errors of different data sets, or of codes and pixels, are not ranked against each other."""


def page(records):
    sections = [head_section, short_section, printed_figures.mnist_section, printed_figures.fashion_section,
                claims.claims_section, claims.data_sets_section, strategies.strategies_section,
                strategies.reader_section, precision_section]
    return "\n\n".join([*(section(records) for section in sections), LIMITS]) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    records = Records(folder)
    if not records.runs:
        sys.exit(f"{folder}: no records of finished runs; tools/reproduce_lecture.sh makes them")
    text = page(records)
    if sys.argv[2] == "-":
        sys.stdout.write(text)
    else:
        pathlib.Path(sys.argv[2]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
