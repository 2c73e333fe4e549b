'use strict';
// What the sections share: the data, small helpers, the look of the rows' marks and the theme.

const report = JSON.parse(document.getElementById('data').textContent);
const comparison = report.comparison;

/** An element; children are nodes or text, attributes by name. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A section with its entry in the contents. Empty ones are not added. On a phone all but
 * the overview and the curves are folded up at first (style.css): only there the button shows. */
function addSection(id, title, ...children) {
  const content = children.filter(Boolean);
  if (content.length === 0) return null;
  const button = make('button', {type: 'button', class: 'fold', 'aria-label': `Show ${title}`});
  const section = make('section', {id}, make('h2', {}, title, button), ...content);
  const fold = (folded) => {
    section.classList.toggle('folded', folded);
    button.textContent = folded ? 'Show' : 'Hide';
    button.setAttribute('aria-expanded', String(!folded));
  };
  fold(!['overview', 'curves'].includes(id));
  button.addEventListener('click', () => fold(!section.classList.contains('folded')));
  document.getElementById('report').append(section);
  const link = make('a', {href: '#' + id}, title);
  link.addEventListener('click', () => fold(false));
  document.getElementById('contents').append(link);
  return section;
}

/** A button that is on or off; `change` is told which. */
function pressed(text, on, change) {
  const button = make('button', {type: 'button', 'aria-pressed': String(on)}, text);
  button.addEventListener('click', () => {
    const now = button.getAttribute('aria-pressed') === 'false';
    button.setAttribute('aria-pressed', String(now));
    change(now);
  });
  return button;
}

function panel(title, ...children) {
  return make('div', {class: 'panel'}, make('h3', {}, title), ...children);
}

/** Of the entries of many rows the `first` are drawn at once, the others in parts, each where it is unfolded. */
function inParts(entries, first, draw) {
  if (entries.length === 0) return [];
  const parts = [draw(entries.slice(0, first))];
  for (let from = first; from < entries.length; from += 5 * first) {
    const part = entries.slice(from, from + 5 * first);
    const [low, high] = [part[0].row + 1, part[part.length - 1].row + 1];
    const folded = make('details', {class: 'part'}, make('summary', {}, low === high ? `Row ${low}` : `Rows ${low} to ${high}`));
    folded.addEventListener('toggle', () => folded.append(draw(part)), {once: true});
    parts.push(folded);
  }
  return parts;
}

/** A wide thing that scrolls by itself, or a high one `down`, also from the keyboard; where something
 * is cut off, a button says so and scrolls on. */
function scrolling(label, child, down = false) {
  const inner = make('div', {class: down ? 'keys' : 'scroll', tabindex: '0', role: 'region', 'aria-label': label}, child);
  const cue = make('button', {type: 'button', class: 'cue'}, down ? 'more ↓' : 'more →');
  cue.addEventListener('click', () => inner.scrollBy(
    {[down ? 'top' : 'left']: (down ? inner.clientHeight : inner.clientWidth) / 2, behavior: 'smooth'}));
  const update = () => {
    cue.hidden = down ? inner.scrollTop + inner.clientHeight > inner.scrollHeight - 2
                      : inner.scrollLeft + inner.clientWidth > inner.scrollWidth - 2;
  };
  inner.addEventListener('scroll', update);
  const watch = new ResizeObserver(update);
  watch.observe(inner);
  watch.observe(child);
  return make('div', {class: 'scroller'}, cue, inner);
}

/** A text that may be broken where its words end: "fashion_mnist" before "mnist". */
function breakable(text) {
  return text.split(/(?<=[_/=.])(?=[a-z])/i).flatMap((part, i) => i ? [make('wbr'), part] : [part]);
}

function table(header, rows, numeric = []) {
  const cell = (tag, value, column) => {
    if (value instanceof Node && value.tagName === tag.toUpperCase()) return value;
    return make(tag, {class: numeric.includes(column) ? 'number' : null}, ...breakable(value));
  };
  return make('table', {},
    make('thead', {}, make('tr', {}, ...header.map((h, i) => cell('th', h, i)))),
    make('tbody', {}, ...rows.map((row) => make('tr', {}, ...row.map((v, i) => cell('td', v, i))))));
}

/** Sorts the table's rows by the column whose head is pressed; pressed again, the other way round. */
function sortable(element) {
  const body = element.tBodies[0];
  const valueOf = (row, column) => {
    const text = row.cells[column].dataset.value ?? row.cells[column].textContent;
    return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
  };
  const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1;
  [...element.tHead.rows[0].cells].forEach((head, column) => {
    const button = make('button', {type: 'button', class: 'sort'}, ...head.childNodes);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      body.append(...[...body.rows].sort((a, b) => (down ? -1 : 1) * compare(valueOf(a, column), valueOf(b, column))));
    });
    head.append(button);
  });
  return element;
}

/** With so many decimals, as the terminal writes it: a tie goes to the even digit, and there is no
 * "-0.00". */
function fixed(value, decimals) {
  const exact = value.toFixed(decimals + 30);
  const down = exact.slice(0, -30).replace(/\.$/, '');
  const tie = /^50*$/.test(exact.slice(-30));
  const text = tie && /[02468]$/.test(down) ? down : value.toFixed(decimals);
  return /[1-9]/.test(text) ? text : text.replace('-', '');
}

/** As many decimals as two digits of the spread need; four digits without one. */
function figure(value, spread) {
  if (value === null || value === undefined) return '–';
  const scale = spread > 0 ? spread : Math.abs(value) / 100;
  if (scale === 0) return '0';
  if (Math.abs(value) >= 1e7) return value.toPrecision(4);
  return fixed(value, Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(scale)))));
}

/** Of an interval's end, of which one asks on which side of 0 it lies: where it would be written as 0
 * and is not, its first digit follows. */
function endOf(value, spread) {
  const text = figure(value, spread);
  return /[1-9]/.test(text) || !value ? text : fixed(value, Math.min(8, -Math.floor(Math.log10(Math.abs(value)))));
}

function pValue(p) {
  if (p === null || p === undefined) return '–';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(p < 0.01 ? 4 : 3);
}

/** "1 run", "2 runs". */
function counted(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Positive values of which one is more than a hundred times another: on a linear scale the small
 * ones are not seen. */
function spansMagnitudes(values) {
  const low = Math.min(...values);
  return low > 0 && Math.max(...values) > 100 * low;
}

/** A share of the samples, which lies within 0 and 1 whatever its interval says. */
function isShare(name) {
  return report.shares.includes(name.replace(/^(train|validation)\./, '').split('.')[0]);
}

function rowName(index) {
  return `${index + 1}  ${report.groups[index].label}`;
}

/** More rows than this are named once, and by their numbers beside each chart; at first, only
 * as many curves are drawn: there are eight colours, dashes and marks. */
const mostRows = 8;
const manyRows = report.groups.length > mostRows;

/** Whether rows go by their numbers where there is no room for their names. */
const numbered = manyRows || report.groups.some((group) => group.label.length > 40);

/** The row in a chart's tooltip: one line of it, of so many letters. */
function shortRowName(index, most = 48) {
  const name = rowName(index);
  return name.length > most ? name.slice(0, most - 1) + '…' : name;
}

// Rows are told apart by colour (Okabe and Ito's, which the colour-blind can tell apart), by dashes
// and by marks alike.
const palettes = {
  light: ['#0072b2', '#d55e00', '#007a5a', '#b0417c', '#7a5c00', '#3a3f45', '#2b9fd9', '#8a5fbf'],
  dark: ['#56b4e9', '#ff9248', '#2ed0a0', '#f08cc0', '#f0e442', '#d5dae0', '#8fb8ff', '#c9a0ff'],
};
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [5, 2, 1, 2], [3, 6], [1, 1]];
const marks = ['circle', 'rect', 'triangle', 'rectRot', 'cross', 'star', 'crossRot', 'dash'];

/** Past the eight, hues as far apart as can be (steps of the golden angle), as '#rrggbb'. */
function furtherColor(index) {
  const hue = (index * 137.508) % 360, light = theme() === 'dark' ? 0.7 : 0.38;
  const channel = (n) => {
    const k = (n + hue / 30) % 12;
    const value = light - 0.6 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

function look(index) {
  const palette = palettes[theme()];
  return {
    color: palette[index] ?? furtherColor(index),
    dash: dashes[(index + Math.floor(index / 8)) % dashes.length],
    mark: marks[(index + 2 * Math.floor(index / 8)) % marks.length],
  };
}

function theme() {
  return document.documentElement.dataset.theme;
}

function cssColor(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** What must be drawn anew when the theme changes. */
const onTheme = [];

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  document.getElementById('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
  Chart.defaults.color = cssColor('--soft');
  Chart.defaults.borderColor = cssColor('--line');
  onTheme.forEach((draw) => draw());
}

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
document.getElementById('theme').addEventListener('click',
  () => setTheme(theme() === 'dark' ? 'light' : 'dark'));
prefersDark.addEventListener('change', (event) => {
  if (!onPaper) setTheme(event.matches ? 'dark' : 'light');
});
document.getElementById('print').addEventListener('click', () => window.print());

/** Whether the page is laid out for paper (print.js). */
let onPaper = false;

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
setTheme(prefersDark.matches ? 'dark' : 'light');
