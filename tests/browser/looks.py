#!/usr/bin/python3
"""How the report reads: nothing cut or broken, axes that show one epoch, only the marks that occur; of
records made for it and of those in results/lecture.

Run by ctest as report.py is.
"""
import pathlib
import unittest

import axes
import report
from selenium.webdriver.common.by import By

LECTURE = pathlib.Path(__file__).resolve().parents[2] / "results" / "lecture"


def one_epoch(record, loss=None):
    record["stages"] = [record["stages"][0], record["stages"][-1]]
    for stage in record["stages"]:
        stage["epochs"] = stage["epochs"][:1]
    if loss is not None:
        record["stages"][0]["epochs"][0]["loss"] = loss
        record["stages"][0]["epochs"][0]["metrics"] = {}


def digits(tick):
    return len(tick.replace(".", "").replace("-", "").lstrip("0"))


class Looks(axes.Page):
    def loss(self):
        """The axes of the pretraining's loss, their ticks, and what is drawn in it."""
        return self.run_js("const c = chart('Pretraining: training loss'), {x, y} = c.scales;"
                           "return {low: y.min, high: y.max, y: y.ticks.map(t => t.label),"
                           "  x: x.ticks.map(t => t.label), bands: c.data.datasets.flatMap(s => s.bands),"
                           "  at: c.data.datasets.map(s => s.data[0].x)}")

    def test_one_epoch_of_one_run_is_readable(self):
        self.open(1, seeds=1, edit=lambda record, row, seed: one_epoch(record, 0.22))
        loss = self.loss()
        self.assertTrue(0.15 < loss["low"] < 0.22 < loss["high"] < 0.27, loss)
        self.assertEqual((loss["x"], loss["at"], loss["bands"]), (["1"], [1], []))
        self.assertLessEqual(max(map(digits, loss["y"])), 4)
        self.assertEqual(self.texts("#curves > .hint:not(.screen)"),  # neither bands nor stages
                         ["Where training stands beside test, it is the lighter line without marks."])

    def test_one_epoch_of_rows_side_by_side_with_their_spread(self):
        self.open(3, edit=lambda record, row, seed: one_epoch(record, 0.22 + 0.01 * row + 0.001 * seed))
        loss = self.loss()
        self.assertEqual([round(at, 3) for at in loss["at"]], [0.733, 1, 1.267])
        self.assertEqual([[round(p[end], 4) for p in band for end in ("low", "high")] for band in loss["bands"]],
                         [[0.22, 0.222], [0.23, 0.232], [0.24, 0.242]])
        self.assertEqual(self.texts("#curves > .hint")[0],
                         "Upright lines of one epoch alone: one standard deviation over a row’s runs. "
                         "Where training stands beside test, it is the lighter line without marks.")

    def test_one_epoch_of_rows_that_are_nearly_alike_does_not_zoom_in(self):
        self.open(3, seeds=1, edit=lambda record, row, seed: one_epoch(record, 0.2298444845 + 1e-9 * row))
        loss = self.loss()
        self.assertLessEqual(max(map(digits, loss["y"])), 4, loss["y"])
        self.assertGreater(loss["high"] - loss["low"], 0.002)

    def test_only_marks_that_occur_are_explained(self):
        self.open(1, seeds=1)
        self.assertEqual(self.texts("#overview thead th")[:4], ["row", "name", "runs", "accuracy"])
        self.assertEqual(self.texts("#overview > .hint"), [])
        self.assertEqual(self.texts("#summary"), ["1 run (1 completed) in 1 row."])

    def test_the_best_is_explained_and_rows_without_flags_have_no_column(self):
        def edit(record, row, seed):
            record["metrics"]["test"]["accuracy"] = 0.9 - 0.1 * row + 0.001 * seed
        self.open(2, edit=edit)
        self.assertEqual(self.texts("#overview > .hint"), [
            "★ best mean: no other row of 3 seeds or more on the same test data has its mean within its interval"])
        self.assertNotIn("flags", self.texts("#overview thead th"))

    def test_a_value_of_300_characters_breaks(self):
        self.addCleanup(report.media, self.driver, 1280)
        def edit(record, row, seed):
            record["config"]["encoder"][0][1].update(type="unbroken" * 37 + str(row))
            record["name"] = record["config"]["name"] = "name" * 75
        self.open(2, edit=edit)
        for width in (1280, 390):
            report.media(self.driver, width)
            self.driver.refresh()
            self.run_js("document.querySelectorAll('section.folded .fold').forEach((b) => b.click());"
                        "document.querySelectorAll('details').forEach((d) => d.open = true)")
            self.assertLessEqual(self.run_js("return document.documentElement.scrollWidth"), width)
            outside = self.run_js(
                "return [...document.querySelectorAll('.key button, .setting, h1, h2, h3, p, li')].filter((e) => "
                "e.getBoundingClientRect().right > (e.closest('.panel') || document.body).getBoundingClientRect().right"
                " || e.scrollWidth > e.clientWidth + 1).map((e) => e.tagName + e.textContent.slice(0, 30))")
            self.assertEqual(outside, [], width)
            self.assertEqual(self.texts(".cue"), [""] * len(self.texts(".cue")), width)  # no table is cut

    def test_settings_stand_above_figures_that_would_be_cut(self):
        def edit(record, row, seed):  # five metrics of many digits
            axes.set_dataset(record, ["mnist", "fashion_mnist"][row % 2])
            record["config"]["data"]["batch_size"] = 20 + row
            record["metrics"]["test"].update(accuracy=0.8 + 0.0000123 * seed + 0.1 * row, nll=2.1 + 0.0000123 * seed,
                                             reconstruction_error=0.05 + 0.0000123 * seed)
            record["timing"]["training_seconds"] = 1000 + 0.00123 * seed
        self.open(3, edit=edit)
        self.assertLess(self.run_js("return Math.max(...[...document.querySelectorAll('#overview td.varying')]"
                                    ".map((c) => c.textContent.length))"), 60)  # not for the settings' own length
        self.assertTrue(self.run_js(
            "const list = document.querySelector('.overview').classList, box = document.querySelector('#overview .scroll');"
            "list.remove('long'); const cut = box.scrollWidth > box.clientWidth; list.add('long'); return cut"))
        places = self.run_js("return [...document.querySelectorAll('#overview td, #overview th')]"
                             ".map((cell) => cell.getBoundingClientRect().right)")
        self.assertLessEqual(max(places), 1280 - 32)
        self.assertEqual(self.texts("#overview .cue"), [""])

    def test_figures_are_rounded_as_the_terminal_s(self):
        self.open(1, seeds=1)
        self.assertEqual(self.run_js("return [figure(0.0625, 0.01), figure(0.1875, 0.01), figure(-0.0001, 0.01),"
                                     "figure(0, 0.01), figure(0, 0), figure(0.0626, 0.01), figure(2.5, 12)]"),
                         ["0.062", "0.188", "0.000", "0.000", "0", "0.063", "2"])
        self.assertEqual(self.run_js("return [endOf(-0.00018, 0.01), endOf(0.00018, 0.01), endOf(-0.0096, 0.1),"
                                     "endOf(-0.02, 0.01), endOf(0, 0.01), endOf(null, 0.01)]"),
                         ["-0.0002", "0.0002", "-0.01", "-0.020", "0.000", "–"])

    def test_every_worst_class_is_marked(self):
        def edit(record, row, seed):
            record["metrics"]["test"]["per_class_accuracy"] = [0.9, 0, 0.5, 0, 0, 0.7, 0, 0, 0, 0]
        self.open(1, edit=edit)
        cells = [c.text.split("\n")[0] for c in self.driver.find_elements(By.CSS_SELECTOR, "#classes td.number")]
        self.assertEqual([c for c in cells if "▼" in c], ["▼ 0.0"] * 7)
        self.assertIn("▼ the row’s worst class, or classes that tie", self.texts("#classes .hint"))

    def test_names_of_bars_break_where_words_end(self):
        self.open(2)
        self.assertEqual(self.run_js("return chart('accuracy').data.labels"),
                         [["1  pretrain.optimizer.lr=1"], ["2  pretrain.optimizer.lr=2"]])
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 390)
        self.driver.refresh()
        self.assertEqual(self.run_js("return chart('accuracy').data.labels[0]"),
                         ["1  pretrain.", "optimizer.lr=1"])

    def test_names_of_classes_are_whole(self):
        """Upright, in every cell's width: on a desktop, a phone and paper."""
        self.addCleanup(report.media, self.driver, 1280)
        page = report.make_page(LECTURE / "lecture-fashion-greedy-new", self.records.folder / "fashion.html")
        for width, kind in ((1280, ""), (390, ""), (718, "print")):
            report.media(self.driver, width, kind)
            self.driver.get(page.as_uri())
            self.run_js("document.querySelectorAll('section.folded .fold').forEach((b) => b.click())")
            names = self.run_js(
                "return [...document.querySelectorAll('.heat thead th + th')].map((h) => {"
                "  const name = h.firstChild.getBoundingClientRect(), cell = h.getBoundingClientRect();"
                "  return [h.textContent, name.width <= cell.width && name.height <= cell.height && name.height > 15,"
                "          getComputedStyle(h.firstChild).writingMode, h.title]; })")
            self.assertEqual([name for name, *_ in names], [
                "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
                "ankle boot"])
            for name, fits, mode, title in names:
                self.assertEqual((fits, mode, title), (True, "vertical-rl", name), width)
            cut = self.run_js("return [...document.querySelectorAll('.heat th.row')]"
                              ".filter((h) => h.scrollWidth > h.clientWidth).map((h) => h.textContent)")
            self.assertEqual(cut, [])

    def test_rows_of_two_data_sets_are_compared_each_on_its_own(self):
        places = [LECTURE / f"lecture-{name}" for name in
                  ("mnist-greedy-new", "fashion-greedy-new", "mnist-end-to-end", "fashion-end-to-end")]
        page = report.make_page(places[0], self.records.folder / "own.html", *places[1:],
                                "--by", "strategy", "--baseline", "strategy=end_to_end")
        self.driver.get(page.as_uri())
        hint = self.texts("#paired > .hint")[0].split("; ")[0]
        self.assertEqual(" ".join(hint.split()), "From row 1 end_to_end, fashion_mnist and 2 end_to_end, mnist, "
                         "each row from the one that agrees in all other settings, over shared seeds")
        totals = self.run_js("return report.groups.map(g => [g.classes[0], g.counts[0].reduce((a, b) => a + b)])")
        self.assertEqual(totals, [["T-shirt/top", 10000], ["0", 9800]] * 2)  # of ten seeds: 1,000 and 980 samples
        page = report.make_page(places[2], self.records.folder / "mixed.html", places[0],
                                LECTURE / "lecture-mnist-greedy-new-equal-compute", "--by", "strategy")
        self.driver.get(page.as_uri())
        self.assertEqual(self.texts("#paired > .hint")[1], "A difference is of the runs that agree in all other "
                         "settings, a row's figures above are of all its runs: the two need not agree.")

    def test_an_unreadable_record_is_counted(self):
        broken = self.records.folder / "unreadable" / "row-0" / "00000000-s9" / "record.json"
        broken.parent.mkdir(parents=True)
        broken.write_text("{")
        self.driver.get(self.records.page("unreadable", 1).as_uri())
        self.assertTrue(self.texts("#summary")[0].startswith("4 runs (3 completed, 1 unreadable) in 1 row. "))

    def test_the_lecture_s_many_settings_cut_nothing(self):
        page = report.make_page(LECTURE, self.records.folder / "lecture.html")
        self.driver.get(page.as_uri())
        box = self.driver.find_element(By.CSS_SELECTOR, "#overview .scroll")
        self.assertLessEqual(*(int(box.get_attribute(size)) for size in ("scrollWidth", "clientWidth")))
        self.assertFalse(self.driver.find_element(By.CSS_SELECTOR, "#overview .cue").is_displayed())
        rows = self.driver.find_elements(By.CSS_SELECTOR, "#overview tbody tr")
        self.assertLess(max(row.size["height"] for row in rows), 90)  # settings, means, intervals
        places = self.run_js("return [...document.querySelectorAll('#overview tr')].map((row) => "
                             "[...row.cells].slice(2).map((cell) => Math.round(cell.getBoundingClientRect().right)))")
        self.assertEqual({tuple(row) for row in places}, {tuple(places[0])})  # columns, header and all
        cue = self.driver.find_element(By.CSS_SELECTOR, "#curves .cue")
        self.assertFalse(cue.is_displayed())  # the 28 names are short: each says what is not usual
        self.run_js("document.querySelector('#curves .keys').style.maxHeight = '6rem'")
        report.WebDriverWait(self.driver, 10).until(lambda _: cue.text == "more ↓")
        self.run_js("document.querySelector('#curves .keys').scrollTop = 1e6")
        report.WebDriverWait(self.driver, 10).until(lambda _: not cue.is_displayed())
        key = "return document.querySelector('#settings td.keyname').getBoundingClientRect().left"
        left = self.run_js(key)
        self.run_js("document.querySelector('#settings .scroll').scrollLeft = 1e6")
        self.assertEqual(self.run_js(key), left)
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 390)
        self.driver.get(page.as_uri())
        self.assertLessEqual(self.run_js("return document.documentElement.scrollWidth"), 390)


if __name__ == "__main__":
    unittest.main(verbosity=2)
