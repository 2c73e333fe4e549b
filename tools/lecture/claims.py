"""Section: the lecture's four claims, judged seed by seed; and the two data sets side by side."""

from collections import Counter

import printed
from markdown import MISSING, count, percent, table
from records import ACCURACY
from spread import Spread

FIVE = 5


def yes(value):
    return MISSING if value is None else "yes" if value else "**no**"


def worst_class(run, epoch):
    accuracies = run.tests("per_class_accuracy")[epoch - 1]
    return accuracies.index(min(accuracies))


class Judged:
    """One seed's figures on the two data sets, and what they say of the claims (None: not run)."""

    def __init__(self, seed, mnist, fashion):
        self.seed, self.mnist, self.fashion = seed, mnist, fashion
        self.a = [self.starts_above(run) for run in (mnist, fashion)]
        below = [self.falls_below(run) for run in (mnist, fashion)]
        self.b = [None if below[0] is None else not below[0], below[1]]
        self.c = None
        if mnist and fashion:
            self.c = self.accuracy(fashion) < self.accuracy(mnist)
        self.worst = [worst_class(mnist, epoch) for epoch in (10, 20)] if mnist else None
        self.d = [worst == FIVE for worst in self.worst] if mnist else [None, None]

    @staticmethod
    def starts_above(run):
        return run.losses("pretrain-2")[0] > run.losses("pretrain-1")[-1] if run else None

    @staticmethod
    def falls_below(run):
        return min(run.losses("pretrain-2")) < run.losses("pretrain-1")[-1] if run else None

    @staticmethod
    def accuracy(run):
        return run.series(ACCURACY)[printed.EPOCHS - 1]

    def errors_row(self):
        row = [self.seed]
        for index, run in enumerate((self.mnist, self.fashion)):
            if run is None:
                row += ["not run"] + [MISSING] * 4
                continue
            one, two = run.losses("pretrain-1"), run.losses("pretrain-2")
            row += [f"{one[-1]:.6f}", f"{two[0]:.6f}", f"{min(two):.6f}", yes(self.a[index]), yes(self.b[index])]
        return row

    def accuracy_row(self):
        row = [self.seed]
        for run in (self.mnist, self.fashion):
            row.append(percent(self.accuracy(run)) if run else "not run")
        row.append(yes(self.c))
        if not self.mnist:
            return row + [MISSING] * 4
        for epoch, worst, holds in zip((10, 20), self.worst, self.d):
            value = self.mnist.tests("per_class_accuracy")[epoch - 1][worst]
            row += [f"{printed.CLASSES[worst]} ({percent(value)})", yes(holds)]
        return row


def verdict(values):
    values = [value for value in values if value is not None]
    held = sum(values)
    if not values:
        return "not run"
    word = "holds" if held == len(values) else "does not hold" if held == 0 else "holds in part"
    return f"**{word}** (in {held} of {count(len(values), 'seed')})"


def judged_seeds(records):
    mnist, fashion = records.completed("mnist-greedy-again"), records.completed("fashion-greedy")
    return [Judged(seed, mnist.get(seed), fashion.get(seed)) for seed in sorted({*mnist, *fashion})]


def worst_counts(seeds, index):
    counts = Counter(seed.worst[index] for seed in seeds if seed.worst)
    return ", ".join(f"{printed.CLASSES[which]} in {n}" for which, n in counts.most_common())


def verdicts(seeds):
    return [
        ["(a) phase 2 starts above phase 1's end", "MNIST", verdict(s.a[0] for s in seeds)],
        ["(a) phase 2 starts above phase 1's end", "Fashion-MNIST", verdict(s.a[1] for s in seeds)],
        ["(b) within 10 epochs phase 2 does not get below phase 1's end", "MNIST",
         verdict(s.b[0] for s in seeds)],
        ["(b) within 10 epochs phase 2 falls below phase 1's end", "Fashion-MNIST",
         verdict(s.b[1] for s in seeds)],
        ["(c) Fashion-MNIST's classifier ends below MNIST's", "both", verdict(s.c for s in seeds)],
        ["(d) five is the worst class", "MNIST, after 10 epochs of phase 3",
         verdict(s.d[0] for s in seeds) + f"; worst: {worst_counts(seeds, 0)}"],
        ["(d) five is the worst class", "MNIST, after 20 epochs",
         verdict(s.d[1] for s in seeds) + f"; worst: {worst_counts(seeds, 1)}"],
    ]


def in_short(records):
    lines = [f"  - {claim}, {data_set}: {word}" for claim, data_set, word in verdicts(judged_seeds(records))]
    return "\n".join(["Its claims, [seed by seed](#its-four-claims-seed-by-seed):", *lines])


def claims_section(records):
    seeds = judged_seeds(records)
    errors = ["seed", "MNIST: end of phase 1", "phase 2 starts", "its lowest", "(a)", "(b)",
              "Fashion-MNIST: end of phase 1", "phase 2 starts", "its lowest", "(a)", "(b)"]
    accuracies = ["seed", "MNIST, 10 epochs (%)", "Fashion-MNIST, 10 epochs (%)", "(c)",
                  "worst after 10 (%)", "(d)", "worst after 20 (%)", "(d)"]
    return "\n\n".join([
        "## Its four claims, seed by seed",
        table(["claim", "data set", "verdict"], verdicts(seeds)),
        table(errors, [seed.errors_row() for seed in seeds]),
        table(accuracies, [seed.accuracy_row() for seed in seeds]),
    ])


def data_sets_section(records):
    sets = [records.completed("mnist-greedy-again"), records.completed("fashion-greedy")]
    variances = [next(iter(runs.values())).record["data"]["pixels"]["variance"] if runs else None
                 for runs in sets]

    def row(name, figure, digits=6, scale=1.0):
        return [name] + [Spread(map(figure, runs.values())).text(digits, scale) for runs in sets]

    def over_variance(name, figure):
        cells = [Spread(figure(run) / variance for run in runs.values()).text(4) if runs else "not run"
                 for runs, variance in zip(sets, variances)]
        return [name] + cells

    rows = [
        ["seeds"] + [len(runs) for runs in sets],
        ["variance of the training pixels"] + [f"{v:.6f}" if v else MISSING for v in variances],
        row("phase 1, MSE of the last epoch", lambda r: r.losses("pretrain-1")[-1]),
        row("phase 2, MSE of the first epoch", lambda r: r.losses("pretrain-2")[0]),
        row("phase 2, MSE of the last epoch", lambda r: r.losses("pretrain-2")[-1]),
        over_variance("phase 1, last MSE / variance", lambda r: r.losses("pretrain-1")[-1]),
        over_variance("phase 2, last MSE / variance", lambda r: r.losses("pretrain-2")[-1]),
        row("test accuracy after 1 epoch of phase 3 (%)", lambda r: r.series(ACCURACY)[0], 2, 100),
        row("test accuracy after 10 epochs (%)", lambda r: r.series(ACCURACY)[9], 2, 100),
    ]
    return "\n\n".join([
        "## MNIST beside Fashion-MNIST",
        "Raw squared errors of two data sets are not comparable: their pixels are distributed otherwise. "
        "Divided by the pixels' variance they say which part of the picture is left unexplained (1: no "
        "better than the mean grey).",
        table(["figure", "MNIST", "Fashion-MNIST"], rows),
    ])
