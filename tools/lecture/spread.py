"""Mean, spread and intervals over seeds."""

import itertools
import math
import statistics

# Student's t, 97.5 % quantile, by degrees of freedom.
T975 = (None, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
        2.048, 2.045, 2.042)

# The same for three intervals that are to hold together (Bonferroni, Dunn's table): 1 - 0.05 / 6.
T975_OF_THREE = (None, 38.188, 7.649, 4.857, 3.961, 3.534, 3.287, 3.128, 3.016, 2.933, 2.870, 2.820, 2.779,
                 2.746, 2.718, 2.694, 2.673, 2.655, 2.639, 2.625, 2.613, 2.601, 2.591, 2.582, 2.574, 2.566,
                 2.559, 2.552, 2.546, 2.541, 2.536)


def at(table, degrees):
    return table[min(degrees, len(table) - 1)]  # beyond the table: a little too wide


def t975(degrees):
    return at(T975, degrees)


class Spread:
    """Of one figure over seeds; standard deviation with n - 1."""

    def __init__(self, values):
        self.values = list(values)
        self.n = len(self.values)
        self.mean = statistics.fmean(self.values) if self.n else None
        self.sd = statistics.stdev(self.values) if self.n > 1 else None

    def distance(self, printed):
        """How many standard deviations a printed figure lies above the mean."""
        return (printed - self.mean) / self.sd if self.sd else None

    def bound(self):
        """95 % of single further runs lie within so many standard deviations (normal spread)."""
        return t975(self.n - 1) * math.sqrt(1 + 1 / self.n) if self.n > 1 else None

    def half_interval_of_three(self):
        """Half the width of the mean's confidence interval, 95 % for it and two others together."""
        return at(T975_OF_THREE, self.n - 1) * self.sd / math.sqrt(self.n) if self.n > 1 else None

    def exact_p(self):
        """Of Wilcoxon's signed-rank test that the values lie about 0, two-sided, from all 2^n signs."""
        values = sorted((v for v in self.values if v != 0), key=abs)
        sizes = [abs(v) for v in values]
        ranks = [sizes.index(size) + 1 + (sizes.count(size) - 1) / 2 for size in sizes]  # ties share theirs
        middle = sum(ranks) / 2
        seen = abs(sum(rank for rank, v in zip(ranks, values) if v > 0) - middle)
        sums = [sum(itertools.compress(ranks, signs))
                for signs in itertools.product((False, True), repeat=len(ranks))]
        return sum(abs(s - middle) >= seen - 1e-9 for s in sums) / len(sums)

    def text(self, digits, scale=1.0):
        if self.n == 0:
            return "not run"
        mean = f"{self.mean * scale:.{digits}f}"
        return mean if self.sd is None else f"{mean} ± {self.sd * scale:.{digits}f}"

    def range_text(self, digits, scale=1.0):
        if self.n == 0:
            return "not run"
        low, middle, high = (scale * f(self.values) for f in (min, statistics.median, max))
        return f"{low:.{digits}f} to {high:.{digits}f}, {middle:.{digits}f}" if self.n > 1 else f"{low:.{digits}f}"
