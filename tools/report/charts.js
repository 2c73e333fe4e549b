'use strict';
// What the charts share: bands, stage boundaries, intervals.

/** The spread of one epoch alone, which has no area: a line with its ends. */
function drawSpread(ctx, at, low, high, color) {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(at, low);
  ctx.lineTo(at, high);
  for (const end of [low, high]) {
    ctx.moveTo(at - 5, end);
    ctx.lineTo(at + 5, end);
  }
  ctx.stroke();
}

/** The spread over seeds, as an area behind each curve. */
const bandPlugin = {
  id: 'bands',
  beforeDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {x, y}} = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    chart.data.datasets.forEach((set, index) => {
      if (!set.bands || set.faint || !chart.isDatasetVisible(index)) return;
      ctx.fillStyle = set.borderColor + '30';
      const height = (value) => y.type === 'logarithmic' && value <= 0 ? area.bottom : y.getPixelForValue(value);
      for (const band of set.bands) {
        if (band.length === 1) {
          drawSpread(ctx, x.getPixelForValue(band[0].x), height(band[0].low), height(band[0].high), set.borderColor);
          continue;
        }
        ctx.beginPath();
        band.forEach((p, i) => ctx[i ? 'lineTo' : 'moveTo'](x.getPixelForValue(p.x), height(p.high)));
        [...band].reverse().forEach((p) => ctx.lineTo(x.getPixelForValue(p.x), height(p.low)));
        ctx.closePath();
        ctx.fill();
      }
    });
    ctx.restore();
  },
};

/** Where a stage begins. */
const stagePlugin = {
  id: 'stages',
  afterDatasetsDraw(chart, _, options) {
    const {ctx, chartArea: area, scales: {x}} = chart;
    ctx.save();
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.fillStyle = ctx.strokeStyle = cssColor('--soft');
    for (const mark of options.boundaries || []) {
      const left = x.getPixelForValue(mark.x);
      if (left < area.left - 1 || left > area.right) continue;
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(left, area.top);
      ctx.lineTo(left, area.bottom);
      ctx.stroke();
      const room = ctx.measureText(mark.label).width;
      ctx.textAlign = left + room > area.right ? 'right' : 'left';
      ctx.fillText(mark.label, left, area.top - 4);
    }
    ctx.restore();
  },
};

/** 95 % intervals on bars. */
const whiskerPlugin = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {x}} = chart;
    ctx.save();
    ctx.beginPath();  // an interval that goes on beyond the axis ends there
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    ctx.strokeStyle = cssColor('--ink');
    ctx.lineWidth = 1.5;
    chart.data.datasets.forEach((set, d) => {
      if (!set.intervals) return;
      chart.getDatasetMeta(d).data.forEach((bar, i) => {
        const interval = set.intervals[i];
        if (!interval || interval[0] === null) return;
        const [low, high] = interval.map((value) =>
          x.type === 'logarithmic' && value <= 0 ? area.left - 10 : x.getPixelForValue(value));
        ctx.beginPath();
        ctx.moveTo(low, bar.y);
        ctx.lineTo(high, bar.y);
        for (const end of [low, high]) {
          ctx.moveTo(end, bar.y - 5);
          ctx.lineTo(end, bar.y + 5);
        }
        ctx.stroke();
      });
    });
    ctx.restore();
  },
};

/** A chart's canvas; `paperHeight`: its height in pixels where it is `paperWidth` across. */
function plotCanvas(label, paperHeight) {
  return make('canvas', {role: 'img', 'aria-label': label, 'data-paper-height': paperHeight});
}

/** Where a logarithmic axis may be marked, decades first, then their fives, twos and the rest; within
 * one decade, round steps. */
function logMarks(min, max) {
  const marks = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); ++power)
    for (const [rank, digits] of [[1], [5], [2], [3, 4, 6, 7, 8, 9]].entries())
      marks.push(...digits.map((digit) => ({rank, value: Number(`${digit}e${power}`)})));
  const within = marks.filter(({value}) => value >= min && value <= max);
  if (within.length > 2) return within.sort((a, b) => a.rank - b.rank).map(({value}) => value);
  const step = 10 ** Math.floor(Math.log10((max - min) / 2 || min));
  const first = Math.ceil(min / step), count = Math.floor(max / step) - first + 1;
  return Array.from({length: count}, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** The ticks of an axis that may be logarithmic: there those of logMarks whose labels do not touch. */
const tickMarks = {
  afterBuildTicks: (scale) => {
    if (scale.type !== 'logarithmic') return;
    const across = scale.isHorizontal();
    const place = (value) => Math.log10(value / scale.min) / Math.log10(scale.max / scale.min) *
      (across ? scale.width : scale.height);
    const room = (value) => across ? 8 * String(value).length + 12 : 22;
    const kept = [];
    for (const value of logMarks(scale.min, scale.max))
      if (kept.every((other) => Math.abs(place(value) - place(other)) > (room(value) + room(other)) / 2)) kept.push(value);
    scale.ticks = kept.sort((a, b) => a - b).map((value) => ({value}));
  },
  ticks: {
    callback(value, index, ticks) {
      return this.type === 'logarithmic' ? String(value) : Chart.Ticks.formatters.numeric.call(this, value, index, ticks);
    },
    autoSkip: false,
  },
};
