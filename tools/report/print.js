'use strict';
// Paper: light, with the charts drawn at a size of their own, which the style sheet fits to their
// cards. When `beforeprint` comes, the page still has the screen's layout, so that what a card will
// measure cannot be asked; where it does not come (a browser made to emulate print), the media
// query tells. Both may come.

/** Pixels across; a card on A4 or letter shows them at four fifths of this. */
const paperWidth = 400;
let themeOnScreen = null;

/** A chart of this size that a late answer to its card's former size does not change. */
function holdSize(chart, width, height) {
  chart.resize(width, height);
  chart.resize = () => {};
}

function toPaper() {
  if (onPaper) return;
  onPaper = true;
  themeOnScreen = theme();
  for (const chart of Object.values(Chart.instances)) {
    chart.options.responsive = false;
    chart.options.devicePixelRatio = 3;
  }
  setTheme('light');
  for (const chart of Object.values(Chart.instances))
    holdSize(chart, paperWidth, Number(chart.canvas.dataset.paperHeight));
}

function toScreen() {
  if (!onPaper) return;
  onPaper = false;
  for (const chart of Object.values(Chart.instances)) {
    delete chart.resize;
    chart.options.responsive = true;
    chart.options.devicePixelRatio = undefined;
  }
  setTheme(themeOnScreen);
  for (const chart of Object.values(Chart.instances)) chart.resize();
}

const paper = window.matchMedia('print');
paper.addEventListener('change', () => (paper.matches ? toPaper : toScreen)());
window.addEventListener('beforeprint', toPaper);
window.addEventListener('afterprint', toScreen);
