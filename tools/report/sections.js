'use strict';
// The report's sections, in their order.

/** The figures of the overview, without the empty ones. */
const filledCells = comparison.groups.flatMap((group) => comparison.metrics.map((metric) =>
  ({...group.metrics[metric.name], comparable: metric.comparable}))).filter(({n}) => n > 0);
const haveSpread = filledCells.some(({sd}) => sd !== null);

function summaryText() {
  return `${comparison.counts}. ` +
    (haveSpread ? 'Mean ± standard deviation over seeds; intervals are 95 % (Student’s t).' : '');
}

/** What the marks mean that the overview shows. */
function legendOfMarks() {
  const marks = [['★ best mean: no other row of 3 seeds or more on the same test data has its mean within its interval', ({best}) => best],
                 ['! chosen on the test data', ({chosen_on_test: chosen}) => chosen],
                 ['≠ not comparable between all rows', ({comparable}) => !comparable]];
  const shown = marks.filter(([, has]) => filledCells.some(has)).map(([text]) => text);
  return shown.length ? make('p', {class: 'hint'}, shown.join(' · ')) : null;
}

function flagBox() {
  const items = comparison.flags.map((flag) =>
    make('li', {}, make('b', {}, `${flag.mark}  `), ...breakable(flag.text)));
  const notes = comparison.notes.map((note) => make('li', {}, ...breakable(note)));
  if (items.length + notes.length === 0) return null;
  return make('div', {class: 'flags', role: 'note'}, make('b', {}, '⚠ Not to be compared without a thought'),
    make('ul', {}, ...items, ...notes));
}

function metricCell(metric, cell, completed) {
  if (cell.n === 0) return make('td', {class: 'number'}, '–');
  let text = figure(cell.mean, cell.sd);
  if (cell.sd !== null) text += ` ± ${figure(cell.sd, cell.sd)}`;
  if (cell.n !== completed) text += ` (n ${cell.n})`;
  if (cell.best) text += ' ★';
  if (cell.chosen_on_test) text += ' !';
  if (!metric.comparable) text += ' ≠';
  return make('td', {class: 'number' + (cell.best ? ' best' : '')}, text,
    cell.ci_low === null ? null
      : make('span', {class: 'ci'}, `[${figure(cell.ci_low, cell.sd)}, ${figure(cell.ci_high, cell.sd)}]`));
}

/** On a phone the cards after the first eight are shown by a button below them. */
function restOfCards(element) {
  const button = make('button', {type: 'button'}, 'Show the others');
  button.addEventListener('click', () => element.classList.add('all'));
  return make('caption', {}, button);
}

/** What a card says of each cell, where it says anything. */
function nameCells(element, header) {
  const {rows} = element.tBodies[0];
  for (const row of rows)
    [...row.cells].forEach((cell, i) => {
      cell.dataset.name = header[i];
      if (['', '–'].includes(cell.textContent)) cell.classList.add('nothing');
    });
  element.caption?.remove();
  if (rows.length > mostRows) element.append(restOfCards(element));
}

/** On a phone each row of the table becomes a card, its cells named, without those that say nothing;
 * on paper too, where there are more columns than the `most` that fit. */
function asCards(element, header, most = 8) {
  element.classList.add('cards');
  element.classList.toggle('many', header.length > most);
  nameCells(element, header);
  return element;
}

/** What most of many rows have, told once: a row then says in what it differs. */
function usualSettings() {
  const parts = comparison.keys.flatMap((key, k) => report.usual[k] ? [make('span', {class: 'setting', title: key},
    make('i', {}, report.short_keys[k] + ' '), ...breakable(report.usual[k])), ' '] : []);
  return parts.length ? make('p', {class: 'hint usual'}, 'Unless a row says otherwise: ', ...parts) : null;
}

/** All that varies in one cell, so that the figures stay in sight: words by themselves, numbers with
 * the setting's name, as in the row's label. */
function settingsCell(group) {
  const differing = comparison.keys.map((key, k) => ({key, name: report.short_keys[k], value: group.settings[key] ?? '', usual: report.usual[k] ?? ''}))
    .filter(({value, usual}) => value !== usual);
  const given = differing.filter(({value}) => value !== '');  // what a row lacks follows from the rest
  const parts = (given.length ? given : differing).flatMap(({key, name, value}) => {
    const word = /^[a-z]/i.test(value) && value !== 'true' && value !== 'false';
    return [make('span', {class: 'setting', title: key}, word ? null : make('i', {}, name + ' '), value || '–'), ' '];
  });
  const cell = make('td', {class: 'varying'}, ...(comparison.keys.length === 0 ? [group.names.join(', ')] : parts.length ? parts : ['all as usual']));
  cell.style.setProperty('--letters', cell.textContent.length);
  return cell;
}

function overviewSection() {
  const flagged = comparison.groups.some((group) => group.flags !== '');
  const rows = comparison.groups.map((group, g) => {
    const done = group.statuses.completed || 0;
    const records = Object.values(group.statuses).reduce((sum, count) => sum + count, 0);
    return [String(g + 1), settingsCell(group),
            done === records ? String(done) : `${done} of ${records}`, ...(flagged ? [group.flags] : []),
            ...comparison.metrics.map((metric) => metricCell(metric, group.metrics[metric.name], done))];
  });
  const header = ['row', comparison.keys.length ? 'settings' : 'name', 'runs', ...(flagged ? ['flags'] : []),
                  ...comparison.metrics.map((metric) => metric.name)];
  const numeric = header.map((_, i) => i).filter((i) => !['settings', 'name', 'flags'].includes(header[i]));
  const overview = asCards(table(header, rows, numeric), header);
  overview.classList.add('overview');
  // Settings that would take three lines and more of a column, or leave no room for the last of the
  // figures, stand above the row's figures.
  overview.classList.toggle('long', rows.some(([, settings]) => settings.textContent.length > 60));
  overview.style.setProperty('--figures', header.length - 2);
  const box = scrolling('Table of all rows', overview);
  addSection('overview', 'Overview', ...comparison.verdict.map((text) => make('p', {class: 'verdict'}, text)),
    flagBox(), usualSettings(), box, legendOfMarks(),
    ...report.notes.map((note) => make('p', {class: 'hint note'}, `Note: ${note}.`)));
  const inner = box.querySelector('.scroll');
  const fit = () => {  // intervals beside their means where there is room, else below
    overview.classList.add('roomy');
    if (inner.scrollWidth > inner.clientWidth) overview.classList.remove('roomy');
    if (inner.scrollWidth > inner.clientWidth) overview.classList.add('long');
  };
  new ResizeObserver(fit).observe(inner);
}

function pairedSection() {
  if (comparison.paired.length === 0) return;
  const several = comparison.baselines.length > 1;
  const lacks = (p) => p.comparable && p.difference.n === 0;
  const none = comparison.no_pairs && `${comparison.no_pairs}.`;
  const header = ['metric', 'row', 'difference', 'pairs', 'p (t)', 'p (Wilcoxon)', 'verdict'];
  const rows = comparison.paired.filter((p) => !lacks(p)).map((p) => {
    const d = p.difference;
    const interval = d.ci_low === null ? null
      : make('span', {class: 'ci'}, `[${endOf(d.ci_low, d.sd)}, ${endOf(d.ci_high, d.sd)}]`);
    const sign = d.mean > 0 ? '+' : '';
    return [p.metric, make('td', {class: 'named'}, ...breakable(rowName(p.group)),
              several ? ` from row ${p.baseline_row}` : ''),
            make('td', {class: 'number'}, p.comparable ? sign + figure(d.mean, d.sd) : '–', interval),
            p.unpaired ? `${d.n} (${p.unpaired} unpaired)` : String(d.n),
            pValue(p.p_t_holm), pValue(p.p_wilcoxon_holm), p.verdict];
  });
  addSection('paired', 'Paired differences',
    make('p', {class: 'hint'}, `From row ${comparison.baselines.map(rowName).join(' and ')}, ` +
      `${several ? 'each row from the one that agrees in all other settings, ' : ''}over shared seeds; the 95 % ` +
      'interval is of one difference alone, the p-values of the paired t-test and of Wilcoxon’s ' +
      'signed-rank test are corrected by Holm over the rows of a metric.'),
    rows.length ? scrolling('Table of paired differences', asCards(table(header, rows, [2, 3, 4, 5]), header)) : null,
    none ? make('p', {class: 'hint'}, none) : null,
    comparison.paired_note ? make('p', {class: 'hint'}, `${comparison.paired_note}.`) : null);
}

/** Names that need more room than a cell has stand upright. */
function heatTable(matrix, names) {
  const longest = Math.max(...names.map((name) => name.length));
  const head = make('tr', {}, make('th', {class: 'row', title: 'true class'}, 'true ↓ as →'),
    ...names.map((name) => make('th', {title: name}, longest > 2 ? make('span', {class: 'upright'}, name) : name)));
  const rows = matrix.map((row, r) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return make('tr', {}, make('th', {class: 'row', title: names[r]}, ...breakable(names[r])), ...row.map((count, c) => {
      const share = count / total;
      const text = share === 0 ? '' : share >= 0.0995 ? (100 * share).toFixed(0) : (100 * share).toFixed(1);
      return make('td', {
        class: share > 0.5 ? 'strong' : null, title: `${names[r]} taken for ${names[c]}: ${count} of ${total}`,
        // Rare confusions are what one looks for: the square root lifts them.
        style: `background: rgba(var(--heat), ${Math.sqrt(share).toFixed(3)})`,
      }, text);
    }));
  });
  const width = `min-width:${5 + 1.6 * names.length}rem`;
  return make('table', {class: 'heat', style: width}, make('thead', {}, head), make('tbody', {}, ...rows));
}

function classSection() {
  const withClasses = report.groups.map((group, row) => ({group, row})).filter(({group}) => group.by_class);
  const matrices = report.groups.map((group, row) => ({group, row})).filter(({group}) => group.counts);
  const tables = [];
  const byDataset = new Map();
  for (const entry of withClasses) {
    const key = JSON.stringify(entry.group.classes);
    byDataset.set(key, [...(byDataset.get(key) || []), entry]);
  }
  for (const [key, entries] of byDataset) {
    const names = JSON.parse(key) || [];
    const cells = ({group, row}) => {
      const {mean, sd} = group.by_class;
      const percent = mean.map((value) => fixed(100 * value, 1));
      const worst = fixed(100 * Math.min(...mean), 1);  // every class that shows it: they tie
      return [make('td', {class: 'named'}, ...breakable(rowName(row))), ...percent.map((text, c) =>
        make('td', {class: 'number' + (text === worst ? ' differs' : ''), title: names[c]},
          (text === worst ? '▼ ' : '') + text,
          sd[c] === null ? null : make('span', {class: 'ci'}, `± ${(100 * sd[c]).toFixed(1)}`)))];
    };
    const columns = entries[0].group.by_class.mean.map((_, c) => names[c] ?? String(c));
    const header = [`${entries[0].group.by_class.name.replace(/^per_class_/, '').replaceAll('_', ' ')} in %`, ...columns];
    tables.push(...inParts(entries, 5 * mostRows, (part) => scrolling('Accuracy by class',
      asCards(table(header, part.map(cells), columns.map((_, c) => c + 1)), header, 12))));
  }
  const heat = ({group, row}) => {
    const names = group.counts.map((_, c) => (group.classes || [])[c] ?? String(c));
    return panel(rowName(row), scrolling(`Confusion matrix of row ${row + 1}`, heatTable(group.counts, names)));
  };
  const heats = inParts(matrices, mostRows, (part) => make('div', {class: 'panels'}, ...part.map(heat)));
  if (tables.length + heats.length === 0) return;
  addSection('classes', 'Classes', ...tables, tables.length ? make('p', {class: 'hint'}, '▼ the row’s worst class, or classes that tie') : null,
    heats.length ? make('p', {class: 'hint'}, 'Of each true class (row), the share in % that was taken for each class, all seeds together.') : null,
    ...heats);
}

function pixelSection() {
  const entries = Object.entries(report.datasets).filter(([, pixels]) => pixels && pixels.histogram);
  if (entries.length === 0) return;
  addSection('pixels', 'Pixels',
    make('p', {class: 'hint'}, 'A squared error has a meaning only beside what the pixels vary: relative_error is the error over this variance.'),
    make('div', {class: 'panels'}, ...entries.map(([name, pixels], i) => histogramPanel(
      `${name}: mean ${pixels.mean.toFixed(4)}, variance ${pixels.variance.toFixed(4)}`, pixels.histogram, i))));
}

/** One tile of a sheet, --scale times its size. */
function tile(sheet, index, title) {
  const [height, width] = sheet.tile;
  const across = sheet.columns * (width + 1) - 1;
  const x = (index % sheet.columns) * (width + 1), y = Math.floor(index / sheet.columns) * (height + 1);
  return make('div', {class: 'tile', role: 'img', title, 'aria-label': title, style:
    `--width:${width};--height:${height};--across:${across};--x:${-x};--y:${-y}`});
}

function sheetBox(sheet, scale, attributes, ...children) {
  const style = `--sheet:url(${sheet.uri});--scale:${scale};${attributes.style || ''}`;
  return make('div', {...attributes, style}, ...children);
}

function scaleFor(sheet, pixels) {
  return Math.max(1, Math.round(pixels / sheet.tile[1]));
}

/** At which `columns` tiles, of about `pixels`, stand side by side within `room`, in quarters. */
function scaleInRow(sheet, columns, pixels, room) {
  const most = Math.floor(4 * (room / columns - 3) / sheet.tile[1]) / 4;
  return Math.max(1, Math.min(scaleFor(sheet, pixels), most));
}

/** So many tiles to a row that the last row is full too, where there is such a number. */
function filterColumns(count) {
  const columns = [10, 9, 8, 7, 6, 5].find((number) => count % number === 0);
  return columns ?? Math.min(count, 10);
}

function reconstructionBox(sheet, classes) {
  const cells = sheet.rows.flatMap((name, r) => [make('span', {class: 'tilerow'}, name),
    ...sheet.labels.map((label, c) => {
      const error = (sheet.errors || [])[r - 1]?.[c];
      return tile(sheet, r * sheet.columns + c, `${name}: ${classes[label] ?? label}` +
        (error === undefined || error === null ? '' : `, squared error ${error.toPrecision(3)}`));
    })]);
  return scrolling('Reconstructions', sheetBox(sheet, scaleInRow(sheet, sheet.labels.length, 56, 1060),
    {class: 'tiles', style: `grid-template-columns: max-content repeat(${sheet.labels.length}, max-content)`}, ...cells));
}

function worstBox(sheet, classes) {
  const name = (label) => classes[label] ?? String(label);
  return sheetBox(sheet, scaleFor(sheet, 64), {class: 'wrap worst'}, ...sheet.samples.map((sample, i) => make('figure', {},
    tile(sheet, i, `test image ${sample.index}`),
    make('figcaption', {}, `${name(sample.true)} as`, make('br'), make('b', {}, name(sample.predicted))))));
}

/** The classes beside the lines of their samples. */
function classStripes(labels, classes) {
  const stripes = [];
  for (const label of labels) {
    const last = stripes[stripes.length - 1];
    if (last?.label === label) last.count += 1;
    else stripes.push({label, count: 1});
  }
  return make('div', {class: 'names'}, ...stripes.map(({label, count}) =>
    make('span', {style: `flex:${count} 0 0`, title: classes[label] ?? label}, String(classes[label] ?? label))));
}

function imageSections() {
  const each = (part, title, hint, content, wide = false) => {
    const entries = report.groups.map((group, row) => ({sheet: group.images?.[part], group, row}))
      .filter(({sheet}) => sheet && !(sheet.rows && sheet.rows.length < 2));
    const draw = (some) => make('div', {class: wide ? 'panels wide' : 'panels'},
      ...some.map(({sheet, group, row}) => panel(rowName(row), content(sheet, group.classes || []))));
    if (entries.length) addSection(part, title, make('p', {class: 'hint'}, hint), ...inParts(entries, mostRows, draw));
  };
  each('reconstructions', 'Reconstructions', 'Originals above what each stage rebuilds; of each row’s first run.', reconstructionBox, true);
  each('filters', 'Filters', 'Weights of the first layer, each tile scaled by its largest: grey is 0, white positive.',
    (sheet) => make('div', {}, make('p', {class: 'hint'}, sheet.layer), sheetBox(sheet, scaleInRow(sheet, filterColumns(sheet.count), 42, 560),
      {class: 'wrap filters', style: `--columns:${filterColumns(sheet.count)};--width:${sheet.tile[1]}`}, ...Array.from({length: sheet.count}, (_, i) => tile(sheet, i, `${sheet.layer}, unit ${i}`)))));
  each('worst', 'Worst classified', 'Test images that cost the classifier most: true class, and what it took them for.', worstBox);
  each('codes', 'Codes', 'A line for each test sample, sorted by class, a column for each unit.',
    (image, classes) => make('figure', {style: 'margin:0'}, make('div', {class: 'stripes'}, classStripes(image.labels, classes),
      make('img', {class: 'codes', src: image.uri, alt: `Codes of ${image.block}`})),
      make('figcaption', {}, `${image.block} after ${image.stage}: ${image.units} units, ${image.labels.length} samples`)));
}

document.getElementById('summary').textContent = summaryText();
overviewSection();
pairedSection();
curveSection();
barSection();
classSection();
pixelSection();
imageSections();
differenceSection('settings', 'Settings', 'settings');
differenceSection('provenance', 'Provenance', 'provenance');
runSection();
if (paper.matches) toPaper();
