"""docs/lecture.md: that its figures are those of the records, and that the arithmetic behind them is right.

usage: lecture_test.py SOURCE_DIR
"""
import difflib
import pathlib
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tools" / "lecture"))

import claims  # noqa: E402
import markdown  # noqa: E402
import records  # noqa: E402
import strategies  # noqa: E402
from spread import Spread, t975  # noqa: E402


def linear(name, inputs, outputs):
    return {"name": name, "layers": [
        {"type": "linear", "input_shape": inputs, "output_shape": [outputs]},
        {"type": "tanh", "input_shape": [outputs], "output_shape": [outputs]}]}


def stage(name, blocks, epochs, prefix=(), losses=(), accuracies=()):
    done = [{"loss": loss} for loss in losses]
    done += [{"loss": 0, "metrics": {"test": {"accuracy": a[0], "per_class_accuracy": a[1]}}} for a in accuracies]
    return {"name": name, "blocks": blocks, "prefix": list(prefix), "settings": {"epochs": epochs}, "epochs": done}


def record(stages, seed=0, start="2026-01-01T00:00:00Z", status="completed", name="lecture-mnist-greedy"):
    return {
        "name": name, "seed": seed, "status": status, "stages": stages, "timing": {"start": start},
        "config": {"dtype": "float32", "pretrain": {"optimizer": {"lr": 0.98}},
                   "classify": {"optimizer": {"lr": 0.1}}},
        "model": {"blocks": [linear("encoder.0", [1, 28, 28], 400), linear("encoder.1", [400], 256),
                             linear("decoder.0", [400], 784), linear("decoder.1", [256], 400),
                             linear("head", [256], 10)]},
    }


class Page(unittest.TestCase):
    def test_it_is_what_the_records_say(self):
        written = (SOURCE / "docs" / "lecture.md").read_text(encoding="utf-8").splitlines()
        made = subprocess.run([sys.executable, "-B", SOURCE / "tools" / "lecture" / "page.py",
                               SOURCE / "results" / "lecture", "-"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.splitlines()
        difference = list(difflib.unified_diff(written, made, "docs/lecture.md", "records", lineterm="", n=0))
        self.assertEqual(difference, [], "tools/reproduce_lecture.sh --page writes it anew")


class Arithmetic(unittest.TestCase):
    def test_exact_signed_rank_test(self):
        # Published tables of Wilcoxon's W, two-sided: n = 10 has P(W <= 8) = 0.0488, n = 5 no less than 0.0625.
        self.assertAlmostEqual(Spread([1, 2, 3, 4, 5, 6, 7, -8, 9, 10]).exact_p(), 0.0488, 4)
        self.assertEqual(Spread([1, 2, 3, 4, 5]).exact_p(), 0.0625)
        self.assertEqual(Spread([-1, -2, 0, -3, -4, -5]).exact_p(), 0.0625)  # none is left out
        self.assertEqual(Spread([1, 1, -1, -1]).exact_p(), 1)

    def test_a_verdict_needs_both_tests(self):
        far = [-0.02] * 9 + [-0.021]
        self.assertTrue(strategies.difference_text(Spread(far)).endswith("] worse"))
        self.assertTrue(strategies.difference_text(Spread(far[:5])).endswith("] worse by t alone"))
        disagree = "] unclear: the tests disagree"
        one_back = [-0.05, -0.051, -0.049, -0.052, -0.048, -0.05, 0.06, -0.053, -0.054, -0.052]  # 3 p = 0.25
        self.assertTrue(strategies.difference_text(Spread(one_back)).endswith(disagree))
        one_far = [0.82, 0.02, 0.021, 0.019, 0.02, 0.022, 0.018, 0.02, 0.021, 0.02]  # p(t) = 0.24, p = 2 / 2^10
        self.assertTrue(strategies.difference_text(Spread(one_far)).endswith(disagree))
        self.assertTrue(strategies.difference_text(Spread([0.01, -0.01, 0.02, -0.02])).endswith("cannot be told"))

    def test_spread_of_a_known_sample(self):
        # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared deviations 32, 32 / 7 = 2.1381 squared.
        spread = Spread([2, 4, 4, 4, 5, 5, 7, 9])
        self.assertEqual(spread.mean, 5)
        self.assertAlmostEqual(spread.sd, 2.13809, 5)
        self.assertAlmostEqual(spread.distance(7.13809), 1, 5)
        self.assertAlmostEqual(spread.half_interval_of_three(), 3.128 * 2.13809 / 8**0.5, 5)  # Dunn, 7 degrees
        self.assertAlmostEqual(spread.bound(), 2.365 * 1.06066, 4)  # sqrt(9 / 8)
        self.assertEqual(spread.text(1), "5.0 ± 2.1")
        self.assertEqual(spread.range_text(1), "2.0 to 9.0, 4.5")

    def test_seeds_that_end_at_chance_are_counted(self):
        def run(accuracy):  # 0.7 + 3 sqrt(0.21 / 10000) = 0.71375
            one = record([{"name": "classify", "epochs": [{"metrics": {"test": {"accuracy": accuracy}}}]}])
            one["data"] = {"splits": {"test": {"class_counts": [2000, 7000, 1000]}}}
            return records.Run(one)
        self.assertEqual(strategies.chance_text({0: run(0.72), 1: run(0.713), 2: run(0.1)}, -1), "2 of 3")
        self.assertEqual(strategies.chance_text({0: run(0.72)}, 0), "-")

    def test_one_or_no_value_has_no_spread(self):
        self.assertEqual((Spread([3]).text(1), Spread([3]).distance(4), Spread([3]).bound()), ("3.0", None, None))
        self.assertEqual(Spread([]).text(1), "not run")

    def test_students_t_is_the_printed_table(self):
        self.assertEqual([t975(n) for n in (1, 2, 9, 30)], [12.706, 4.303, 2.262, 2.042])

    def test_multiply_adds_by_hand(self):
        a, b, c = 784 * 400, 400 * 256, 2560
        greedy = record([stage("pretrain-1", ["encoder.0", "decoder.0"], 10),
                         stage("pretrain-2", ["encoder.0", "encoder.1", "decoder.1", "decoder.0"], 10),
                         stage("classify", ["encoder.0", "encoder.1", "head"], 10)])
        self.assertEqual(records.Run(greedy).multiply_adds(),
                         10 * (5 * a) + 10 * (5 * a + 6 * b) + 10 * (2 * a + 3 * b + 3 * c))
        alone = record([stage("pretrain-2", ["encoder.1", "decoder.1"], 10, ["encoder.0"])])
        self.assertEqual(records.Run(alone).multiply_adds(), a + 10 * 5 * b)  # the codes once

    def test_seeds_and_signs_in_words(self):
        self.assertEqual(markdown.seeds_text([3, 0, 1, 2, 7]), "0-3, 7")
        self.assertEqual(markdown.seeds_text([]), "none")
        self.assertEqual(markdown.signed(-1.25, 2), "−1.25")


class Claims(unittest.TestCase):
    """Four claims on made-up runs of which each is known to hold or not."""

    def run_of(self, one, two, accuracy, worst):
        by_class = [0.9] * 10
        by_class[worst] = 0.5
        return records.Run(record([stage("pretrain-1", [], 2, losses=one), stage("pretrain-2", [], 2, losses=two),
                                   stage("classify", [], 20, accuracies=[(accuracy, by_class)] * 20)]))

    def test_all_hold(self):
        seed = claims.Judged(0, self.run_of([0.2, 0.066], [0.08, 0.067], 0.92, 5),
                             self.run_of([0.1, 0.063], [0.09, 0.060], 0.8, 6))
        self.assertEqual((seed.a, seed.b, seed.c, seed.d), ([True, True], [True, True], True, [True, True]))

    def test_none_holds(self):
        seed = claims.Judged(0, self.run_of([0.2, 0.066], [0.06, 0.067], 0.8, 8),
                             self.run_of([0.1, 0.063], [0.063, 0.064], 0.9, 5))
        self.assertEqual((seed.a, seed.b, seed.c, seed.d),
                         ([False, False], [False, False], False, [False, False]))

    def test_what_did_not_run_is_not_judged(self):
        seed = claims.Judged(0, None, self.run_of([0.1, 0.063], [0.09, 0.060], 0.8, 6))
        self.assertEqual((seed.a, seed.b, seed.c, seed.d), ([None, True], [None, True], None, [None, None]))
        self.assertEqual(claims.verdict([None, True, False]), "**holds in part** (in 1 of 2 seeds)")
        self.assertEqual(claims.verdict([None]), "not run")


if __name__ == "__main__":
    unittest.main(verbosity=2)
