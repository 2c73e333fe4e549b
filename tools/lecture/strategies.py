"""Sections: ways of pretraining at equal epochs and equal computation; what is left to the reader."""

import printed
from markdown import MISSING, count, percent, seeds_text, signed, table
from records import ACCURACY
from spread import Spread

CONTROL = "no pretraining"

# Name -> (experiment without the data set, epochs of the classifier to look at, epochs in words).
EQUAL_EPOCHS = {
    CONTROL: (["no-pretraining", "no-pretraining-equal-compute"], 10, "0 + 10"),
    "end to end": (["end-to-end"], 10, "10 + 10"),
    "greedy, new pair alone": (["greedy-new"], 10, "10, 10 + 10"),
    "greedy, all train": (["greedy-again", "greedy"], 10, "10, 10 + 10"),
}
EQUAL_COMPUTE = {
    CONTROL: (["no-pretraining-equal-compute"], 50, "0 + 50"),
    "end to end": (["end-to-end-equal-compute"], 10, "17 + 10"),
    "greedy, new pair alone": (["greedy-new-equal-compute"], 10, "18, 18 + 10"),
    "greedy, all train": (["greedy-again", "greedy"], 10, "10, 10 + 10"),
}


def runs_of(records, data, experiments):
    """The runs by seed; an experiment further on in the list fills the seeds that are missing. (The first
    epochs of a longer run are those of a shorter one.)"""
    found = {}
    for experiment in experiments:
        for seed, run in records.completed(f"{data}-{experiment}").items():
            found.setdefault(seed, run)
    return dict(sorted(found.items()))


def work(run, epochs):
    """Multiply-adds of training an image, had the classifier ended after `epochs`."""
    settings = run.stages["classify"]["settings"]
    planned, settings["epochs"] = settings["epochs"], epochs
    total = run.multiply_adds()
    settings["epochs"] = planned
    return total


def difference_text(spread):
    if spread.n == 0:
        return MISSING
    text = signed(100 * spread.mean, 2)
    if spread.sd is None:
        return text
    half = 100 * spread.half_interval_of_three()
    low, high = 100 * spread.mean - half, 100 * spread.mean + half
    return f"{text} [{signed(low, 2)}, {signed(high, 2)}] {verdict_of_three(spread, low, high)}"


def verdict_of_three(spread, low, high):
    """Of one of three differences, by its interval and by the exact test, whose p is three times as large."""
    by_t, by_ranks = low > 0 or high < 0, 3 * spread.exact_p() <= 0.05
    word = "better" if spread.mean > 0 else "worse"
    if by_t and by_ranks:
        return word
    if by_t and 3 * 2 ** (1 - spread.n) > 0.05:
        return f"{word} by t alone"
    return "unclear: the tests disagree" if by_t or by_ranks else "cannot be told"


def strategy_rows(records, data, ways):
    control_names, control_epochs, _ = ways[CONTROL]
    control = runs_of(records, data, control_names)
    for way, (experiments, epochs, words) in ways.items():
        runs = runs_of(records, data, experiments)
        if not runs:
            yield [way, words, MISSING, "not run"] + [MISSING] * 5
            continue
        paired = Spread(runs[s].series(ACCURACY)[epochs - 1] - control[s].series(ACCURACY)[control_epochs - 1]
                        for s in runs if s in control)
        errors = Spread(run.record["metrics"]["test"]["reconstruction_error"] for run in runs.values()
                        if way != CONTROL)
        yield [
            way, words, f"{work(next(iter(runs.values())), epochs) / 1e6:.1f}",
            Spread(run.series(ACCURACY)[epochs - 1] for run in runs.values()).text(2, 100),
            Spread(run.tests("nll")[epochs - 1] for run in runs.values()).text(4),
            MISSING if way == CONTROL else difference_text(paired),
            MISSING if way == CONTROL or not paired.n else f"{sum(d > 0 for d in paired.values)} of {paired.n}",
            errors.text(5) if errors.n else MISSING,
            f"{len(runs)} ({seeds_text(runs)})",
        ]


def in_short(records):
    """The ways by test accuracy, best first."""
    lines = []
    for data, title in (("mnist", "MNIST"), ("fashion", "Fashion-MNIST")):
        for ways, budget in ((EQUAL_EPOCHS, "equal epochs"), (EQUAL_COMPUTE, "equal computation")):
            found = [(way, Spread(run.series(ACCURACY)[epochs - 1]
                                  for run in runs_of(records, data, experiments).values()))
                     for way, (experiments, epochs, _) in ways.items()]
            found = sorted((item for item in found if item[1].n), key=lambda item: -item[1].mean)
            if len(found) > 1:
                lines.append(f"  - {title}, {budget}: " +
                             ", ".join(f"{way} {spread.text(2, 100)}" for way, spread in found))
    head = "Ways of pretraining, by test accuracy (%):"
    return "\n".join([head, *lines]) if lines else head + " not run yet."


def strategies_section(records):
    head = ["way", "epochs", "multiply-adds an image (millions)", "test accuracy (%)", "test NLL",
            "minus no pretraining (points) [95 % CI]", "seeds where better", "test reconstruction error",
            "seeds"]
    parts = [
        "## Does pretraining help, and which",
        "Epochs are pretraining's (of each stage) + the classifier's. Differences are taken seed by seed (runs of "
        "a seed share initial weights and batches as far as they can). The interval is Student's t, widened so that "
        "the three of a table hold together with 95 % (Bonferroni); where it holds 0, the difference cannot be "
        "told from none. A difference is called better or worse where Wilcoxon's exact signed-rank test, which needs "
        "no normal spread, tells it from none too (three times its p is at most 0.05). *By t alone*: with so few "
        "seeds that test cannot, whatever the figures. *The tests disagree*: it could and does not, or it alone does, "
        "for one seed goes far the other way. The reconstruction error is that of test images through all pairs, "
        "before the classifier trains.",
        "Computation is counted in multiply-adds of the matrix products of training: forward, for the "
        "weights' gradient, and for the input's gradient but for the first trained layer. A pair alone "
        "(784-400) costs 5 × 313,600 an image and epoch, both pairs 5 × 313,600 + 6 × 102,400, the second pair "
        "alone 5 × 102,400, the classifier 2 × 313,600 + 3 × (102,400 + 2,560). So greedy's 10 + 10 epochs "
        "are worth 17 of end to end, 18 + 18 of pairs alone, or 40 more of the classifier. The one pass that "
        "makes the codes for a pair alone is counted too.",
    ]
    for data, title in (("mnist", "MNIST"), ("fashion", "Fashion-MNIST")):
        for ways, budget in ((EQUAL_EPOCHS, "equal epochs"), (EQUAL_COMPUTE, "equal computation")):
            parts += [f"### {title}, {budget}", table(head, strategy_rows(records, data, ways))]
    return "\n\n".join(parts)


READERS = {
    "mnist-pretraining-rates": "both pretraining phases at another rate",
    "mnist-second-stage-rate": "the second pair's phase alone at another rate",
    "mnist-classifier-rates": "the classifier at another rate",
    "mnist-more-epochs": "more epochs: 30, 30 and 50",
}


def last_loss(runs, stage):
    return Spread(run.losses(stage)[-1] for run in runs.values() if stage in run.stages)


def chance_text(runs, epoch):
    """Of how many seeds: whose accuracy of that epoch cannot be told from guessing."""
    lost = sum(run.series(ACCURACY)[epoch] <= run.guessing() for run in runs.values())
    return f"{lost} of {len(runs)}" if lost else "-"


def reader_row(what, runs, rates, epochs=None):
    done = {seed: run for seed, run in runs.items() if run.status == "completed"}
    epoch = (epochs or 0) - 1
    accuracy = Spread(run.series(ACCURACY)[epoch] for run in done.values())
    failed = len(runs) - len(done)
    return [what, *(f"{rate:g}" for rate in rates), last_loss(done, "pretrain-1").text(6),
            last_loss(done, "pretrain-2").text(6), accuracy.text(2, 100), accuracy.range_text(2, 100),
            chance_text(done, epoch), f"{len(done)} ({seeds_text(done)})" + (f", {failed} diverged" if failed else "")]


def reader_section(records):
    base = runs_of(records, "mnist", ["greedy-again", "greedy"])
    rows = [reader_row("the lecture's run", base, (0.98, 0.98, 0.1), printed.EPOCHS)] if base else []
    for experiment, what in READERS.items():
        points = records.points(experiment)
        rows += [reader_row(what, records.of(experiment, rates=rates), rates) for rates in points]
        if not points:
            rows.append([what] + [MISSING] * 8 + ["not run"])
    parts = [
        "## What the lecture leaves to the reader",
        "MNIST, greedy, all train. Errors are of each phase's last epoch, accuracies after the last epoch "
        "(the tenth, or the fiftieth). Where some seeds learn and others end at chance (at most three standard "
        "deviations above always naming the commonest digit: 12.3 %), a mean lies where no run does: the range and "
        "the median say more.",
        table(["run", "lr 1", "lr 2", "lr 3", "phase 1 MSE", "phase 2 MSE", "test accuracy (%)",
               "lowest to highest, median", "at chance", "seeds"], rows),
    ]
    longer = records.completed("mnist-more-epochs")
    if longer:
        parts.append("With more epochs: " + "; ".join(longer_texts(longer)) + ".")
    return "\n\n".join(parts)


def longer_texts(runs):
    for epoch in (10, 20, 30):
        yield (f"phase 1 at {epoch} " +
               Spread(run.losses("pretrain-1")[epoch - 1] for run in runs.values()).text(6))
    for epoch in (1, 10, 20, 30):
        yield (f"phase 2 at {epoch} " +
               Spread(run.losses("pretrain-2")[epoch - 1] for run in runs.values()).text(6))
    for epoch in (10, 20, 30, 50):
        yield (f"accuracy at {epoch} " +
               Spread(run.series(ACCURACY)[epoch - 1] for run in runs.values()).text(2, 100) + " %")
    below = [run for run in runs.values() if min(run.losses("pretrain-2")) < run.losses("pretrain-1")[9]]
    yield (f"phase 2 gets below what phase 1 had after 10 epochs in {len(below)} of "
           f"{count(len(runs), 'seed')}")
