// One metric on the wall: its name, the newest number, ten minutes of chart.

import { age, compact, duration, durationLabels, labels, timeOfDay } from './format.js';

/** Flushes a metric may miss before its number is shown as old. */
const MISSED_FLUSHES = 3;

/** @param {string} tag @param {string} name @param {Element} parent */
function child(tag, name, parent) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

/** A value between gaps, of which no line can be drawn; a new metric begins with one. @param {any} plot @param {number} series */
function alone(plot, series) {
  const values = /** @type {(number | null)[]} */ (plot.data[series]);
  return values.flatMap((value, at) => (value !== null && values[at - 1] == null && values[at + 1] == null ? [at] : []));
}

/** From zero, so that heights compare. @param {any} _ @param {number | null} low @param {number | null} high */
const fromZero = (_, low, high) => (low || high ? [Math.min(0, (low ?? 0) * 1.1), Math.max(0, (high ?? 0) * 1.1)] : [0, 1]);

/** A gauge that only moves far from zero shows its movement, but not the noise below a hundredth. @param {any} _ @param {number | null} low @param {number | null} high */
function around(_, low, high) {
  const [near, far] = [Math.abs(low ?? 0), Math.abs(high ?? 0)].sort((a, b) => a - b);
  if (low === null || high === null || low === high || low * high <= 0 || near < 0.7 * far) return fromZero(_, low, high);
  const margin = Math.max((high - low) * 0.1, far * 0.01);
  return [low - margin, high + margin];
}

export class Tile {
  /** @type {any} the uPlot instance */
  #plot = null;
  #size = '';

  /** @param {string} metric @param {import('./points.js').Points} points */
  constructor(metric, points) {
    this.points = points;
    this.interval = 10;
    this.element = document.createElement('article');
    this.element.className = `tile ${points.kind}`;
    this.element.setAttribute('aria-label', `${metric}, ${points.kind}`);
    const head = child('header', 'head', this.element);
    const name = child('h2', 'name', head);
    name.textContent = metric;
    name.title = metric;
    child('span', 'kind', head).textContent = points.kind;
    const reading = child('p', 'reading', this.element);
    this.number = child('span', 'number', reading);
    this.unit = child('span', 'unit', reading);
    this.aside = child('p', 'aside', this.element);
    this.chart = child('div', 'chart', this.element);
    this.chart.setAttribute('role', 'img');
    this.chart.setAttribute('aria-label', `${metric}, its recent course`);
  }

  /** Shows the newest points. @param {number} from begin of the chart @param {number} now timestamp of the newest flush @param {number} interval */
  draw(from, now, interval) {
    this.interval = interval;
    const newest = this.points.newest();
    const { number, unit } = this.#read(newest?.[1] ?? null);
    this.number.textContent = number;
    this.unit.textContent = unit;
    const missed = newest ? now - newest[0] : Infinity;
    const old = missed > MISSED_FLUSHES * interval;
    this.element.classList.toggle('old', old);
    this.aside.textContent = old && newest ? `no value for ${age(missed)}` : this.#about(newest);
    this.#draw(from, now);
  }

  /** Gives the chart back; the element is the caller's to remove. */
  destroy() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#size = '';
  }

  /** @param {number | null | undefined} value @returns {import('./format.js').Reading} */
  #read(value) {
    if (this.points.kind === 'timer') {
      const { number, unit } = duration(value);
      return { number, unit: `${unit} p90` };
    }
    const unit = { counter: `in ${this.interval} s`, set: 'distinct', gauge: '' }[this.points.kind];
    return { number: compact(value), unit };
  }

  /** The line under the number. @param {import('./points.js').Row | undefined} row */
  #about(row) {
    if (!row) return '';
    if (this.points.kind === 'counter') return `${compact((row[1] ?? 0) / this.interval)} per second`;
    if (this.points.kind === 'timer') {
      const { number, unit } = duration(row[2]);
      return `mean ${number} ${unit}`;
    }
    const [low, high] = this.points.extent() ?? [0, 0];
    return compact(low) === compact(high) ? 'steady' : `${compact(low)} to ${compact(high)}`;
  }

  /** @param {number} from @param {number} now */
  #draw(from, now) {
    const { clientWidth: width, clientHeight: height } = this.chart;
    if (width < 40 || height < 24) return this.destroy();
    const size = `${width}×${height}`;
    if (size !== this.#size) {
      this.destroy();
      this.#size = size;
      this.#plot = new uPlot(this.#options(width, height), this.points.table(), this.chart);
    }
    this.#plot.batch(() => {
      this.#plot.setData(this.points.table(), false);
      this.#plot.setScale('x', { min: from, max: now + this.interval / 2 });
    });
  }

  /** Canvas knows no stylesheet: colours and letters are read from it once. @param {number} width @param {number} height */
  #options(width, height) {
    const style = getComputedStyle(this.element);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const letters = Math.round(Math.max(11, Math.min(height * 0.11, window.innerHeight * 0.022)));
    const axis = {
      stroke: colour('--quiet'), font: `${letters}px ${style.fontFamily}`, gap: 4,
      grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false },
    };
    const { kind } = this.points;
    const ink = colour('--ink-kind');
    const line = { stroke: ink, width: Math.max(2, letters / 8), points: { show: true, filter: alone, size: letters / 2, fill: ink } };
    const area = { ...line, fill: colour('--fill-kind') };
    // Steps, not bars: history may come in longer intervals than the flushes.
    const steps = { ...area, paths: uPlot.paths.stepped({ align: -1 }) };
    const mean = { ...line, stroke: colour('--quiet'), dash: [6, 5] };
    return {
      width, height, padding: [letters * 0.7, letters * 2.6, 0, 0], legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, sync: { key: 'wall' } },
      hooks: { setCursor: [(/** @type {any} */ plot) => this.#point(plot.cursor.idx)] },
      scales: { x: { time: true }, y: { range: kind === 'gauge' ? around : fromZero } },
      series: [{}, { counter: steps, timer: area, gauge: area, set: area }[kind], ...(kind === 'timer' ? [mean] : [])],
      axes: [
        { ...axis, size: letters * 1.7, space: letters * 7, incrs: [10, 30, 60, 120, 300, 600],
          values: (/** @type {any} */ _, /** @type {number[]} */ at, /** @type {number} */ _axis, /** @type {number} */ _space, /** @type {number} */ step) =>
            at.map((time) => timeOfDay(time, step < 60)) },
        { ...axis, space: letters * 2.2,
          size: (/** @type {any} */ _, /** @type {string[] | null} */ texts) =>
            letters * Math.max(3.6, 1 + 0.62 * Math.max(0, ...(texts ?? []).map((text) => text.length))),
          values: (/** @type {any} */ _, /** @type {number[]} */ at) => (kind === 'timer' ? durationLabels : labels)(at) },
      ],
    };
  }

  /** The value under the mouse, on every tile at once. @param {number | null | undefined} index */
  #point(index) {
    const row = index === null || index === undefined ? undefined : this.points.rows[index];
    if (!row) {
      this.aside.textContent = this.#about(this.points.newest());
    } else {
      const { number, unit } = this.#read(row[1]);
      this.aside.textContent = `${timeOfDay(row[0], true)}: ${row[1] === null ? 'no value' : `${number} ${unit}`}`;
    }
  }
}
