'use strict';
// The curves: zoom, the names that show and hide them, a chart for each quantity.

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

/** The names of rows: by pointer or keyboard each shows its curve alone in `charts`, pressed it hides
 * or shows it. Of many rows the first are drawn, and buttons choose others; a chart that has none of
 * those chosen is left out. */
function legend(rows, charts) {
  const shown = new Set(manyRows ? rows.slice(0, mostRows) : rows);
  const told = make('span', {class: 'drawn', 'aria-live': 'polite'});
  const draw = (alone = null) => {
    for (const [row, button] of buttons) button.setAttribute('aria-pressed', String(shown.has(row)));
    told.textContent = `${shown.size} of ${rows.length} rows drawn`;
    for (const chart of charts) chart.showRows(shown, alone);
  };
  const buttons = new Map(rows.map((row) => {
    const button = make('button', {type: 'button'}, sampleOf(row), rowName(row));
    button.addEventListener('click', () => {
      const hides = shown.delete(row);
      if (!hides) shown.add(row);
      draw(hides ? null : row);
    });
    button.addEventListener('pointerenter', (event) => event.pointerType === 'mouse' && draw(row));
    button.addEventListener('focus', () => button.matches(':focus-visible') && draw(row));
    for (const leaving of ['pointerleave', 'blur']) button.addEventListener(leaving, () => draw());
    return [row, button];
  }));
  let first = 0;
  const choose = (text, from, count) => {
    const button = make('button', {type: 'button'}, text);
    button.addEventListener('click', () => {
      first = from();
      shown.clear();
      rows.slice(first, first + count).forEach((row) => shown.add(row));
      draw();
    });
    return button;
  };
  const list = make('ul', {class: manyRows ? 'key all' : 'key'}, ...[...buttons.values()].map((b) => make('li', {}, b)));
  draw();
  if (!manyRows) return list;
  return make('div', {}, make('div', {class: 'controls chooser'}, choose(`First ${mostRows}`, () => 0, mostRows),
    choose(`Next ${mostRows}`, () => first + mostRows < rows.length ? first + mostRows : 0, mostRows),
    choose('All', () => 0, rows.length), choose('None', () => 0, 0), told),
    scrolling('Names of the rows', list, true));
}

/** What is drawn of the curves shown between the ends of the epochs' axis: {low, high}. */
function shownRanges(chart) {
  const {min = -Infinity, max = Infinity} = chart.options.scales.x;
  return chart.data.datasets.filter((_, index) => chart.isDatasetVisible(index))
    .flatMap((set) => [...set.data.map(({x, y}) => ({x, low: y, high: y})), ...set.bands.flat()])
    .filter(({x, low}) => x >= min && x <= max && Number.isFinite(low));
}

/** The y axis takes in the curves shown and their bands, and a share's ends at 0 and 1. It spans a
 * thousandth of its values at least, a hundredth where there is but one epoch, a fifth for one value. */
function holdBands(scale, share, oneEpoch) {
  const ranges = shownRanges(scale.chart);
  if (ranges.length === 0) return;
  const log = scale.type === 'logarithmic';
  const low = Math.min(...ranges.map((range) => range.low).filter((value) => !log || value > 0));
  const high = Math.max(...ranges.map((range) => range.high));
  if (log) {
    Object.assign(scale, {min: Math.min(scale.min, low), max: Math.max(scale.max, high)});
  } else {
    const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
    const least = size * (low === high ? 0.2 : oneEpoch ? 0.01 : 0.001);
    const margin = Math.max(0, least - (high - low)) / 2;
    Object.assign(scale, {min: low - margin, max: high + margin});
  }
  if (share) Object.assign(scale, {min: Math.max(scale.min, 0), max: Math.min(scale.max, 1)});
}

/** Where all curves are of one and the same epoch, they stand side by side around it. Returns the
 * epoch, or nothing. */
function spreadOneEpoch(curves) {
  const points = curves.flatMap((curve) => curve.points);
  const {epoch} = points[0];
  if (points.some((point) => point.epoch !== epoch || point.y === null)) return null;
  curves.forEach((curve, i) => {
    const shift = 0.8 * ((i + 0.5) / curves.length - 0.5);
    curve.points = curve.points.map((point) => ({...point, x: epoch + shift}));
  });
  return epoch;
}

/** Lines of a tooltip: more would hide the curves that it tells of. */
const mostTold = 6;

/** Under the pointer, wherever it is: the rows at the epoch nearest to it, as many as have room. Two
 * epochs may be equally near, of which the first is told. */
const epochTooltip = {
  filter: ({raw}, place, [first]) => raw.epoch === first.raw.epoch && place < mostTold,
  callbacks: {
    title: ([first]) => first ? `epoch ${first.raw.epoch}` : '',
    label: ({chart, dataset, raw}) =>
      `${shortRowName(dataset.row, Math.min(36, Math.round(chart.width / 7) - 30))}` +
      `${dataset.split ? ` (${dataset.split})` : ''}: ${figure(raw.y, raw.sd)}` +
      (raw.sd === null ? '' : ` ± ${figure(raw.sd, raw.sd)} (n = ${raw.n})`),
    footer: (items) => {
      if (!items.length) return '';
      const {chart, raw: {epoch}} = items[0];
      const told = ({datasetIndex, index}) => chart.data.datasets[datasetIndex].data[index].epoch === epoch;
      const rowsOf = (some) => new Set(some.map(({datasetIndex}) => chart.data.datasets[datasetIndex].row)).size;
      const more = rowsOf(chart.getActiveElements().filter(told)) - rowsOf(items);
      return more > 0 && items.length === mostTold ? `and ${counted(more, 'more row')}` : '';
    },
  },
};

/** curves: {row, points: [{x, epoch, y, sd, n}] (y null between stages)}; boundaries: {x, label}. */
function curvePanel(title, base, curves, boundaries, note) {
  const share = isShare(base), yTitle = base.replaceAll('_', ' ');
  const oneEpoch = spreadOneEpoch(curves);
  const canvas = plotCanvas(title, 280);
  const readout = make('span', {class: 'hint', 'aria-live': 'polite'});
  const box = panel(title, note ? make('p', {class: 'hint'}, note) : null, make('div', {class: 'plot'}, canvas));
  const bandsOf = (points) => {
    const bands = [[]];
    for (const p of points) {
      if (p.y === null) bands.push([]);
      else if (p.sd !== null) bands[bands.length - 1].push({x: p.x, low: p.y - p.sd, high: p.y + p.sd});
    }
    return bands.filter((band) => band.length > 0);
  };
  const paint = (set) => {
    const {color, dash, mark} = look(set.row);
    const drawn = set.faint ? color + '26' : set.split === 'train' ? color + '80' : color;
    Object.assign(set, {borderColor: drawn, backgroundColor: drawn, borderDash: dash, pointStyle: mark});
  };
  const several = new Set(curves.map(({split}) => split)).size > 1;
  const datasets = curves.map(({row, split, points}) => {
    const trains = several && split === 'train';  // drawn lighter, beside the others
    const set = {
      label: rowName(row), row, split: several ? split : '', hidden: manyRows, data: points,
      bands: trains ? [] : bandsOf(points), borderWidth: 2, pointRadius: trains || points.length > 60 ? 0 : 3, pointHoverRadius: 6, spanGaps: false,
    };
    paint(set);
    return set;
  });
  let onLog = null;  // until it is pressed, what is drawn decides
  const yScale = (rows) => {
    const values = curves.filter(({row}) => rows.has(row)).map(({points}) => points[points.length - 1].y);
    return onLog ?? (!share && spansMagnitudes(values.filter(Number.isFinite))) ? 'logarithmic' : 'linear';
  };
  const chart = new Chart(canvas, {
    type: 'line',
    data: {datasets},
    options: {
      parsing: false,
      interaction: {mode: oneEpoch === null ? 'nearest' : 'index', axis: 'x', intersect: false},
      layout: {padding: {top: boundaries.length ? 14 : 0}},
      scales: {
        x: {type: 'linear', title: {display: true, text: 'epoch'}, bounds: oneEpoch === null ? 'ticks' : 'data',
            ticks: {precision: 0},
            afterBuildTicks: (scale) => {
              if (oneEpoch !== null) scale.ticks = [{value: oneEpoch}];
            },
            afterDataLimits: (scale) => {
              if (oneEpoch !== null && scale.options.min === undefined)
                Object.assign(scale, {min: oneEpoch - 0.5, max: oneEpoch + 0.5});
            }},
        y: {title: {display: true, text: yTitle}, ...tickMarks,
            afterDataLimits: (scale) => holdBands(scale, share, oneEpoch !== null)},
      },
      plugins: {
        legend: {display: false},
        stages: {boundaries},
        tooltip: epochTooltip,
      },
    },
    plugins: [bandPlugin, stagePlugin],
  });
  const zoom = addZoom(chart, readout);
  const log = pressed('Log scale', false, (on) => {
    onLog = on;
    chart.options.scales.y.type = on ? 'logarithmic' : 'linear';
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
  chart.showRows = (shown, alone) => {
    box.hidden = !curves.some(({row}) => shown.has(row)) && manyRows;
    chart.options.scales.y.type = yScale(shown);
    log.setAttribute('aria-pressed', String(yScale(shown) === 'logarithmic'));
    datasets.forEach((set, index) => {
      set.faint = alone !== null && set.row !== alone;
      set.borderWidth = set.row === alone ? 4 : 2;
      set.order = set.row === alone ? -1 : 0;
      paint(set);
      chart.setDatasetVisibility(index, shown.has(set.row) || set.row === alone);
    });
    chart.update();
  };
  box.chart = chart;
  onTheme.push(() => {
    chart.data.datasets.forEach(paint);
    chart.update();
  });
  return box;
}

const severalDatasets = new Set(report.groups.map((group) => group.dataset)).size > 1;

/** What is drawn together: one quantity of stages that minimize the same thing. Errors of the pixels
 * of two data sets do not share an axis. */
function curveQuantities() {
  const found = new Map();
  report.groups.forEach((group, row) => {
    const epochs = {};
    for (const stage of group.stages) {
      for (const quantity of Object.keys(stage.series || {})) {
        const rate = quantity === 'learning_rate', target = rate ? null : stage.target;
        const dataset = rate || target === 'labels' ? null : group.dataset;
        const [, split = '', base = quantity] = /^(train|validation|test)\.(.*)$/.exec(quantity) ?? [];
        const key = JSON.stringify([stage.kind, base, target, dataset, base === 'loss' && stage.loss]);
        if (!found.has(key)) found.set(key, {stage, base, target, dataset, curves: new Map(), starts: new Map()});
        const entry = found.get(key);
        const begin = epochs[stage.kind] || 0;
        const id = `${row} ${split}`;
        if (!entry.curves.has(id)) entry.curves.set(id, {row, split, points: []});
        const {points} = entry.curves.get(id);
        if (points.length) points.push({x: begin + 0.5, y: null, sd: null, n: 0});
        const {mean, sd, n} = stage.series[quantity];
        mean.forEach((y, e) => points.push({x: begin + e + 1, epoch: begin + e + 1, y, sd: sd[e], n}));
        entry.starts.set(begin, stage.name);
      }
      epochs[stage.kind] = (epochs[stage.kind] || 0) + stage.epochs;
    }
  });
  // A rate that no schedule changes is a setting, and no curve.
  const changes = (point, i, points) => i > 0 && point.y !== null && points[i - 1].y !== null && point.y !== points[i - 1].y;
  for (const [key, {base, curves}] of found) {
    if (base !== 'learning_rate') continue;
    for (const [id, {points}] of curves) if (!points.some(changes)) curves.delete(id);
    if (curves.size === 0) found.delete(key);
  }
  const order = ({stage, base}) => ['pixels', 'codes', 'labels'].indexOf(stage.target) + (base === 'learning_rate' ? 0.5 : 0);
  return [...found.values()].sort((a, b) => order(a) - order(b) || (a.dataset || '').localeCompare(b.dataset || ''));
}

/** Whether the codes that these rows rebuild come from encoders of the same settings: whether all that
 * is set before their last stage of codes is equal. */
function sameCodes(rows) {
  const before = (row) => {
    const {stages, settings} = report.groups[row];
    const last = stages.filter((s) => s.kind === 'pretrain').map((s) => s.target).lastIndexOf('codes');
    const own = (key) => Number((/^pretrain\.stages\[(\d+)\]/.exec(key) || [])[1]) >= last;
    return JSON.stringify(settings.filter(([key, value]) => value !== '' && value !== 'none' &&
      !own(key) && /^(dtype|data|encoder|decoder|tied|pretrain)\b/.test(key)));
  };
  return new Set([...new Set(rows)].map(before)).size < 2;
}

/** What the bands, the lines of one epoch alone and the dashed lines are, where there are any. */
function curveLegend(charts) {
  const bands = charts.flatMap((chart) => chart.data.datasets.flatMap((set) => set.bands));
  const spreads = [['Bands', bands.some((band) => band.length > 1)],
                   ['upright lines of one epoch alone', bands.some((band) => band.length === 1)]]
    .filter(([, has]) => has).map(([name]) => name).join(' and ');
  return [spreads && `${spreads[0].toUpperCase()}${spreads.slice(1)}: one standard deviation over a row’s runs.`,
          charts.some((chart) => chart.options.plugins.stages.boundaries.length) && 'Dashed lines: a stage begins.',
          charts.some((chart) => chart.data.datasets.some(({split}) => split === 'train')) &&
            'Where training stands beside test, it is the lighter line without marks.',
          severalDatasets && 'Errors of pixels are drawn by data set: those of two are not comparable.']
    .filter(Boolean).join(' ');
}

function curveSection() {
  const panels = curveQuantities().map(({stage, base, target, dataset, curves: found, starts}) => {
    const curves = [...found.values()].sort((a, b) => a.row - b.row);
    const splits = ['train', 'validation', 'test'].filter((split) => curves.some((curve) => curve.split === split));
    const name = base === 'loss' ? `training loss (${stage.loss})`
      : `${splits.join(' and ').replace(' and ', splits.length > 2 ? ', ' : ' and ')} ${base.replaceAll('_', ' ')}`.trim();
    const unlike = target === 'codes' && !sameCodes(curves.map(({row}) => row));
    const title = `${stage.kind === 'pretrain' ? 'Pretraining' : 'Classifier'}: ${name}` +
      (target === 'pixels' || (target === 'codes' && base === 'loss') ? ` of ${target}` : '') +
      (dataset && severalDatasets ? ` of ${dataset}` : '') + (unlike ? ' (≠ not comparable between all rows)' : '');
    const boundaries = starts.size < 2 ? [] : [...starts].sort((a, b) => a[0] - b[0])
      .map(([x, label]) => ({x: x + 0.5, label}));
    return curvePanel(title, base === 'loss' ? name : base, curves, boundaries,
      unlike ? 'Errors of codes depend on the encoder that made the codes.' : null);
  });
  if (panels.length === 0) return;
  const rows = report.groups.map((_, row) => row);
  const explained = curveLegend(panels.map((box) => box.chart));
  addSection('curves', 'Curves', explained ? make('p', {class: 'hint'}, explained) : null,
    make('p', {class: 'hint screen'}, 'Drag across a part to enlarge it, double-click to see all. ' +
      'A name hides and shows its curve; under the pointer it shows it alone.'),
    legend(rows, panels.map((box) => box.chart)),
    make('div', {class: 'panels'}, ...panels));
}
