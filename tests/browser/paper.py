#!/usr/bin/python3
"""The report on paper, as headless Chromium prints it: every chart whole and in its place, headings with
what follows them, light. Asserted on the PDF's own drawing commands.

Run by ctest as report.py is, which makes the pages.
"""
import base64
import re
import subprocess
import tempfile
import unittest
import zlib

import axes
import report


class Pdf:
    """What a PDF by Chromium draws: the rectangles of its charts, and the headings' places."""

    def __init__(self, data):
        self.objects = {int(number): body for number, body in
                        re.findall(rb"(?s)\n(\d+) 0 obj\n(.*?)\nendobj", data)}
        self.pages = [number for number, body in self.objects.items() if body.startswith(b"<</Type /Page\n")]
        self.outline = sorted(number for number, body in self.objects.items() if b"\n/Dest [" in body)

    def stream(self, number):
        return zlib.decompress(re.search(rb"(?s)stream\r?\n(.*)\nendstream", self.objects[number]).group(1))

    def drawn(self, page):
        """The page's drawing commands, with those of the forms (each as large as the page) it is made of."""
        text = self.stream(int(re.search(rb"/Contents (\d+)", self.objects[page]).group(1)))
        while forms := [f for f in re.finditer(rb"/X(\d+) Do", text)
                        if b"/Subtype /Form" in self.objects[int(f.group(1))].split(b"stream")[0]]:
            text = text[:forms[0].start()] + self.stream(int(forms[0].group(1))) + text[forms[0].end():]
        return text

    def charts(self, page):
        """(left, top, right, bottom) in points, and what is seen of it in the chart's own pixels: a canvas
        is drawn into a window that begins where its own coordinates do, and scaled."""
        number = rb"(-?[\d.]+) "
        window = rb"\nq\n" + 4 * number + rb"re\nW\* n\nq\n" + number + rb"0 0 " + 3 * number + rb"cm\n"
        drawn, found = self.drawn(page), {}
        unit = float(re.match(rb"([\d.]+) 0 0 ", drawn).group(1))
        for values in re.findall(window, drawn):
            left, top, wide, high, scale, _, begins, starts = map(float, values)
            card = 100 < wide * unit < 0.6 * self.width(page)  # neither a legend's sample nor the page
            if card and abs(left - begins) < 3 and abs(top - starts) < 3:
                found[left, top] = (left * unit, top * unit, (left + wide) * unit, (top + high) * unit,
                                    wide / scale, high / scale)
        return list(found.values())

    def headings(self):
        """(title, page), in their order."""
        places = [re.search(rb"/Title \((.*)\)\n/Dest \[(\d+) 0 R", self.objects[n]) for n in self.outline]
        return [(place.group(1).decode("latin-1"), int(place.group(2))) for place in places if place]

    def width(self, page):
        return float(re.search(rb"/MediaBox \[0 0 ([\d.]+)", self.objects[page]).group(1))


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.page, cls.many = report.make_pages(cls.folder.name)
        cls.driver = report.browser()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.folder.cleanup()

    def plots(self, page):
        self.driver.get(page.as_uri())
        return self.driver.execute_script("return [...document.querySelectorAll('.plot canvas')]"
                                          ".filter(c => c.offsetHeight).length")

    def printed(self, **options):
        made = self.driver.execute_cdp_cmd("Page.printToPDF", {
            "generateDocumentOutline": True, "generateTaggedPDF": True, **options})
        return Pdf(base64.b64decode(made["data"]))

    def assert_charts_whole(self, pdf, count):
        self.assertEqual(sum(len(pdf.charts(page)) for page in pdf.pages), count)
        for page in pdf.pages:
            charts = pdf.charts(page)
            for i, (left, top, right, bottom, wide, high) in enumerate(charts):
                self.assertGreater(left, 28)
                self.assertLess(right, pdf.width(page) - 28)
                self.assertGreater(wide, 398)  # all that is drawn: a chart on paper is 400 pixels wide
                self.assertGreater(high, 150)
                for other in charts[:i]:
                    apart = other[2] <= left or right <= other[0] or other[3] <= top or bottom <= other[1]
                    self.assertTrue(apart, (other, charts[i]))

    def test_the_command_line_prints_whole_charts(self):
        for page in (self.page, self.many):
            file = page.with_suffix(".pdf")
            subprocess.run([report.program("chromium", "chromium-browser"), "--headless", "--no-sandbox",
                            "--disable-gpu", f"--print-to-pdf={file}", page.as_uri()],
                           check=True, capture_output=True)
            self.assert_charts_whole(Pdf(file.read_bytes()), self.plots(page))

    def test_a4_and_a_phone_s_page_print_whole_charts(self):
        self.addCleanup(report.media, self.driver, 1280)
        for width in (1280, 794):
            report.media(self.driver, width)
            count = self.plots(self.page)
            self.assert_charts_whole(self.printed(paperWidth=8.27, paperHeight=11.69), count)
        report.media(self.driver, 390)  # folded up on the screen, not on paper
        self.plots(self.page)
        self.assert_charts_whole(self.printed(paperWidth=8.27, paperHeight=11.69), count)

    def test_headings_keep_with_what_follows(self):
        for page in (self.page, self.many):
            self.plots(page)
            for height in (8, 9, 10, 11, 12, 13):
                pdf = self.printed(paperWidth=8.27, paperHeight=height)
                places = pdf.headings()
                follows = {title: places[i + 1][1] for i, (title, _) in enumerate(places[:-1])}
                for title, place in places:
                    if title in ("Curves", "Figures", "Pixels") and (page, title) != (self.many, "Curves"):
                        self.assertEqual(place, follows[title], (page.name, height, title))
                        self.assertTrue(pdf.charts(place), (page.name, height, title))

    def test_a_dark_page_prints_light_and_is_as_it_was_after(self):
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 1280, dark=True)
        self.plots(self.page)
        sizes = ("return [document.documentElement.dataset.theme, ...Object.values(Chart.instances).map(c => "
                 "[c.width, c.height, c.currentDevicePixelRatio])]")
        before = self.driver.execute_script(sizes)
        self.assertEqual(before[0], "dark")
        self.driver.execute_script(
            "window.printed = null;"
            "window.addEventListener('beforeprint', () => window.printed = document.documentElement.dataset.theme);")
        pdf = self.printed()
        self.assertEqual(self.driver.execute_script("return window.printed"), "light")
        ground = b".0784 .0902 .1059 rg"  # --paper of the dark page
        self.assertFalse([page for page in pdf.pages if ground in pdf.drawn(page)])
        self.assertEqual(self.driver.execute_script(sizes), before)
        self.assertEqual(self.driver.get_log("browser"), [])

    def test_a_chart_on_paper_keeps_its_size(self):
        self.plots(self.page)
        sizes = ("const c = Object.values(Chart.instances)[0], sizes = [[c.width, c.height]];"
                 "for (const event of ['beforeprint', 'afterprint']) {"
                 "  window.dispatchEvent(new Event(event)); if (event === 'beforeprint') c.resize(300, 115);"
                 "  sizes.push([c.width, c.height]); } return sizes")
        before, paper, after = self.driver.execute_script(sizes)
        self.assertEqual(paper, [400, 280])
        self.assertEqual(after, before)

    def test_keys_break_only_where_their_words_end(self):
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 671, "print")
        def edit(record, row, seed):
            record["provenance"]["command_line"] = ["build/strata", "run", f"experiments/lecture/row-{row}.yaml", "-v" * 60]
        self.plots(axes.Records(self.folder.name).page("keys", 6, seeds=1, edit=edit))
        lines = self.driver.execute_script(
            "return [...document.querySelectorAll('td.keyname')].filter((c) => c.offsetHeight).map((c) => {"
            "  const range = document.createRange(); range.selectNodeContents(c);"
            "  return [c.textContent, c.querySelectorAll('wbr').length + c.textContent.split(' ').length,"
            "          new Set([...range.getClientRects()].map((r) => r.top)).size, c.scrollWidth - c.clientWidth]; })")
        self.assertIn("≠ command_line", [text for text, *_ in lines])
        for text, most, count, beyond in lines:
            self.assertLessEqual(count, most, text)
            self.assertLessEqual(beyond, 0, text)

    def test_emulated_print_fits_charts_to_their_cards(self):
        self.addCleanup(report.media, self.driver, 1280)
        report.media(self.driver, 1280, dark=True)
        self.plots(self.page)
        report.media(self.driver, 718, "print", dark=True)
        self.assertEqual(self.driver.execute_script("return document.documentElement.dataset.theme"), "light")
        outside = ("return [...document.querySelectorAll('.plot canvas')].map(c => [c.getBoundingClientRect(), "
                   "c.closest('.panel').getBoundingClientRect()])"
                   ".filter(([c, p]) => c.left < p.left || c.right > p.right || c.bottom > p.bottom || "
                   "c.width < 0.9 * p.width || c.height > p.height).length")
        self.assertEqual(self.driver.execute_script(outside), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
