#!/usr/bin/python3
"""What the report's curves tell under the pointer, wherever it is, and under a finger.

Run by ctest as report.py is.
"""
import unittest

import axes
import looks
import report
from selenium import webdriver


def spread(record, row, seed):
    for stage in record["stages"]:
        for epoch in stage["epochs"]:
            if stage["kind"] == "classify":
                epoch["metrics"]["test"]["accuracy"] += 0.001 * seed


class Pointer(axes.Page):
    def show(self, title):
        self.run_js(f"window.shown = chart('{title}'); shown.canvas.scrollIntoView({{block: 'center'}})")

    def pixels(self, count):
        """So many places across the chart: (x within the canvas, the nearest epoch)."""
        left, right = self.run_js("return [shown.chartArea.left, shown.chartArea.right]")
        places = [round(left + 2 + (right - left - 4) * i / (count - 1)) for i in range(count)]
        return [(x, self.run_js(f"return shown.scales.x.getValueForPixel({x})")) for x in places]

    def tooltip(self):
        return self.run_js("const t = shown.tooltip; return t.opacity > 0 ? {title: t.title.join(), "
                           "lines: t.body.map((b) => b.lines.join()), footer: t.footer.join()} : null")

    def wait_for_tooltip(self):
        report.WebDriverWait(self.driver, 5).until(lambda _: self.tooltip())

    def hover(self, x, y):
        """Moves the pointer there from outside of the chart, where it tells nothing."""
        mouse = webdriver.ActionChains(self.driver, duration=20)
        mouse.move_to_element(self.driver.find_element("css selector", "nav")).perform()
        report.WebDriverWait(self.driver, 5).until_not(lambda _: self.tooltip())
        width, height = self.run_js("return [shown.width, shown.height]")
        canvas = self.run_js("return shown.canvas")
        mouse.move_to_element_with_offset(canvas, round(x - width / 2), round(y - height / 2)).perform()
        self.wait_for_tooltip()

    def assert_nearest(self, tooltip, value):
        """The epoch told is the nearest to the place; a pixel's rounding may choose between two."""
        epoch = int(tooltip["title"].removeprefix("epoch "))
        self.assertLessEqual(abs(epoch - max(value, 1)), 0.55, tooltip)

    def test_every_place_tells_every_row_of_the_nearest_epoch(self):
        self.open(3, edit=spread)
        for title in ("Classifier: train and test accuracy", "Pretraining: train and test"):
            self.show(title)
            for i, (x, value) in enumerate(self.pixels(12)):
                self.hover(x, [60, 180][i % 2])
                tooltip = self.tooltip()
                self.assert_nearest(tooltip, value)
                self.assertEqual(len(tooltip["lines"]), 6, (title, tooltip))
                for i, line in enumerate(tooltip["lines"]):
                    row = i // 2 + 1
                    self.assertRegex(line, rf"^{row}  pretrain.optimizer.lr={row} \((test|train)\): \d+\.\d+ ± 0")

    def test_rows_of_one_epoch_are_told_together(self):
        self.open(3, edit=lambda record, row, seed: looks.one_epoch(record, 0.22 + 0.01 * row + 0.001 * seed))
        self.show("Pretraining: training loss")
        for x, _ in self.pixels(4):
            self.hover(x, 100)
            self.assertEqual((self.tooltip()["title"], len(self.tooltip()["lines"])), ("epoch 1", 3))

    def test_a_tap_tells_and_many_rows_are_counted(self):
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 390)
        def edit(record, row, seed):
            spread(record, row, seed)
            record["config"]["encoder"][0][1].update(type="a name that is longer than a phone is wide, number " + str(row))
        self.open(20, edit=edit)
        self.run_js("[...document.querySelectorAll('.chooser button')].find((b) => b.textContent === 'All').click()")
        self.show("Classifier: train and test accuracy")
        place = self.run_js("const {left, top} = shown.canvas.getBoundingClientRect(); return [left, top]")
        for x, value in self.pixels(4):
            self.driver.execute_cdp_cmd("Input.synthesizeTapGesture", {
                "x": place[0] + x, "y": place[1] + 120, "gestureSourceType": "touch"})
            self.wait_for_tooltip()
            tooltip = self.tooltip()
            self.assert_nearest(tooltip, value)
            self.assertEqual((len(tooltip["lines"]), tooltip["footer"]), (6, "and 17 more rows"))
            left, right, wide = self.run_js("const t = shown.tooltip; return [t.x, t.x + t.width, shown.width]")
            self.assertTrue(0 <= left and right <= wide, (left, right, wide))


if __name__ == "__main__":
    unittest.main(verbosity=2)
