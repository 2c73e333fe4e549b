'use strict';
// Bars with intervals, and the pixels' histograms.

/** The row's name in lines for the axis of bars; of many rows as much as one line takes. */
function axisName(row) {
  const room = window.innerWidth < 640 ? 16 : 30;
  if (numbered) return [shortRowName(row, room)];
  const lines = [''];
  for (const word of rowName(row).match(/[^\s,._=/]{0,16}[,._=/]?\s*/g)) {
    if ((lines[lines.length - 1] + word.trimEnd()).length > room) lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines.map((line) => line.trimEnd());
}

/** The ends of the bars' axis, linear and closer up. One interval over three times as wide as the
 * largest mean does not stretch it: it is cut. */
function barEnds(bars, share) {
  const means = bars.map(({value}) => value);
  const limit = 3 * Math.max(...means.map(Math.abs));
  const least = Math.max(-limit, means.every((mean) => mean >= 0) ? 0 : -Infinity);
  const most = Math.min(limit, share ? 1 : Infinity);
  const within = (value) => Math.min(most, Math.max(least, value));
  const ends = bars.flatMap(({value, interval}) => [value, ...interval]).filter((end) => end !== null).map(within);
  const low = Math.min(...ends), high = Math.max(...ends);
  const margin = low === high ? Math.abs(low) / 10 : Math.max((high - low) / 10, limit / 600);
  return {high, margin, closer: {min: within(low - margin), max: within(high + margin)}};
}

/** One bar for each row. bars: {row, value, interval, note}. The panel's closer(on) leaves out what
 * the bars share. Means that span magnitudes are drawn on a logarithmic scale until it is switched off. */
function barPanel(title, bars, share) {
  const names = bars.map(({row}) => axisName(row));
  const lines = Math.max(...names.map((name) => name.length));
  const height = 5 + (numbered ? 1.5 : Math.max(2.2, 0.6 + 0.95 * lines)) * bars.length;
  const canvas = plotCanvas(title, Math.min((numbered ? 12 : 16) * height, 1100));
  const plot = make('div', {class: 'plot', style: `height:${height}rem`}, canvas);
  const colors = () => bars.map(({row}) => look(row).color + 'b0');
  const means = bars.map(({value}) => value);
  const {high, margin, closer} = barEnds(bars, share);
  const state = {closer: false, log: !share && spansMagnitudes(means)};
  const xScale = () => {
    const near = state.closer && !state.log;
    return {
      type: state.log ? 'logarithmic' : 'linear', beginAtZero: !near,
      min: state.log ? 10 ** Math.floor(Math.log10(Math.min(...means))) : near ? closer.min : undefined,
      max: near ? closer.max : undefined, suggestedMax: high,
      title: {display: state.log, text: 'logarithmic scale'}, ...tickMarks,
      ticks: {...(state.log ? tickMarks.ticks : {}), maxTicksLimit: near ? 6 : 11, maxRotation: 0,
              ...(near ? {callback: (value) => figure(value, margin)} : {})},
    };
  };
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {
      labels: names,
      datasets: [{data: means, intervals: bars.map(({interval}) => interval),
                  backgroundColor: colors(), maxBarThickness: 24}],
    },
    options: {
      indexAxis: 'y',
      scales: {x: xScale(), y: {ticks: {autoSkip: false}}},
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
    chart.update();
  });
  const arrange = () => {
    chart.options.scales.x = xScale();
    chart.update();
  };
  const box = panel(title, plot);
  if (Math.min(...means) > 0 && !share)
    box.append(make('div', {class: 'controls'}, pressed('Log scale', state.log, (on) => {
      state.log = on;
      arrange();
    })));
  box.closer = (on) => {
    state.closer = on;
    arrange();
  };
  return box;
}

/** Pixel counts by grey level; the counts differ by orders of magnitude, so their scale is a log. */
function histogramPanel(title, counts, index) {
  const canvas = plotCanvas(`Histogram of ${title}`, 280);
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
    chart.update();
  });
  return panel(title, make('div', {class: 'plot small'}, canvas));
}

/** What has a chart of bars: a metric, or of one whose figures have several units each unit. */
function barQuantities() {
  return comparison.metrics.flatMap((metric) => {
    const bars = comparison.groups.map((group, row) => ({row, cell: group.metrics[metric.name]}))
      .filter(({cell}) => cell.n > 0 && Number.isFinite(cell.mean))
      .map(({row, cell}) => ({
        row, unit: cell.unit, value: cell.mean, interval: [cell.ci_low, cell.ci_high],
        note: `${figure(cell.mean, cell.sd)}` +
          (cell.sd === null ? '' : cell.ci_low === null ? ` ± ${figure(cell.sd, cell.sd)}, n = ${cell.n}`
            : ` [${figure(cell.ci_low, cell.sd)}, ${figure(cell.ci_high, cell.sd)}], n = ${cell.n}`),
      }));
    const units = [...new Set(bars.map(({unit}) => unit))];
    return units.map((unit) => {
      const same = bars.filter((bar) => bar.unit === unit);
      const apart = units.length > 1 && !(same.length > 1 && unit.includes('codes'));
      const title = metric.name + (units.length > 1 ? `: ${unit}` : '') +
        (metric.comparable || apart ? '' : ' (≠ not comparable between all rows)');
      return {title, share: isShare(metric.name), bars: same};
    });
  });
}

function barSection() {
  const quantities = barQuantities();
  if (quantities.length === 0) return;
  const drawn = [];
  let near = false;
  const draw = (part) => {
    const rows = new Set(part.map(({row}) => row));
    const boxes = quantities.map(({title, share, bars}) => ({title, share, bars: bars.filter(({row}) => rows.has(row))}))
      .filter(({bars}) => bars.length).map(({title, share, bars}) => barPanel(title, bars, share));
    boxes.forEach((box) => box.closer(near));
    drawn.push(...boxes);
    return make('div', {class: 'panels'}, ...boxes);
  };
  const closer = pressed('Closer', false, (on) => {
    near = on;
    drawn.forEach((box) => box.closer(on));
  });
  addSection('figures', 'Figures',
    make('p', {class: 'hint'}, (haveSpread ? 'Means with their 95 % intervals, cut where they go beyond the axis. ' : '') +
      'Bars begin at zero, closer up and on a logarithmic scale they do not.'),
    make('div', {class: 'controls'}, closer), ...inParts(report.groups.map((_, row) => ({row})), 5 * mostRows, draw));
}
