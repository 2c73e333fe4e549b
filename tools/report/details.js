'use strict';
// Settings, provenance and runs.

/** What every record has of a run's provenance, also of one that was killed. */
const alwaysKnown = ['source file'];

/** Keys down, rows across; what differs is marked, and at first only that is shown. A row of which
 * nothing is known is unlike no other. */
function differenceSection(id, title, part) {
  const lists = report.groups.map((group) =>
    new Map((group[part] || []).filter(([key]) => key !== '').map(([key, value]) => [key, value === '' ? '[]' : value])));
  const known = lists.map((list) => [...list.keys()].some((key) => !alwaysKnown.includes(key)));
  const keys = [...new Set(lists.flatMap((list) => [...list.keys()]))];
  if (keys.length === 0) return;
  // A setting that a row lacks is no difference where the whole part is not used: the rate of a
  // pretraining beside a row without one.
  const isIn = (key, part) => key.startsWith(part) && '.['.includes(key[part.length] ?? '.');
  const uses = (list, key) => [...list.keys()].some((other) => isIn(key, other) || isIn(other, key.replace(/\[.*/, '')));
  const tells = (list, row, key) => list.has(key) || (known[row] && (part !== 'settings' || uses(list, key)));
  const differs = (key) => new Set(lists.filter((list, row) => tells(list, row, key)).map((list) => list.get(key))).size > 1;
  const changed = keys.filter(differs);
  const rowOf = (key) => {
    const mark = changed.includes(key);
    const cells = lists.map((list) =>
      make('td', {class: 'value' + (mark && list.has(key) ? ' differs' : '')}, ...breakable(list.get(key) ?? '–')));
    return make('tr', {}, make('td', {class: 'keyname'}, ...breakable((mark ? '≠ ' : '') + key)), ...cells);
  };
  const names = report.groups.map((_, row) => rowName(row));
  const header = ['key', ...names.map((name, row) => numbered ? `row ${row + 1}` : name)];
  const head = make('tr', {}, ...header.map((name, i) => make('th', {class: 'value', title: i && numbered ? names[i - 1] : null}, ...breakable(name))));
  const rows = make('tbody', {}, ...(changed.length ? changed : keys).map(rowOf));
  const box = asCards(make('table', {}, make('thead', {}, head), rows), header);
  const toggle = pressed('Show what is equal too', false, (all) => {
    rows.replaceChildren(...(all ? keys : changed).map(rowOf));
    nameCells(box, header);
    box.classList.toggle('all', all);
  });
  addSection(id, title, numbered && !manyRows ? make('ol', {class: 'rows'}, ...report.groups.map(({label}) => make('li', {}, label))) : null,
    manyRows ? make('p', {class: 'hint'}, 'The numbers are the rows of the overview.') : null,
    part === 'provenance' ? make('p', {class: 'hint'}, 'Of each row’s first run.') : null,
    changed.length && changed.length < keys.length ? make('div', {class: 'controls'}, toggle) : null,
    scrolling(title, box));
}

function runSection() {
  const metrics = comparison.metrics.map(({name}) => name);
  const header = ['row', 'name', 'run', 'seed', 'status', ...metrics, 'record'];
  const numeric = [0, 3, ...metrics.map((_, i) => i + 5)];
  const rows = comparison.groups.flatMap((group, g) => group.runs.map((run) =>
    [String(g + 1), make('td', {class: 'named'}, ...breakable(run.name)), run.run_id, String(run.seed), run.status,
     ...metrics.map((name) => make('td', {class: 'number', 'data-value': run.metrics[name]}, figure(run.metrics[name], null))),
     make('td', {class: 'value'}, run.path)]));
  addSection('runs', 'Runs', make('details', {}, make('summary', {}, rows.length === 1 ? 'The run, its figures and its record' : `All ${rows.length} runs, their figures and records; a press on a head sorts`),
    scrolling('Table of runs', asCards(sortable(table(header, rows, numeric)), header, 99))));
}
