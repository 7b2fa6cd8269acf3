// The wall: which metrics are shown, where, and how alive they are.

import { age, timeOfDay } from './format.js';
import { Points, WINDOW_SECONDS, windowStart } from './points.js';
import { Stream } from './stream.js';
import { Tile } from './tile.js';

/** @typedef {import('./points.js').Kind} Kind */
/** @typedef {{metric: string, kind: Kind, own: boolean, points: Points, seen: number, loaded: boolean}} Metric */

const TILES_MAX = 24;
/** Metrics remembered, shown or not; four times what one flush may carry. */
const METRICS_MAX = 1024;
const TILE_MIN_WIDTH = 210;
const TILE_MIN_HEIGHT = 150;
const PHONE_WIDTH = 600;
const KINDS = /** @type {Kind[]} */ (['counter', 'timer', 'gauge', 'set']);

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [wall, welcome, nothing, banner, more] = ['wall', 'welcome', 'nothing', 'banner', 'more'].map(element);
const query = /** @type {HTMLInputElement} */ (element('q'));
const kindButtons = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#kinds button'));

/** @type {Map<string, Metric>} */
const metrics = new Map();
/** @type {Map<string, Tile>} */
const tiles = new Map();
const view = { q: '', kinds: new Set(KINDS), server: false, theme: 'dark' };
let now = 0;
let leftOut = 0;
let build = '';

const stream = new Stream({
  hello(hello) {
    // A new server may bring a new page; walls have nobody who would press reload.
    if (build && build !== hello.build) location.reload();
    build = hello.build;
    // What was missed while away is in the store.
    for (const metric of metrics.values()) metric.loaded = false;
    element('interval').title = `statsd-server ${hello.version}`;
    tellAddress(hello.statsd);
    tick();
    show();
  },
  flush(frame) {
    now = frame.timestamp;
    leftOut = frame.left_out ?? 0;
    for (const [key, points] of byMetric(frame.points)) {
      const { metric, kind, series } = points[0];
      const known = metrics.get(key)
        ?? { metric, kind, own: metric.startsWith('statsd.'), points: new Points(kind, series), seen: now, loaded: false };
      known.points.append(now, new Map(points.map((point) => [point.series, point.value])), frame.interval);
      known.seen = now;
      metrics.delete(key);
      metrics.set(key, known);
    }
    forget();
    tick();
    show();
  },
});

/** Puts the server's own address into the lines to be copied. @param {string | null} statsd */
function tellAddress(statsd) {
  if (!statsd) return;
  const [, host, port] = /** @type {string[]} */ (/^(.*):(\d+)$/.exec(statsd) ?? ['', '', '']);
  // A server that listens everywhere is reached where the page was.
  const reached = ['0.0.0.0', '[::]'].includes(host) ? location.hostname : host;
  for (const span of document.querySelectorAll('#welcome .host')) span.textContent = reached;
  for (const span of document.querySelectorAll('#welcome .port')) span.textContent = port;
}

/** A timer has two points in a flush. @param {import('./stream.js').Point[]} points */
function byMetric(points) {
  /** @type {Map<string, import('./stream.js').Point[]>} */
  const groups = new Map();
  for (const point of points) {
    const key = `${point.metric} ${point.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return groups;
}

/** Lets go of what has left the window; the map is in the order of last sight. */
function forget() {
  for (const [key, metric] of metrics) {
    if (metric.seen >= now - WINDOW_SECONDS && metrics.size <= METRICS_MAX) return;
    metrics.delete(key);
  }
}

/** Whether a name holds the filter's pieces in order; `*` stands for anything. @param {string} name */
function matches(name) {
  let from = 0;
  return view.q.toLowerCase().split('*').every((piece) => {
    const at = name.toLowerCase().indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

/** Brings the page in line with the metrics, the filter and the window's size. */
function show() {
  const candidates = [...metrics].filter(([, metric]) => view.server || !metric.own);
  const chosen = candidates
    .filter(([, metric]) => view.kinds.has(metric.kind) && matches(metric.metric))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  // Hidden elements have no size: decide who is visible before measuring.
  welcome.hidden = now === 0 ? build === '' : candidates.length > 0;
  wall.hidden = chosen.length === 0;
  nothing.hidden = candidates.length === 0 || chosen.length > 0;
  nothing.textContent = `None of ${candidates.length} metrics matches the filter.`;
  const shown = chosen.slice(0, layOut(chosen.length));
  const hidden = chosen.length - shown.length;
  const notes = [...(hidden ? [`${hidden} more, filter to see`] : []), ...(leftOut ? [`${leftOut} series over the live limit`] : [])];
  more.hidden = notes.length === 0;
  more.textContent = notes.join(' · ');
  place(shown);
}

/** Chooses the grid with the largest tiles; returns how many fit. @param {number} count */
function layOut(count) {
  if (window.innerWidth < PHONE_WIDTH) {
    wall.style.setProperty('--columns', '1');
    return TILES_MAX;
  }
  const { clientWidth: width, clientHeight: height } = wall;
  const columnsMax = Math.max(1, Math.floor(width / TILE_MIN_WIDTH));
  const rowsMax = Math.max(1, Math.floor(height / TILE_MIN_HEIGHT));
  const fit = Math.min(count, TILES_MAX, columnsMax * rowsMax);
  let best = { columns: 1, rows: fit, size: 0 };
  for (let columns = 1; columns <= Math.min(fit, columnsMax); columns++) {
    const rows = Math.ceil(fit / columns);
    // Empty places at the end make a wall look broken.
    const size = Math.min(width / columns / 1.5, height / rows) * Math.sqrt(fit / (columns * rows));
    if (rows <= rowsMax && size > best.size) best = { columns, rows, size };
  }
  wall.style.setProperty('--columns', String(best.columns));
  wall.style.setProperty('--rows', String(best.rows));
  return fit;
}

/** Makes the wall's children these tiles, in this order. @param {[string, Metric][]} shown */
function place(shown) {
  const keys = new Set(shown.map(([key]) => key));
  for (const [key, tile] of tiles) {
    if (keys.has(key) && metrics.get(key)?.points === tile.points) continue;
    tile.destroy();
    tile.element.remove();
    tiles.delete(key);
  }
  shown.forEach(([key, metric], at) => {
    const tile = tiles.get(key) ?? new Tile(metric.metric, metric.points);
    tiles.set(key, tile);
    if (wall.children[at] !== tile.element) wall.insertBefore(tile.element, wall.children[at] ?? null);
  });
  // All charts begin at the same time, so that what happened together stands together.
  const from = windowStart(shown.map(([, metric]) => metric.points), now, stream.interval);
  for (const [key, metric] of shown) {
    tiles.get(key)?.draw(from, now, stream.interval);
    if (metric.loaded) continue;
    metric.loaded = true;
    metric.points.load(stream.interval).then(show);
  }
}

/** Once a second: the clock shows that the browser runs, the rest that the server does. */
function tick() {
  const { name, age: silent } = stream.state();
  const label = element('state');
  label.textContent = name === 'stale' ? `stale ${age(silent)}` : name;
  label.dataset.state = name;
  document.body.classList.toggle('stale', name === 'stale');
  banner.hidden = name !== 'stale';
  banner.textContent = name === 'stale' ? `No news for ${age(silent)}. These numbers are old; trying again.` : '';
  document.title = name === 'live' ? 'statsd' : `${name} · statsd`;
  element('clock').textContent = timeOfDay(Date.now() / 1000, true);
  element('interval').textContent = `every ${stream.interval} s`;
}

/** The view lives in the address, so that a wall's URL is all its configuration. */
function readAddress() {
  const address = new URLSearchParams(location.search);
  const kinds = KINDS.filter((kind) => address.get('kind')?.split(',').includes(kind));
  view.q = address.get('q') ?? '';
  view.kinds = new Set(kinds.length ? kinds : KINDS);
  view.server = address.has('server');
  view.theme = address.get('theme') ?? 'dark';
}

function writeAddress() {
  const address = new URLSearchParams();
  if (view.q) address.set('q', view.q);
  if (view.kinds.size < KINDS.length) address.set('kind', [...view.kinds].join(','));
  if (view.server) address.set('server', '1');
  if (view.theme !== 'dark') address.set('theme', view.theme);
  history.replaceState(null, '', address.size ? `?${address}` : location.pathname);
}

/** Draws the controls as the view says, and the charts in the theme's colours. */
function showControls() {
  const system = window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  const theme = view.theme === 'auto' ? system : view.theme;
  if (document.documentElement.dataset.theme !== theme) tiles.forEach((tile) => tile.destroy());
  document.documentElement.dataset.theme = theme;
  if (query.value.trim() !== view.q) query.value = view.q;
  for (const button of kindButtons) press(button, view.kinds.has(/** @type {Kind} */ (button.dataset.kind)));
  press(element('server'), view.server);
  press(element('light'), theme === 'light');
  show();
}

/** @param {HTMLElement} button @param {boolean} pressed */
const press = (button, pressed) => button.setAttribute('aria-pressed', String(pressed));

/** @param {() => void} change */
function changeView(change) {
  change();
  writeAddress();
  showControls();
}

/** @param {Kind} kind */
function toggleKind(kind) {
  if (!view.kinds.delete(kind)) view.kinds.add(kind);
  if (view.kinds.size === 0) view.kinds = new Set(KINDS);
}

query.addEventListener('input', () => changeView(() => (view.q = query.value.trim())));
element('filter').addEventListener('submit', (event) => event.preventDefault());
for (const button of kindButtons) {
  button.addEventListener('click', () => changeView(() => toggleKind(/** @type {Kind} */ (button.dataset.kind))));
}
element('server').addEventListener('click', () => changeView(() => (view.server = !view.server)));
element('light').addEventListener('click', () => {
  const lit = document.documentElement.dataset.theme === 'light';
  changeView(() => (view.theme = lit ? 'dark' : 'light'));
});

let settled = 0;
new ResizeObserver(() => {
  window.cancelAnimationFrame(settled);
  settled = window.requestAnimationFrame(show);
}).observe(document.querySelector('main') ?? document.body);

readAddress();
showControls();
tick();
window.setInterval(tick, 1000);
