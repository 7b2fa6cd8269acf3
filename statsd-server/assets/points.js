// Ten minutes of points of one metric: history from /render, then what each flush adds.

/** @typedef {'counter' | 'timer' | 'gauge' | 'set'} Kind */
/** @typedef {[number, ...(number | null)[]]} Row A timestamp in seconds, then one value per series. */

export const WINDOW_SECONDS = 600;

/** Seconds and flushes that a chart shows at the least: a young server's first points fill their tile. */
const SHORTEST_SECONDS = 60;
const SHORTEST_FLUSHES = 12;

/** Where a chart of these metrics begins. @param {Points[]} shown @param {number} now @param {number} interval */
export function windowStart(shown, now, interval) {
  const firsts = shown.map((points) => points.rows.find((row) => row[1] !== null)?.[0] ?? now);
  const shortest = Math.max(SHORTEST_SECONDS, SHORTEST_FLUSHES * interval);
  return Math.max(now - WINDOW_SECONDS, Math.min(...firsts, now - shortest));
}

/** Rows kept for one metric, whatever the interval: a wall runs for months. */
const ROWS_MAX = 601;
const HISTORY_TIMEOUT_MS = 10_000;

/** The series that one metric is drawn from, the one that is shown large first. @param {Kind} kind @param {string} series */
function columns(kind, series) {
  if (kind !== 'timer') return [series];
  const stem = series.slice(0, series.lastIndexOf('.'));
  return [`${stem}.upper_90`, `${stem}.mean`];
}

export class Points {
  /** @param {Kind} kind @param {string} series any of the metric's series */
  constructor(kind, series) {
    this.kind = kind;
    this.series = columns(kind, series);
    /** @type {Row[]} oldest first, timestamps ascending */
    this.rows = [];
  }

  /** Adds one flush. @param {number} time @param {Map<string, number | null>} values by series @param {number} interval */
  append(time, values, interval) {
    // Timestamps are whole seconds: of several flushes in one, the last stands.
    const step = Math.max(1, interval);
    while (this.rows.length && this.rows[this.rows.length - 1][0] >= time) this.rows.pop();
    const last = this.rows[this.rows.length - 1];
    if (last && time - last[0] > 2.5 * step) this.rows.push([last[0] + step, ...this.series.map(() => null)]);
    this.rows.push([time, ...this.series.map((name) => values.get(name) ?? null)]);
    this.#trim();
  }

  /** The newest row that holds a value. */
  newest() {
    return this.rows.findLast((row) => row[1] !== null);
  }

  /** Smallest and largest value shown large in the window. @returns {[number, number] | null} */
  extent() {
    const values = this.rows.flatMap((row) => (row[1] === null ? [] : [row[1]]));
    return values.length ? [Math.min(...values), Math.max(...values)] : null;
  }

  /** As uPlot wants it: timestamps, then each series' values. */
  table() {
    return [0, ...this.series.map((_, at) => at + 1)].map((at) => this.rows.map((row) => row[at]));
  }

  /** Puts what the store remembers in front; an error leaves the points as they are. @param {number} interval */
  async load(interval) {
    const answers = await Promise.all(this.series.map(history));
    const times = [...new Set(answers.flatMap((answer) => [...answer.keys()]))].sort((a, b) => a - b);
    if (times.length === 0) return;
    const step = times.length > 1 ? times[1] - times[0] : interval;
    // Counts of several flushes share one slot of a coarser archive; a bar shows one flush.
    const scale = this.kind === 'counter' && step > interval ? interval / step : 1;
    // A flush at 12:00:03 is stored in the slot of 12:00:00: where we have the flush, we keep it.
    const ours = this.rows.filter((row) => row[1] !== null);
    const taken = new Set(ours.map((row) => Math.floor(row[0] / step)));
    const stored = times
      .filter((time) => !taken.has(Math.floor(time / step)))
      .map((time) => /** @type {Row} */ ([time, ...answers.map((answer) => scaled(answer.get(time), scale))]));
    this.rows = [...stored, ...ours].sort((a, b) => a[0] - b[0]);
    this.#trim();
  }

  #trim() {
    const from = this.rows[this.rows.length - 1][0] - WINDOW_SECONDS;
    const old = this.rows.findIndex((row) => row[0] >= from);
    this.rows.splice(0, Math.max(old, this.rows.length - ROWS_MAX));
  }
}

/** @param {number | null | undefined} value @param {number} scale */
const scaled = (value, scale) => (typeof value === 'number' ? value * scale : null);

/** One series' stored points by timestamp; empty where the server has none. @param {string} series @returns {Promise<Map<number, number | null>>} */
async function history(series) {
  try {
    const query = new URLSearchParams({ format: 'json', from: `-${WINDOW_SECONDS / 60}min`, target: series });
    const answer = await fetch(`render?${query}`, { signal: AbortSignal.timeout(HISTORY_TIMEOUT_MS) });
    /** @type {{datapoints: [number | null, number][]}[]} */
    const [found] = answer.ok ? await answer.json() : [];
    return new Map(found?.datapoints.map(([value, time]) => [time, value]));
  } catch {
    return new Map();
  }
}
