"""Sections: each figure of the lecture beside strata's distribution over seeds."""

import statistics

import printed
from markdown import MISSING, count, percent, seeds_text, signed, table
from records import ACCURACY
from spread import Spread


def at_epoch(runs, series, epoch):
    """One figure of every run that came so far."""
    values = [run.series(series) for run in runs.values()]
    return Spread(curve[epoch - 1] for curve in values if len(curve) >= epoch)


def beside(spread, value, accuracy):
    """Mean and deviation, and the printed figure's distance, bold where it lies outside."""
    if spread.n == 0:
        return ["not run", MISSING]
    text = spread.text(2, 100) if accuracy else spread.text(6)
    distance = spread.distance(value)
    mark = signed(distance)
    if distance is not None and abs(distance) > spread.bound():
        mark = f"**{mark}**"
    return [text, mark]


class Comparison:
    """The printed figures of one data set beside those of one or two sets of runs."""

    def __init__(self, figures, remarks, columns):
        self.figures, self.remarks, self.columns = figures, remarks, columns
        self.cells = {}  # (column, series, epoch) -> Spread
        for name, runs in columns.items():
            for series, values in figures.items():
                for epoch in values:
                    self.cells[name, series, epoch] = at_epoch(runs, series, epoch)

    def rows(self, series):
        accuracy = series == ACCURACY
        for epoch, value in self.figures[series].items():
            remark = self.remarks.get((series, epoch))
            shown = percent(value) if accuracy else f"{value:.6f}"
            row = [epoch, shown + (f" ({remark})" if remark else "")]
            for name in self.columns:
                row += beside(self.cells[name, series, epoch], value, accuracy)
            yield row

    def tables(self):
        head = ["epoch", "the lecture"]
        for name in self.columns:
            head += [name, "distance"]
        for series in self.figures:
            unit = " (%)" if series == ACCURACY else ""
            yield f"### {series[0].upper()}{series[1:]}{unit}\n\n" + table(head, self.rows(series))

    def judge(self, name):
        """How many of the printed figures were judged, and those that lie where few runs would."""
        judged, outside = 0, []
        for series, values in self.figures.items():
            for epoch, value in values.items():
                cell = self.cells[name, series, epoch]
                if cell.sd is None:
                    continue
                judged += 1
                distance = cell.distance(value)
                if abs(distance) > cell.bound():
                    outside.append(f"{series} at epoch {epoch} ({signed(distance)})")
        return judged, outside

    def summary(self, name):
        judged, outside = self.judge(name)
        if judged == 0:
            return f"{name}: too few runs."
        return (f"{name}: {judged - len(outside)} of {judged} inside" +
                (f"; outside: {', '.join(outside)}." if outside else "."))


def classes_table(runs):
    """Accuracy by class after the second ten epochs of phase 3."""
    rows = []
    outside = []
    for index, (name, value) in enumerate(zip(printed.CLASSES, printed.MNIST_CLASSES)):
        spread = Spread(run.tests("per_class_accuracy")[-1][index] for run in runs.values())
        rows.append([name, percent(value)] + beside(spread, value, True))
        if spread.sd and abs(spread.distance(value)) > spread.bound():
            outside.append(f"{name} ({signed(spread.distance(value))})")
    mean = sum(printed.MNIST_CLASSES) / 10
    spread = Spread(sum(run.tests("per_class_accuracy")[-1]) / 10 for run in runs.values())
    said = f"{percent(mean)} (said: {printed.MNIST_CLASSES_SAID})"
    rows.append(["mean of the classes", said] + beside(spread, mean, True))
    text = table(["class", "the lecture", "lr 0.98", "distance"], rows)
    judged = f"{10 - len(outside)} of 10 classes inside"
    return text + f"\n\n{judged}" + (f"; outside: {', '.join(outside)}." if outside else ".")


def mnist_comparison(records):
    return Comparison(printed.MNIST, printed.MNIST_REMARKS, {
        "lr 0.98": records.completed("mnist-greedy-again"),
        "lr 0.998": records.completed("mnist-spoken-rate"),
    })


def skew_text(runs):
    """Phase 1's end, without the normal spread that a distance in deviations supposes."""
    ends = [run.losses("pretrain-1")[printed.EPOCHS - 1] for run in runs.values()]
    if len(ends) < 3:
        return ""
    value = printed.MNIST["phase 1 MSE"][printed.EPOCHS]
    return (f"Distances suppose a normal spread. Phase 1's end at 0.98 is none: it goes from {min(ends):.6f} to "
            f"{max(ends):.6f}, median {statistics.median(ends):.6f}; {sum(end < value for end in ends)} of "
            f"{count(len(ends), 'seed')} end below the lecture's {value:.6f}.")


def second_run_text(runs):
    """On the first accuracy of the classifier's second ten epochs, which the lecture's speaker says oddly."""
    steps = [run.series(ACCURACY)[10] - run.series(ACCURACY)[9] for run in runs.values()]
    if not steps:
        return ""
    return ("The \"892\" lies below the 91.83 of the epoch before it; strata's accuracy changes from epoch 10 to "
            f"11 by {signed(100 * min(steps), 2)} to {signed(100 * max(steps), 2)} points. A network that "
            "goes on training does not fall so far, so what was said was likely another figure, such as 92.")


def mnist_section(records):
    comparison = mnist_comparison(records)
    printed_rate, spoken_rate = comparison.columns.values()
    parts = [
        "## MNIST: each printed figure",
        "The slide shows a learning rate of 0.98 for both pretraining phases; the lecturer says 0.998 at one "
        f"point. Seeds of the runs here: {seeds_text(printed_rate)} for 0.98, {seeds_text(spoken_rate)} for "
        "0.998. *Distance* is that of the "
        "lecture's figure from strata's mean, in standard deviations over seeds. The lecture's figures are "
        "one run's, of a seed that nobody knows: 95 % of such runs lie within t·√(1 + 1/n) deviations (2.4 "
        "with ten seeds), and what lies outside is bold.",
        "\n".join("- " + comparison.summary(name) for name in comparison.columns),
    ]
    parts += comparison.tables()
    parts += [skew_text(printed_rate), second_run_text(printed_rate),
              "### Accuracy by class after 20 epochs of phase 3 (%)", classes_table(printed_rate)]
    return "\n\n".join(part for part in parts if part)


def fashion_section(records):
    runs = records.completed("fashion-greedy")
    comparison = Comparison(printed.FASHION, printed.FASHION_REMARKS, {"lr 0.98": runs})
    crossings = [next((e for e, loss in enumerate(run.losses("pretrain-2"), 1) if loss < 0.063), None)
                 for run in runs.values()]
    by = sum(1 for epoch in crossings if epoch and epoch <= printed.FASHION_BELOW_BY)
    reached = [epoch for epoch in crossings if epoch]
    parts = [
        "## Fashion-MNIST: the figures that it says",
        f"The same network and settings, {count(len(runs), 'seed')} ({seeds_text(runs)}). The lecture's are "
        "spoken, rounded figures: a distance says less here, since rounding alone moves them by up to 0.0005 "
        "(errors) or half a percent (accuracies).",
        comparison.summary("lr 0.98"),
    ]
    parts += comparison.tables()
    if reached:
        parts.append(f"The lecture's phase 2 is below 0.063 by its fourth epoch; strata's is by then in {by} of "
                     f"{count(len(runs), 'seed')} (first below at epoch {min(reached)} to {max(reached)}).")
    return "\n\n".join(parts)


def in_short(records):
    comparison = mnist_comparison(records)
    parts = []
    for name, runs in comparison.columns.items():
        judged, outside = comparison.judge(name)
        if judged:
            parts.append(f"at {name}, {judged - len(outside)} of {judged} ({count(len(runs), 'seed')})")
    return ("Of MNIST's printed figures, those that a further run of strata could well have given: " +
            ("; ".join(parts) or "too few runs to say") + ".")
