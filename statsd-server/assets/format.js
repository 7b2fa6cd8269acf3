// Numbers, durations and ages for people who look from five metres away.

/** @typedef {{number: string, unit: string}} Reading */

/** Significant digits, without trailing zeros. @param {number} value @param {number} [digits] */
const round = (value, digits = 3) => Number(value.toPrecision(digits));

/**
 * 1234 is "1.23k". Small numbers keep their significant digits.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function compact(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  let rest = round(value, digits);
  for (const suffix of ['', 'k', 'M', 'G', 'T', 'P']) {
    if (Math.abs(rest) < 1000) return `${rest}${suffix}`;
    rest = round(rest / 1000, digits);
  }
  return value.toExponential(1);
}

/** Labels of an axis: as many digits as tell neighbours apart. @param {number[]} values */
export function labels(values) {
  const apart = Math.abs(values[1] - values[0]);
  const largest = Math.max(...values.map(Math.abs));
  const digits = apart > 0 ? Math.min(6, Math.max(3, Math.ceil(Math.log10(largest / apart)) + 1)) : 3;
  return values.map((value) => compact(value, digits));
}

/** The unit that reads best, and how many milliseconds it has. @param {number} milliseconds @returns {[string, number]} */
function unitOf(milliseconds) {
  const size = Math.abs(round(milliseconds));
  if (size > 0 && size < 1) return ['µs', 0.001];
  if (size < 1000) return ['ms', 1];
  if (size < 120_000) return ['s', 1000];
  return size < 7_200_000 ? ['min', 60_000] : ['h', 3_600_000];
}

/**
 * A time in the unit that reads best: 1500 is "1.5 s".
 * @param {number | null | undefined} milliseconds
 * @returns {Reading}
 */
export function duration(milliseconds) {
  const [unit, size] = unitOf(milliseconds ?? 0);
  return { number: compact(milliseconds == null ? null : milliseconds / size), unit };
}

/** Labels of an axis of times, all in one unit. @param {number[]} values milliseconds */
export function durationLabels(values) {
  const [unit, size] = unitOf(Math.max(...values));
  return labels(values.map((value) => value / size)).map((text) => (text === '0' ? text : text + unit));
}

/** How long ago, in whole units. @param {number} seconds */
export function age(seconds) {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Hours and minutes, with seconds on demand; 24 hours everywhere. @param {number} seconds @param {boolean} [precise] */
export function timeOfDay(seconds, precise = false) {
  const date = new Date(seconds * 1000);
  const parts = [date.getHours(), date.getMinutes(), ...(precise ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
