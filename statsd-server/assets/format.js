// Numbers, durations and ages for people who look from five metres away.

/** @typedef {{number: string, unit: string}} Reading */

/** Three significant digits, without trailing zeros. @param {number} value */
const round = (value) => Number(value.toPrecision(3));

/**
 * 1234 is "1.23k". Small numbers keep three significant digits.
 * @param {number | null | undefined} value
 */
export function compact(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  let rest = round(value);
  for (const suffix of ['', 'k', 'M', 'G', 'T', 'P']) {
    if (Math.abs(rest) < 1000) return `${rest}${suffix}`;
    rest = round(rest / 1000);
  }
  return value.toExponential(1);
}

/**
 * Milliseconds in the unit that reads best: 1500 is "1.5 s".
 * @param {number | null | undefined} milliseconds
 * @returns {Reading}
 */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return { number: '–', unit: 'ms' };
  const size = Math.abs(round(milliseconds));
  if (size > 0 && size < 1) return { number: compact(milliseconds * 1000), unit: 'µs' };
  if (size < 1000) return { number: compact(milliseconds), unit: 'ms' };
  if (size < 120_000) return { number: compact(milliseconds / 1000), unit: 's' };
  if (size < 7_200_000) return { number: compact(milliseconds / 60_000), unit: 'min' };
  return { number: compact(milliseconds / 3_600_000), unit: 'h' };
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
