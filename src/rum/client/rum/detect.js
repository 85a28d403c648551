/**
 * What this page's visitors experience, told to the server that this script is from.
 *
 * Loaded by `<script src="/rum.js" async></script>`; needs `script-src 'self'; connect-src 'self'`.
 * Detect, observe, collect, send: each value leaves the page exactly once, and nothing here
 * blocks the page, throws into it, or says who the visitor is.
 */

const early = window.rumClient || [];
const options = document.currentScript?.dataset ?? {};
const optedOut = privacy && (navigator.globalPrivacyControl || navigator.doNotTrack == '1');
const heartbeatSeconds = +(options.interval ?? 15);
const now = () => performance.now();

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

/** @type {(url: any) => string | undefined} */
const originOf = quiet(url => new URL(url, location.href).origin);

// The server that the script is from, under a page of its own as under one from elsewhere; the page's where the script has no URL.
// Not relative: a <base> of another origin would redirect the beacons.
const home = originOf(/** @type {any} */ (document.currentScript)?.src);
const beaconUrl = home + beaconPath;

/** @type {(type: string, listener: (event: any) => void) => void} */
const on = (type, listener) =>
  addEventListener(type, quiet(listener), {capture: true, passive: true});

/**
 * What the server put into `Server-Timing: name;desc="…"`: a route template, which it has encoded, or a trace.
 * @type {(entry: any, name: string) => string | undefined}
 */
const told = quiet((entry, name) =>
  decodeURIComponent(entry.serverTiming.find((/** @type {any} */ timing) => timing.name == name).description));
