#!/usr/bin/python3
"""The HTML report in headless Chromium: charts drawn, no console error, nothing fetched, interactions.

Run by ctest (label browser) with the command in STRATA_COMMAND and make_records in tests/ beside it.
Needs Debian's chromium, chromium-driver and python3-selenium. Screenshots go to STRATA_SCREENSHOTS,
where that is set.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    sys.exit("python3-selenium is not installed: the report cannot be tested")

COMMAND = pathlib.Path(os.environ["STRATA_COMMAND"])
RECORDS = pathlib.Path(os.environ.get("STRATA_MAKE_RECORDS", COMMAND.parent / "tests" / "make_records"))


def program(*names):
    found = next((path for path in map(shutil.which, names) if path), None)
    return found or sys.exit(f"{names[0]} is not installed: the report cannot be tested")


def browser(width=1280, dark=False):
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--window-size={width},900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(program("chromedriver")), options=options)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return driver


def sealed(record):
    """The text of a record with the sums that strata writes into it."""
    def compact(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    def sum_of(text):
        return hashlib.sha256(text.encode()).hexdigest()

    record.pop("sha256", None)
    record["config_hash"] = sum_of(compact(record["config"]))
    text = compact(record)
    return f'{text[:-1]},"sha256":"{sum_of(text)}"}}'


def many_records(results, folder, rows=23):
    """Records without their images, of `rows` settings and three seeds each, after those in results."""
    records = [json.loads(path.read_text()) for path in sorted(results.glob("*/*/record.json"))]
    # A greedy one: the setting of the second stage counts where there is a second stage.
    record = next(r for r in records if r["status"] == "completed" and r.get("images")
                  and r["config"]["pretrain"]["strategy"]["type"] == "greedy")
    for row in range(rows):
        for seed in range(3):
            one = json.loads(json.dumps(record))
            one["seed"] = one["config"]["seed"] = seed
            one["run_id"] = f"{row:08x}-s{seed}"
            optimizer = {**one["stages"][1]["settings"]["optimizer"], "lr": row + 1.0}
            one["config"]["pretrain"]["stages"] = [{}, {"optimizer": optimizer}]
            one["stages"][1]["settings"]["optimizer"] = optimizer
            one["metrics"]["test"]["accuracy"] += 0.001 * seed
            one["timing"]["training_seconds"] = [1, 1, 100][seed]  # the interval goes below zero
            path = folder / f"many-{row}" / one["run_id"] / "record.json"
            path.parent.mkdir(parents=True)
            path.write_text(sealed(one))


def make_page(records, page, *arguments):
    subprocess.run([COMMAND, "report", records, "-o", page, *arguments], check=True, stdout=subprocess.DEVNULL)
    return page


def make_pages(folder):
    """The pages of a few rows with images and of many rows."""
    folder = pathlib.Path(folder)
    subprocess.run([RECORDS, folder / "results"], check=True)
    many_records(folder / "results", folder / "many")
    return (make_page(folder / "results", folder / "report.html", "--title", "A <b>title</b> & more",
                      "--baseline", "dataset=mnist,strategy=greedy"),
            make_page(folder / "many", folder / "many.html"))


def media(driver, width, kind="", dark=False):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "media": kind, "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    # A page is told of the change when it is next drawn.
    told = "return typeof onPaper === 'undefined' || onPaper === arguments[0]"
    WebDriverWait(driver, 10).until(lambda _: driver.execute_script(told, kind == "print"))


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.page, cls.many = make_pages(cls.folder.name)
        cls.driver = browser()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.folder.cleanup()

    def setUp(self):
        self.open(self.driver)

    def open(self, driver, page=None):
        driver.get((page or self.page).as_uri())
        self.assertEqual(driver.get_log("browser"), [])

    def run_js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def chart(self, title):
        """Selects the chart of this title as window.chart; returns its canvas."""
        canvas = self.driver.find_element(By.CSS_SELECTOR, f'canvas[aria-label="{title}"]')
        self.run_js("window.chart = Chart.getChart(arguments[0]);"
                    "arguments[0].scrollIntoView({block: 'center'})", canvas)
        return canvas

    def ink(self, canvas):
        """How many pixels of a canvas are drawn on."""
        return self.run_js(
            "const c = arguments[0]; let n = 0;"
            "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            "for (let i = 3; i < d.length; i += 4) if (d[i] > 0) ++n; return n;", canvas)

    def test_every_section_is_there_and_every_canvas_drawn(self):
        sections = [s.get_attribute("id") for s in self.driver.find_elements(By.TAG_NAME, "section")]
        self.assertEqual(sections, [
            "overview", "paired", "curves", "figures", "classes", "pixels", "reconstructions", "filters",
            "worst", "codes", "settings", "provenance", "runs"])
        canvases = self.driver.find_elements(By.CSS_SELECTOR, ".plot canvas")
        self.assertEqual(len(canvases), 4 + 6 + 2)  # curves, bars, histograms
        for canvas in canvases:
            self.assertGreater(self.ink(canvas), 1000, canvas.get_attribute("aria-label"))
        self.assertEqual(self.driver.find_element(By.TAG_NAME, "h1").text, "A <b>title</b> & more")

    def test_nothing_is_fetched(self):
        requests = [entry["message"] for entry in self.driver.get_log("performance")
                    if '"Network.requestWillBeSent"' in entry["message"]]
        self.assertTrue(requests)
        for request in requests:
            self.assertNotIn('"url":"http', request)

    def test_the_table_says_what_compare_says(self):
        row = self.driver.find_elements(By.CSS_SELECTOR, "#overview tbody tr")[5].text
        self.assertIn("mnist none 5 of 6", row)
        flags = self.driver.find_element(By.CSS_SELECTOR, ".flags").text
        self.assertIn("stages[].epochs of pretrain in all is 10 in rows 1 and 4", flags)
        self.assertIn("reconstruction_error is not comparable between", flags)
        self.assertIn("2 diverged", flags)
        paired = self.driver.find_element(By.ID, "paired").text
        self.assertIn("worse, but see a", paired)
        self.assertNotIn("no pairs", paired)  # of each row by itself: they are one line
        self.assertIn("No pairs: row 6 in reconstruction_error, relative_error.", paired)

    def test_curves_have_bands_stage_boundaries_and_gaps(self):
        self.chart("Pretraining: train and test reconstruction error of pixels of mnist")
        self.assertEqual(self.run_js("return chart.options.plugins.stages.boundaries.map(b => [b.x, b.label])"),
                         [[0.5, "pretrain-1"], [10.5, "pretrain-2"]])
        self.assertEqual(self.run_js("return chart.data.datasets[2].bands.map(b => b.length)"), [10, 10])
        self.assertIsNone(self.run_js("return chart.data.datasets[2].data[10].y"))
        styles = self.run_js("return chart.data.datasets.map(d => d.pointStyle + d.borderDash)")
        self.assertEqual(len(set(styles)), 2)  # readable without colour

    def test_drag_zooms_and_double_click_shows_all(self):
        canvas = self.chart("Classifier: train and test accuracy")
        drag = webdriver.ActionChains(self.driver)
        drag.move_to_element_with_offset(canvas, -50, 0).click_and_hold()
        drag.move_by_offset(100, 0).release().perform()
        low, high = self.run_js("return [chart.scales.x.min, chart.scales.x.max]")
        self.assertGreater(low, 2)
        self.assertLess(high, 9)
        webdriver.ActionChains(self.driver).double_click(canvas).perform()
        self.assertEqual(self.run_js("return [chart.scales.x.min, chart.scales.x.max]"), [1, 10])

    def test_buttons_zoom_and_change_the_scale(self):
        canvas = self.chart("Classifier: train and test accuracy")
        buttons = canvas.find_elements(By.XPATH, "../..//div[@class='controls']/button")
        self.assertEqual([b.text for b in buttons], ["+", "−", "All", "Log scale"])
        buttons[0].click()
        self.assertEqual(self.run_js("return chart.scales.x.max - chart.scales.x.min"), 4.5)
        buttons[2].click()
        buttons[3].click()
        self.assertEqual(self.run_js("return chart.scales.y.type"), "logarithmic")

    def test_a_name_hides_its_curve(self):
        self.chart("Classifier: train and test accuracy")
        button = self.driver.find_elements(By.CSS_SELECTOR, "#curves ul.key button")[2]
        self.run_js("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        self.assertEqual(button.get_attribute("aria-pressed"), "false")
        self.assertEqual(self.run_js("return chart.data.datasets.map((s, i) => s.row === 2 && chart.isDatasetVisible(i))").count(True), 0)

    def test_bars_begin_at_zero_until_asked(self):
        self.chart("accuracy")
        self.assertEqual(self.run_js("return chart.scales.x.min"), 0)
        self.driver.find_element(By.XPATH, "//section[@id='figures']//div[@class='controls']/button").click()
        self.assertGreater(self.run_js("return chart.scales.x.min"), 0.8)

    def test_whiskers_end_within_their_bars_chart(self):
        for title in ("accuracy", "training_seconds"):
            self.chart(title)
            self.assertTrue(self.run_js(
                "return chart.data.datasets[0].intervals.every(i => i[1] === null || i[1] <= chart.scales.x.max)"),
                title)

    def test_theme_changes_and_charts_follow(self):
        self.chart("Classifier: train and test accuracy")
        before = self.run_js("return chart.data.datasets[0].borderColor")
        self.driver.execute_script("window.scrollTo(0, 0)")
        self.driver.find_element(By.ID, "theme").click()
        self.assertEqual(self.run_js("return document.documentElement.dataset.theme"), "dark")
        self.assertNotEqual(self.run_js("return chart.data.datasets[0].borderColor"), before)

    def test_settings_show_what_differs_then_all(self):
        rows = lambda: [r.text.split("\n")[0] for r in self.driver.find_elements(
            By.CSS_SELECTOR, "#settings tbody tr") if r.is_displayed()]
        self.assertEqual([r.split()[1] for r in rows()],
                         ["data.dataset", "pretrain.strategy", "pretrain.strategy.train"])
        toggle = self.driver.find_element(By.CSS_SELECTOR, "#settings .controls button")
        toggle.click()
        self.assertGreater(len(rows()), 20)
        toggle.click()
        self.assertEqual(len(rows()), 3)

    def test_filters_fill_their_rows(self):
        self.assertEqual(self.run_js("return [64, 100, 48, 96, 12, 7, 3, 23].map(filterColumns)"),
                         [8, 10, 8, 8, 6, 7, 3, 10])
        tops = self.run_js("return [...document.querySelector('#filters .filters').children]"
                           ".map(t => t.getBoundingClientRect().top)")
        self.assertEqual([tops.count(top) for top in sorted(set(tops))], [8] * 6)

    def test_images_have_their_size_and_names(self):
        tile = self.driver.find_element(By.CSS_SELECTOR, "#worst .tile")
        self.assertEqual(tile.size, {"width": 56, "height": 56})
        self.assertEqual(self.driver.find_element(By.CSS_SELECTOR, "#worst figcaption").text,
                         "T-shirt/top as\nDress")
        self.assertEqual(self.run_js("const i = document.querySelector('.codes');"
                                     "return [i.naturalWidth, i.naturalHeight]"), [256, 100])

    def test_paper_holds_every_table(self):
        self.addCleanup(media, self.driver, 1280)
        for page in (self.page, self.many):
            for width in (671, 718):  # of A4 and letter between usual margins
                media(self.driver, width, "print")
                self.open(self.driver, page)
                wide = self.run_js(
                    "return [...document.querySelectorAll('table, td, th, .tiles')]"
                    ".filter(t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
                    ".map(t => t.closest('section').id + ': ' + t.textContent.slice(0, 40))")
                self.assertEqual(wide, [])
                self.assertLessEqual(self.run_js("return document.documentElement.scrollWidth"), width)
                hidden = self.run_js("return [...document.querySelectorAll('#overview td')]"
                                     ".filter(c => c.textContent && c.textContent !== '–' && !c.offsetHeight).length")
                self.assertEqual(hidden, 0)

    def test_the_figures_are_in_sight_and_what_is_cut_is_told(self):
        for page in (self.page, self.many):
            self.open(self.driver, page)
            name = "return [...document.querySelectorAll('#overview thead th')].map(h => h.textContent)"
            flags = ["flags"] if page == self.page else []
            self.assertEqual(self.run_js(name)[:4 + len(flags)], ["row", "settings", "runs", *flags, "accuracy"])
            self.assertLessEqual(self.run_js("return document.querySelectorAll('#overview thead th')[5]"
                                             ".getBoundingClientRect().right"), 1280)
            self.assertFalse(self.driver.find_element(By.CSS_SELECTOR, "#overview .cue").is_displayed())
        media(self.driver, 800)
        self.addCleanup(media, self.driver, 1280)
        self.open(self.driver)
        cue = self.driver.find_element(By.CSS_SELECTOR, "#overview .cue")
        self.assertEqual(cue.text, "more →")
        left = "return document.querySelector('#overview tbody td:nth-child(2)').getBoundingClientRect().left"
        before = self.run_js(left)
        self.run_js("document.querySelector('#overview .scroll').scrollLeft = 1e6")
        WebDriverWait(self.driver, 10).until(lambda _: not cue.is_displayed())
        self.assertEqual(self.run_js(left), before)  # the row's settings stay

    def test_a_stage_s_own_setting_is_a_leaf(self):
        self.open(self.driver, self.many)
        cells = [c.text for c in self.driver.find_elements(By.CSS_SELECTOR, "#overview td.varying")]
        self.assertEqual(cells, [f"stages[1].optimizer.lr {row + 1}" for row in range(23)])
        self.assertEqual(self.driver.find_element(By.CSS_SELECTOR, "#overview .setting").get_attribute("title"),
                         "pretrain.stages[1].optimizer.lr")
        self.assertNotIn("{", self.driver.find_element(By.ID, "overview").text)

    def test_missing_images_are_one_note_and_no_warning(self):
        self.open(self.driver, self.many)
        notes = [n.text for n in self.driver.find_elements(By.CSS_SELECTOR, "#overview .note")]
        self.assertEqual(notes, ["Note: the images of all rows could not be read beside their records."])
        self.assertEqual([f.text for f in self.driver.find_elements(By.CSS_SELECTOR, ".flags")
                          if "images" in f.text], [])

    def test_many_rows_have_one_legend_and_short_names_beside_bars(self):
        self.open(self.driver, self.many)
        self.assertEqual(len(self.driver.find_elements(By.CSS_SELECTOR, "ul.key")), 1)
        buttons = self.driver.find_elements(By.CSS_SELECTOR, "ul.key button")
        self.assertEqual(len(buttons), 23)
        buttons[2].click()
        hidden = ("return Object.values(Chart.instances).filter(c => c.config.type === 'line')"
                  ".map(c => c.data.datasets.some((s, i) => s.row === 2 && c.isDatasetVisible(i)))")
        self.assertEqual(set(self.run_js(hidden)), {False})
        self.chart("training_seconds")
        self.assertEqual([label.split("  ")[0] for label in self.run_js("return chart.data.labels.flat()")], [str(r + 1) for r in range(23)])

    def test_times_have_no_interval(self):
        self.open(self.driver, self.many)
        self.chart("training_seconds")
        self.assertEqual(self.run_js("return chart.data.datasets[0].intervals[0]"), [None, None])
        self.assertEqual(self.run_js("return chart.scales.x.min"), 0)

    def test_bar_names_are_whole(self):
        self.chart("accuracy")
        names = self.run_js("return chart.data.labels.map(l => l.join(' '))")
        self.assertEqual(names[0], "1  fashion_mnist, end_to_end")
        self.assertNotIn("…", "".join(names))

    def test_a_phone_shows_the_overview_and_folds_the_rows_apart(self):
        self.addCleanup(media, self.driver, 1280)
        media(self.driver, 390)
        self.open(self.driver)
        self.assertLess(self.run_js("return document.documentElement.scrollHeight"), 9000)
        shown = lambda: [s.get_attribute("id") for s in self.driver.find_elements(By.TAG_NAME, "section")
                         if any(c.is_displayed() for c in s.find_elements(By.XPATH, "./*[not(self::h2)]"))]
        self.assertEqual(shown(), ["overview", "curves"])
        button = self.driver.find_element(By.CSS_SELECTOR, "#figures .fold")
        self.run_js("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        self.assertEqual(button.get_attribute("aria-expanded"), "true")
        self.assertEqual(shown(), ["overview", "curves", "figures"])
        self.assertGreater(self.ink(self.chart("accuracy")), 1000)
        self.run_js("document.querySelector('nav a[href=\"#classes\"]').click()")
        self.assertEqual(shown(), ["overview", "curves", "figures", "classes"])

    def test_phone_and_desktop_dark_and_light(self):
        shots = os.environ.get("STRATA_SCREENSHOTS")
        for width in (390, 1280):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    driver = browser(width, dark)
                    try:
                        self.open(driver)
                        size = driver.execute_script("const e = document.documentElement;"
                                                     "return [e.dataset.theme, e.scrollWidth]")
                        self.assertEqual(size[0], "dark" if dark else "light")
                        self.assertLessEqual(size[1], width)  # nothing sticks out
                        if shots:
                            driver.save_screenshot(f"{shots}/report-{width}-{size[0]}.png")
                        driver.execute_script("document.querySelector('nav a[href=\"#filters\"]').click();")
                        filters = driver.execute_script(
                            "return document.querySelector('#filters .tile').offsetWidth")
                        self.assertEqual(filters, 28 if width < 640 else 56)
                        empty = driver.execute_script(
                            "return [...document.querySelectorAll('.cards td')]"
                            ".filter(c => c.textContent === '–').map(c => c.offsetHeight > 0)")
                        self.assertEqual(set(empty), {width > 640})  # no card says nothing
                    finally:
                        driver.quit()


if __name__ == "__main__":
    unittest.main(verbosity=2)
