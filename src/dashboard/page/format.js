// @ts-check
/** Numbers for people: a unit each, three digits at most where more would only move. Nothing known is a dash. */

const NOTHING = '–';

/** @type {(value: number) => string} */
const digits = value => {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return grouped.format(value);
  return value.toLocaleString('en', {maximumSignificantDigits: size >= 0.1 ? 3 : 2, maximumFractionDigits: 4});
};

const grouped = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/** @type {(format: (value: number) => string) => (value: number) => string} */
const orNothing = format => value => Number.isFinite(value) ? format(value) : NOTHING;

export const count = orNothing(value => grouped.format(value));

export const plain = orNothing(digits);

export const perSecond = orNothing(value => `${digits(value)} /s`);

export const perMinute = orNothing(value => `${digits(value)} /min`);

/** Of a share from 0 to 1. */
export const percent = orNothing(value => `${value < 0.1 && value > 0 ? digits(Number((100 * value).toPrecision(2))) : digits(Number((100 * value).toFixed(1)))} %`);

/** Of seconds. */
export const duration = orNothing(value => {
  const size = Math.abs(value);
  if (size === 0) return '0 ms';
  if (size < 0.9995) return `${digits(1000 * value)} ms`;
  if (size < 120) return `${digits(value)} s`;
  return `${digits(value / 60)} min`;
});

/** Of milliseconds since 1970, by the reader's own clock. */
export const clock = (/** @type {number} */ time, seconds = false) =>
  new Date(time).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined, hourCycle: 'h23'});

/** How long something has lasted, in words. */
export const age = (/** @type {number} */ seconds) => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
};
