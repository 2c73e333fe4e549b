#!/usr/bin/python3
"""What shares an axis and a heading in the report, of records made for it: values that span magnitudes,
errors that are not comparable, long names, many rows, a run that was killed.

Run by ctest as report.py is.
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

import report
from selenium import webdriver
from selenium.webdriver.common.by import By


class Records:
    """Folders of runs without images that are like one of make_records but for what is edited."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        subprocess.run([report.RECORDS, self.folder / "results"], check=True)
        records = [json.loads(path.read_text()) for path in sorted(self.folder.glob("results/*/*/record.json"))]
        self.base = next(r for r in records if r["status"] == "completed" and r["data"]["dataset"] == "mnist"
                         and len(r["stages"]) == 3 and not r.get("images"))

    def page(self, name, rows, seeds=3, edit=lambda record, row, seed: None):
        for row in range(rows):
            for seed in range(seeds):
                one = json.loads(json.dumps(self.base))
                one["seed"] = one["config"]["seed"] = seed
                one["run_id"] = f"{row:08x}-s{seed}"
                one["config"]["pretrain"]["optimizer"]["lr"] = row + 1.0
                for stage in one["stages"]:
                    if stage["kind"] == "pretrain":
                        stage["settings"]["optimizer"]["lr"] = row + 1.0
                    for epoch in stage["epochs"]:
                        loss = epoch["loss"]
                        epoch["loss"] = loss * (1 + 0.5 * seed)
                        for figures in (epoch["terms"], epoch["metrics"]["train"]):
                            figures.update({key: epoch["loss"] for key, value in figures.items() if value == loss})
                edit(one, row, seed)
                path = self.folder / name / f"row-{row}" / one["run_id"] / "record.json"
                path.parent.mkdir(parents=True)
                path.write_text(report.sealed(one))
        return report.make_page(self.folder / name, self.folder / f"{name}.html")


def set_dataset(record, name):
    record["config"]["data"]["dataset"]["type"] = record["data"]["dataset"] = name


def of_codes(record, row=0, seed=0):
    """Makes its second stage one that rebuilds codes."""
    stage = record["stages"][1]
    stage["target"] = "codes"
    for epoch in stage["epochs"]:
        for figures in (epoch["terms"], *epoch["metrics"].values()):
            if "reconstruction_error" in figures:
                figures["code_error"] = figures.pop("reconstruction_error")


class Page(unittest.TestCase):
    """A test whose page is made of a Records' folder of its name."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.records = Records(cls.folder.name)
        cls.driver = report.browser()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.folder.cleanup()

    def open(self, *arguments, **named):
        self.driver.get(self.records.page(self.id().rpartition(".")[2], *arguments, **named).as_uri())
        self.assertEqual(self.driver.get_log("browser"), [])

    def run_js(self, code):
        return self.driver.execute_script(
            "const chart = (title) => Chart.getChart(document.querySelector(`canvas[aria-label^=\"${title}\"]`));"
            "const lines = () => Object.values(Chart.instances).filter((c) => c.config.type === 'line');" + code)

    def texts(self, selector):
        return [e.text for e in self.driver.find_elements(By.CSS_SELECTOR, selector)]


class Axes(Page):
    def test_axes_hold_their_bands(self):
        self.open(2)
        outside = ("return lines().flatMap((c) => c.data.datasets.flatMap((set) => set.bands.flat()"
                   ".filter(({low, high}) => low < c.scales.y.min || high > c.scales.y.max))).length")
        self.assertGreater(self.run_js("return lines().flatMap(c => c.data.datasets.flatMap(s => s.bands)).length"), 5)
        self.assertEqual(self.run_js(outside), 0)

    def test_bars_that_span_magnitudes_are_logarithmic_until_switched(self):
        def edit(record, row, seed):
            record["metrics"]["test"]["nll"] = [0.28, 0.31, 14000][row] * (1 + 0.01 * seed)
        self.open(3, edit=edit)
        self.assertEqual(self.run_js("const x = chart('nll').scales.x; return [x.type, x.min, x.options.title.text]"),
                         ["logarithmic", 0.1, "logarithmic scale"])
        widths = self.run_js("return chart('nll').getDatasetMeta(0).data.map((bar) => bar.width)")
        self.assertGreater(min(widths), 20)
        self.assertEqual(self.run_js("return chart('accuracy').scales.x.type"), "linear")
        button = self.driver.find_element(
            By.XPATH, "//canvas[@aria-label='nll']/../../div[@class='controls']/button")
        self.assertEqual((button.text, button.get_attribute("aria-pressed")), ("Log scale", "true"))
        button.click()
        self.assertEqual(self.run_js("const x = chart('nll').scales.x; return [x.type, x.min]"), ["linear", 0])

    def test_labels_of_logarithmic_axes_do_not_touch(self):
        def edit(record, row, seed):
            record["metrics"]["test"]["nll"] = [0.28, 8.4, 88000][row]
            for stage in record["stages"]:
                for place, epoch in enumerate(stage["epochs"]):
                    epoch["loss"] = [0.0008, 0.08, 88][row] / (1 + place) ** row
        for rows, low in ((3, None), (1, 0.9)):  # magnitudes, and less than one decade
            self.driver.get(self.records.page(f"log-{rows}", rows, seeds=1, edit=edit).as_uri())
            self.run_js("document.querySelectorAll('#curves .controls button:nth-child(4)[aria-pressed=false]')"
                        ".forEach((b) => b.click())")
            scales = self.run_js(
                "return Object.values(Chart.instances).flatMap((c) => Object.values(c.scales))"
                ".filter((s) => s.type === 'logarithmic').map((s) => ({title: s.chart.canvas.getAttribute('aria-label'),"
                "  min: s.min, max: s.max, ticks: s.ticks.map(({value, label}) => ({value, label, at: s.getPixelForValue(value),"
                "    size: s.isHorizontal() ? s.ctx.measureText(label).width : 12}))}))")
            self.assertGreaterEqual(len(scales), 4)
            for scale in scales:
                told = sorted((tick for tick in scale["ticks"] if tick["label"]), key=lambda tick: tick["at"])
                self.assertGreaterEqual(len(told), 2, scale)
                for one, other in zip(told, told[1:]):
                    self.assertGreater(other["at"] - one["at"], (one["size"] + other["size"]) / 2, (scale["title"], told))
                if scale["max"] > 100 * scale["min"] and not scale["title"].startswith("Histogram"):
                    decades = [tick for tick in told if tick["label"].strip("0.") == "1"]
                    self.assertGreaterEqual(len(decades), 2, told)

    def test_accuracy_stays_within_0_and_1(self):
        def edit(record, row, seed):  # a mean of 0.65, whose interval is [-0.6, 1.9]
            if row == 0:
                record["metrics"]["test"]["accuracy"] = [0.1, 0.93, 0.92][seed]
        self.open(2, edit=edit)
        self.assertEqual(self.run_js("return chart('accuracy').data.datasets[0].intervals[0]"), [0, 1])
        ends = "const x = chart('accuracy').scales.x; return [x.min, x.max]"
        self.assertEqual(self.run_js(ends), [0, 1])
        self.driver.find_element(By.CSS_SELECTOR, "#figures > .controls button").click()
        self.assertEqual(self.run_js(ends), [0, 1])  # closer: as wide as the interval

    def test_one_wide_interval_does_not_hide_the_others(self):
        def edit(record, row, seed):
            record["metrics"]["test"]["nll"] = 1 + 0.1 * row + ([0, 0, 6][seed] if row == 0 else 0)
        self.open(3, edit=edit)
        high = self.run_js("return chart('nll').data.datasets[0].intervals[0][1]")
        self.assertGreater(high, 11)  # of 1, 1, 7
        self.assertLessEqual(self.run_js("return chart('nll').scales.x.max"), 10)

    def test_errors_of_two_data_sets_have_a_chart_each(self):
        self.open(2, edit=lambda record, row, seed: set_dataset(record, ["mnist", "fashion_mnist"][row]))
        self.assertEqual(sorted(self.run_js("return lines().map((c) => c.canvas.getAttribute('aria-label'))")), [
            "Classifier: train and test accuracy", "Classifier: train and test nll",
            "Pretraining: train and test reconstruction error of pixels of fashion_mnist",
            "Pretraining: train and test reconstruction error of pixels of mnist"])
        self.assertIn("Errors of pixels are drawn by data set: those of two are not comparable.",
                      self.texts("#curves > .hint")[0])
        bars = self.run_js("return Object.values(Chart.instances).filter((c) => c.config.type === 'bar' && "
                           "c.canvas.closest('#figures')).map((c) => [c.canvas.getAttribute('aria-label'), c.data.labels.length])")
        self.assertEqual({title: count for title, count in bars if "error" in title}, {
            "reconstruction_error: pixels of fashion_mnist": 1, "reconstruction_error: pixels of mnist": 1,
            "relative_error": 2})
        self.assertIn(["accuracy", 2], bars)

    def test_errors_of_codes_carry_the_sign_where_encoders_differ(self):
        self.open(2, edit=of_codes)  # the first stage's rate is another
        title = "Pretraining: train and test code error"
        marked = [e for e in self.driver.find_elements(By.CSS_SELECTOR, "#curves .panel") if title in e.text]
        self.assertIn(title + " (≠ not comparable between all rows)\n"
                      "Errors of codes depend on the encoder that made the codes.", marked[0].text)

    def test_errors_of_codes_of_like_encoders_carry_none(self):
        def codes(record, row, seed):
            of_codes(record)
            for stage, rate in zip(record["stages"], [1.0, row + 1.0]):
                stage["settings"]["optimizer"]["lr"] = rate
        self.open(2, edit=codes)
        self.assertIn("Pretraining: train and test code error", self.texts("#curves h3"))

    def test_long_names_give_way_to_numbers_and_a_list(self):
        long = "a_setting_with_a_name_that_needs_more_room_than_a_heading_has"
        self.open(4, edit=lambda record, row, seed: record["config"]["encoder"][0][1].update(type=f"{long}_{row}"))
        self.assertEqual(self.texts("#settings thead th"), ["key", "row 1", "row 2", "row 3", "row 4"])
        self.assertEqual(len(self.texts("#settings .rows li")), 4)
        self.assertIn(f"{long}_0", self.texts("#settings .rows li")[0])
        self.assertFalse(self.driver.find_element(By.CSS_SELECTOR, "#settings .cue").is_displayed())
        labels = self.run_js("return chart('accuracy').data.labels.flat()")
        self.assertEqual([label.split("  ")[0] for label in labels], ["1", "2", "3", "4"])
        self.assertTrue(all(label.endswith("…") and len(label) == 30 for label in labels), labels)

    def test_a_killed_run_s_provenance_is_unknown_and_not_unequal(self):
        def killed(record, row, seed):
            if row == 1:
                record.update(status="running", provenance=None, stages=record["stages"][:1], metrics=None, timing=None)
        self.open(2, edit=killed)
        rows = [[c.text for c in row.find_elements(By.TAG_NAME, "td")]
                for row in self.driver.find_elements(By.CSS_SELECTOR, "#provenance tbody tr") if row.is_displayed()]
        self.assertEqual([row[0] for row in rows if "≠" in row[0]], [])
        rows = {row.find_element(By.CSS_SELECTOR, "td").text: row.find_elements(By.TAG_NAME, "td")[2].text
                for row in self.driver.find_elements(By.CSS_SELECTOR, "#provenance tbody tr")}
        self.assertNotIn("", rows)
        self.assertEqual(rows["strata.version"], "–")

    def test_an_empty_list_is_said(self):
        self.open(1, edit=lambda record, row, seed: record["config"]["classify"].update(freeze=[]))
        cells = self.run_js("return [...document.querySelectorAll('#settings tbody tr')]"
                            ".find((r) => r.cells[0].textContent === 'classify.freeze').cells[1].textContent")
        self.assertEqual(cells, "[]")

    def test_one_run_is_one_run(self):
        self.open(1, seeds=1)
        self.assertEqual(self.texts("#summary"), ["1 run (1 completed) in 1 row."])
        self.assertEqual(self.texts("#runs summary"), ["The run, its figures and its record"])

    def test_of_many_rows_eight_are_drawn_and_others_chosen(self):
        self.open(20, seeds=1)
        drawn = lambda: self.run_js("return lines().map((c) => c.data.datasets.filter((s, i) => "
                                    "c.isDatasetVisible(i)).map((s) => s.row + 1).filter((row, i, all) => row !== all[i - 1]).join())")
        self.assertEqual(set(drawn()), {"1,2,3,4,5,6,7,8"})
        buttons = {b.text: b for b in self.driver.find_elements(By.CSS_SELECTOR, ".chooser button")}
        self.assertEqual(list(buttons), ["First 8", "Next 8", "All", "None"])
        self.assertEqual(self.texts(".drawn"), ["8 of 20 rows drawn"])
        buttons["Next 8"].click()
        self.assertEqual(set(drawn()), {"9,10,11,12,13,14,15,16"})
        buttons["Next 8"].click()
        self.assertEqual((set(drawn()), self.texts(".drawn")), ({"17,18,19,20"}, ["4 of 20 rows drawn"]))
        buttons["All"].click()
        self.assertEqual(self.texts(".drawn"), ["20 of 20 rows drawn"])
        buttons["None"].click()
        self.assertEqual((set(drawn()), self.texts("#curves .panel h3")), ({""}, [""] * 3))

    def test_many_rows_are_drawn_in_parts(self):
        self.open(45, seeds=1)
        count = lambda selector: len(self.driver.find_elements(By.CSS_SELECTOR, selector))
        self.assertEqual((count(".heat"), count("#figures canvas")), (8, 4))
        self.assertEqual(self.run_js("return chart('accuracy').data.labels.length"), 40)
        self.assertEqual(self.texts("#figures .part"), ["Rows 41 to 45"])
        self.assertEqual([text for text in self.texts("#classes .part")], ["Rows 41 to 45", "Rows 9 to 45"])
        self.run_js("document.querySelectorAll('#classes .part, #figures .part').forEach((part) => part.open = true)")
        report.WebDriverWait(self.driver, 10).until(lambda _: count(".heat") == 45 and count("#figures canvas") == 8)
        self.run_js("window.both = [...document.querySelectorAll('canvas[aria-label=accuracy]')].map((c) => Chart.getChart(c))")
        self.assertEqual(self.run_js("return both.map((c) => c.data.labels.flat().pop().split('  ')[0])"), ["40", "45"])
        self.driver.find_element(By.CSS_SELECTOR, "#figures > .controls button").click()
        self.assertGreater(min(self.run_js("return both.map((c) => c.scales.x.min)")), 0.5)

    def test_a_phone_shows_eight_cards_until_asked(self):
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 390)
        self.open(20, seeds=1)
        shown = lambda: sum(row.is_displayed() for row in self.driver.find_elements(By.CSS_SELECTOR, "#overview tbody tr"))
        self.assertEqual(shown(), 8)
        self.driver.find_element(By.CSS_SELECTOR, "#overview caption button").click()
        self.assertEqual((shown(), self.texts("#overview caption")), (20, [""]))
        report.media(self.driver, 1280)
        self.driver.refresh()
        self.assertEqual((shown(), self.texts("#overview caption")), (20, [""]))

    def test_the_pointer_shows_a_row_alone(self):
        self.open(20, seeds=1)
        name = self.driver.find_elements(By.CSS_SELECTOR, "ul.key button")[9]  # not among the first
        webdriver.ActionChains(self.driver).move_to_element(name).perform()
        state = ("return lines()[0].data.datasets.map((s, i) => [lines()[0].isDatasetVisible(i), s.faint, "
                 "s.borderWidth, s.borderColor.length]).filter((_, i) => lines()[0].data.datasets[i].split !== 'train')")
        states = self.run_js(state)
        self.assertEqual(states[9], [True, False, 4, 7])
        self.assertEqual(states[0], [True, True, 2, 9])  # faint: its colour has an alpha
        webdriver.ActionChains(self.driver).move_to_element(self.driver.find_element(By.TAG_NAME, "h1")).perform()
        states = self.run_js(state)
        self.assertEqual((states[0], states[9][0]), ([True, False, 2, 7], False))

    def test_words_are_not_broken_beside_many_rows(self):
        self.open(20, seeds=1, edit=lambda record, row, seed: set_dataset(record, ["mnist", "fashion_mnist"][row % 2]))
        lines = ("return [...document.querySelectorAll('#settings td')].filter((c) => c.offsetHeight && "
                 "(c.className === 'keyname' || c.textContent === 'fashion_mnist')).map((cell) => {"
                 "  const range = document.createRange(); range.selectNodeContents(cell);"
                 "  return new Set([...range.getClientRects()].map((r) => r.top)).size; })")
        self.assertEqual(set(self.run_js(lines)), {1})

    def test_a_phone_s_cards_keep_value_beside_name_and_hide_what_is_equal(self):
        def edit(record, row, seed):  # figures of many digits, the first row best
            record["metrics"]["test"]["reconstruction_error"] = 0.04759 + 0.02 * row + 0.0001 * seed
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 390)
        self.open(2, edit=edit)
        places = self.run_js(
            "return [...document.querySelectorAll('#overview td.number')].map((cell) => {"
            "  const range = document.createRange(); range.selectNode(cell.firstChild);"
            "  const value = range.getBoundingClientRect(), box = cell.getBoundingClientRect();"
            "  return [cell.textContent, value.top - box.top, box.right - value.right]; })"
            ".filter(([text]) => text !== '–')")
        self.assertTrue([text for text, _, _ in places if "★" in text])
        for text, top, right in places:
            self.assertLess(top, 8, text)
            self.assertLess(right, 12, text)
        self.run_js("document.querySelector('nav a[href=\"#settings\"]').click()")
        shown = [row for row in self.driver.find_elements(By.CSS_SELECTOR, "#settings tbody tr") if row.is_displayed()]
        self.assertEqual(len(shown), 1)
        toggle = self.driver.find_element(By.CSS_SELECTOR, "#settings .controls button")
        toggle.click()  # all of them, not the first eight
        shown = [row for row in self.driver.find_elements(By.CSS_SELECTOR, "#settings tbody tr") if row.is_displayed()]
        self.assertGreater(len(shown), 20)
        self.assertEqual(len([row for row in shown if row.text.startswith("≠")]), 1)
        self.assertTrue(shown[-1].text.split("\n")[1])  # its cells are named
        toggle.click()
        self.assertEqual(self.texts("#settings tbody tr")[1:] + self.texts("#settings caption"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
