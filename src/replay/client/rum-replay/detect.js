/**
 * What is done on a page that wants it recorded, told without a word of the page to the server that this script is from.
 *
 * Loaded by `<script src="/rum-replay.js" async></script>`, it records while `<html data-rum-replay>` says so; needs
 * `script-src 'self'; connect-src 'self'`. Detect, observe, describe, send: kinds, sizes and places leave the page; no text,
 * no value, no URL does. `data-rum-mask` hides what is in an element, `data-rum-ignore` the element as well.
 */

const root = document.documentElement;
const options = document.currentScript?.dataset ?? {};
const optedOut = privacy && (navigator.globalPrivacyControl || navigator.doNotTrack == '1');
// Not relative: a <base> of another origin would redirect the batches.
const eventUrl = new URL(/** @type {any} */ (document.currentScript)?.src || location.href).origin + eventPath;

/**
 * The same function, except that its errors stay here.
 * @template {any[]} A, R
 * @param {(...args: A) => R} action
 * @returns {(...args: A) => R | undefined}
 */
const quiet = action => (...args) => {
  try {
    return action(...args);
  } catch {}
};

/** @type {(type: string, listener: (event: any) => void) => void} */
const on = (type, listener) =>
  addEventListener(type, quiet(event => recording && listener(event)), {capture: true, passive: true});

/**
 * Runs the task once for all calls of the next milliseconds, with what the last of them said.
 * @template T
 * @param {number} wait
 * @param {(latest: T) => void} task
 * @returns {(latest: T) => void}
 */
const paced = (wait, task) => {
  let timer = 0;
  /** @type {T} */
  let latest;
  const run = quiet(() => {
    timer = 0;
    if (recording) task(latest);
  });
  return said => {
    latest = said;
    timer ||= setTimeout(run, wait);
  };
};

/** @type {string | undefined} The template of the document's route, as `Server-Timing: route;desc="…"` has it. */
let endpoint = quiet(() => decodeURIComponent(/** @type {any} */ (performance.getEntriesByType('navigation')[0])
  .serverTiming.find((/** @type {any} */ timing) => timing.name == 'route').description))();
