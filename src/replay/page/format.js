// Numbers and times as people read them.

/** @type {(milliseconds: number) => string} 1:02:03, or 2:03. */
export const clock = milliseconds => {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => String(part).padStart(place ? 2 : 1, '0')).join(':');
};

/** @type {[string, number][]} */
const spans = [['day', 864e5], ['hour', 36e5], ['minute', 6e4], ['second', 1e3]];
const ago = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});

/** @type {(moment: number, now: number) => string} */
export const age = (moment, now) => {
  const [unit, length] = spans.find(([, length]) => now - moment >= length) ?? spans[3];
  return ago.format(-Math.max(0, Math.floor((now - moment) / length)), /** @type {any} */ (unit));
};

/** @type {(moment: number) => string} */
export const date = moment => new Date(moment).toLocaleString('en-GB', {dateStyle: 'medium', timeStyle: 'medium'});

/** @type {(bytes: number) => string} */
export const size = bytes => bytes < 1e6 ? `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** @type {(count: number, one: string, many?: string) => string} */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
