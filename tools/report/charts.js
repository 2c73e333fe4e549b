'use strict';
// Charts: curves with bands and stage boundaries, zoom, bars with intervals, histograms.

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
      if (!set.bands || !chart.isDatasetVisible(index)) return;
      ctx.fillStyle = set.borderColor + '30';
      for (const band of set.bands) {
        ctx.beginPath();
        band.forEach((p, i) => ctx[i ? 'lineTo' : 'moveTo'](x.getPixelForValue(p.x), y.getPixelForValue(p.high)));
        [...band].reverse().forEach((p) => ctx.lineTo(x.getPixelForValue(p.x), y.getPixelForValue(p.low)));
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
        const [low, high] = interval.map((value) => x.getPixelForValue(value));
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

/** Draws the part that the pointer drags over, larger. */
function addZoom(chart, readout) {
  const canvas = chart.canvas;
  let from = null;
  const show = (min, max) => {
    chart.options.scales.x.min = min;
    chart.options.scales.x.max = max;
    chart.update();
    readout.textContent = min === undefined ? '' : `epochs ${min.toFixed(1)} to ${max.toFixed(1)}`;
  };
  const at = (event) => {
    const {left, right} = chart.chartArea;
    const x = event.clientX - canvas.getBoundingClientRect().left;
    return Math.min(right, Math.max(left, x));
  };
  const shade = make('div', {class: 'shade', style:
    'position:absolute;top:0;bottom:0;display:none;background:rgba(128,128,128,.25);pointer-events:none'});
  canvas.parentNode.append(shade);
  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button === 0) from = at(event);
  });
  window.addEventListener('pointermove', (event) => {
    if (from === null) return;
    const to = at(event);
    shade.style.display = 'block';
    shade.style.left = Math.min(from, to) + 'px';
    shade.style.width = Math.abs(to - from) + 'px';
  });
  window.addEventListener('pointerup', (event) => {
    if (from === null) return;
    const ends = [from, at(event)].sort((a, b) => a - b);
    from = null;
    shade.style.display = 'none';
    if (ends[1] - ends[0] < 8) return;
    show(...ends.map((pixel) => chart.scales.x.getValueForPixel(pixel)));
  });
  canvas.addEventListener('dblclick', () => show(undefined, undefined));
  const scaled = (factor) => {
    const {min, max} = chart.scales.x;
    const middle = (min + max) / 2, half = (max - min) / 2 * factor;
    show(middle - half, middle + half);
  };
  return {in: () => scaled(0.5), out: () => scaled(2), all: () => show(undefined, undefined)};
}

/** How a row's curve looks: a short piece of it. */
function sampleOf(row) {
  const sample = make('canvas', {width: 68, height: 24, style: 'width:34px;height:12px', 'aria-hidden': 'true'});
  const draw = () => {
    const {color, dash, mark} = look(row);
    const ctx = sample.getContext('2d');
    ctx.setTransform(2, 0, 0, 2, 0, 0);
    ctx.clearRect(0, 0, 34, 12);
    ctx.strokeStyle = ctx.fillStyle = color;
    ctx.lineWidth = 2;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(0, 6);
    ctx.lineTo(34, 6);
    ctx.stroke();
    ctx.setLineDash([]);
    Chart.helpers.drawPoint(ctx, {pointStyle: mark, radius: 4, borderWidth: 2}, 17, 6);
  };
  draw();
  onTheme.push(draw);
  return sample;
}

/** A legend that works by keyboard, shows dashes and marks, and hides the rows' curves in `charts`. */
function legend(rows, charts) {
  return make('ul', {class: manyRows ? 'key all' : 'key'}, ...rows.map((row) => {
    const button = make('button', {type: 'button', 'aria-pressed': 'true'}, sampleOf(row), rowName(row));
    button.addEventListener('click', () => {
      const visible = button.getAttribute('aria-pressed') === 'false';
      button.setAttribute('aria-pressed', String(visible));
      for (const chart of charts) {
        chart.data.datasets.forEach((set, index) => {
          if (set.row === row) chart.setDatasetVisibility(index, visible);
        });
        chart.update();
      }
    });
    return make('li', {}, button);
  }));
}

/** curves: {row, points: [{x, y, sd, n}] (y null between stages)}; boundaries: {x, label}. */
function curvePanel(title, yTitle, curves, boundaries) {
  const canvas = make('canvas', {role: 'img', 'aria-label': title});
  const readout = make('span', {class: 'hint', 'aria-live': 'polite'});
  const box = panel(title, make('div', {class: 'plot'}, canvas));
  const bandsOf = (points) => {
    const bands = [[]];
    for (const p of points) {
      if (p.y === null) bands.push([]);
      else if (p.sd !== null) bands[bands.length - 1].push({x: p.x, low: p.y - p.sd, high: p.y + p.sd});
    }
    return bands.filter((band) => band.length > 1);
  };
  const paint = (set) => {
    const {color, dash, mark} = look(set.row);
    Object.assign(set, {borderColor: color, backgroundColor: color, borderDash: dash, pointStyle: mark});
  };
  const datasets = curves.map(({row, points}) => {
    const set = {
      label: rowName(row), row, data: points, bands: bandsOf(points), borderWidth: 2,
      pointRadius: points.length > 60 ? 0 : 3, pointHoverRadius: 6, spanGaps: false,
    };
    paint(set);
    return set;
  });
  const chart = new Chart(canvas, {
    type: 'line',
    data: {datasets},
    options: {
      parsing: false,
      interaction: {mode: 'x', intersect: false},
      layout: {padding: {top: boundaries.length ? 14 : 0}},
      scales: {
        x: {type: 'linear', title: {display: true, text: 'epoch'}, ticks: {precision: 0}},
        y: {title: {display: true, text: yTitle}},
      },
      plugins: {
        legend: {display: false},
        stages: {boundaries},
        tooltip: {callbacks: {
          title: (items) => items.length ? `epoch ${items[0].raw.x}` : '',
          label: ({dataset, raw}) =>
            `${shortRowName(dataset.row)}: ${figure(raw.y, raw.sd)}` + (raw.sd ? ` ± ${figure(raw.sd, raw.sd)} (n = ${raw.n})` : ''),
        }},
      },
    },
    plugins: [bandPlugin, stagePlugin],
  });
  const zoom = addZoom(chart, readout);
  const log = make('button', {type: 'button', 'aria-pressed': 'false'}, 'Log scale');
  log.addEventListener('click', () => {
    const type = chart.options.scales.y.type === 'logarithmic' ? 'linear' : 'logarithmic';
    chart.options.scales.y.type = type;
    log.setAttribute('aria-pressed', String(type === 'logarithmic'));
    chart.update();
  });
  const button = (text, label, action) => {
    const made = make('button', {type: 'button', 'aria-label': label}, text);
    made.addEventListener('click', action);
    return made;
  };
  box.append(make('div', {class: 'controls'},
    button('+', 'Zoom in', zoom.in), button('−', 'Zoom out', zoom.out),
    button('All', 'Show all epochs', zoom.all), log, readout));
  if (!manyRows) box.append(legend(curves.map(({row}) => row), [chart]));
  box.chart = chart;
  onTheme.push(() => {
    chart.data.datasets.forEach(paint);
    restyle(chart);
  });
  return box;
}

/** Canvas colours do not follow the style sheet by themselves. */
function restyle(chart) {
  for (const scale of Object.values(chart.options.scales)) {
    scale.ticks = {...scale.ticks, color: cssColor('--soft')};
    scale.grid = {...scale.grid, color: cssColor('--line')};
    if (scale.title) scale.title.color = cssColor('--soft');
  }
  chart.update();
}

/** The row's name in lines for the axis of bars, or its number where there are many. */
function axisName(row) {
  if (manyRows) return [String(row + 1)];
  const room = window.innerWidth < 640 ? 16 : 24;
  const lines = [''];
  for (const word of rowName(row).match(/[^\s,]{1,16}(,|\s+)?\s*/g) || []) {
    if ((lines[lines.length - 1] + word.trimEnd()).length > room) lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines.map((line) => line.trimEnd());
}

/** One bar for each row. bars: {row, value, interval, note}. The panel's closer(on) leaves out what
 * the bars share. */
function barPanel(title, bars) {
  const canvas = make('canvas', {role: 'img', 'aria-label': title});
  const names = bars.map(({row}) => axisName(row));
  const lines = Math.max(...names.map((name) => name.length));
  const each = manyRows ? 1.5 : Math.max(2.2, 0.6 + 0.95 * lines);
  const plot = make('div', {class: 'plot', style: `height:${5 + each * bars.length}rem`}, canvas);
  const colors = () => bars.map(({row}) => look(row).color + 'b0');
  const ends = bars.flatMap(({value, interval}) => [value, ...interval]).filter((end) => end !== null);
  const low = Math.min(...ends), high = Math.max(...ends), margin = (high - low) / 10 || Math.abs(low) / 10;
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {
      labels: names,
      datasets: [{data: bars.map(({value}) => value), intervals: bars.map(({interval}) => interval),
                  backgroundColor: colors(), maxBarThickness: 24}],
    },
    options: {
      indexAxis: 'y',
      scales: {
        x: {beginAtZero: true, suggestedMax: high},
        y: {ticks: {autoSkip: false}},
      },
      plugins: {
        legend: {display: false},
        tooltip: {callbacks: {title: ([{dataIndex}]) => shortRowName(bars[dataIndex].row),
                              label: ({dataIndex}) => bars[dataIndex].note}},
      },
    },
    plugins: [whiskerPlugin],
  });
  onTheme.push(() => {
    chart.data.datasets[0].backgroundColor = colors();
    restyle(chart);
  });
  const box = panel(title, plot);
  box.closer = (on) => {
    Object.assign(chart.options.scales.x, {
      beginAtZero: !on, min: on ? low - margin : undefined, max: on ? high + margin : undefined});
    chart.options.scales.x.ticks = {...chart.options.scales.x.ticks, maxTicksLimit: on ? 6 : 11,
      callback: on ? (value) => figure(value, margin) : Chart.Ticks.formatters.numeric};
    chart.update();
  };
  return box;
}

/** Pixel counts by grey level; the counts differ by orders of magnitude, so their scale is a log. */
function histogramPanel(title, counts, index) {
  const canvas = make('canvas', {role: 'img', 'aria-label': `Histogram of ${title}`});
  const total = counts.reduce((a, b) => a + b, 0);
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {
      labels: counts.map((_, grey) => grey),
      datasets: [{data: counts.map((count) => count / total || null), backgroundColor: look(index).color,
                  barPercentage: 1, categoryPercentage: 1}],
    },
    options: {
      scales: {
        x: {title: {display: true, text: 'grey level (byte)'}, grid: {display: false},
            ticks: {autoSkip: false, maxRotation: 0, callback: (grey) => grey % 51 === 0 ? grey : null}},
        y: {type: 'logarithmic', min: 1e-5, max: 1, title: {display: true, text: 'share of pixels (log)'},
            ticks: {callback: (value) => Number.isInteger(Math.log10(value)) ? value : ''}},
      },
      plugins: {legend: {display: false}},
    },
  });
  onTheme.push(() => {
    chart.data.datasets[0].backgroundColor = look(index).color;
    restyle(chart);
  });
  return panel(title, make('div', {class: 'plot small'}, canvas));
}
