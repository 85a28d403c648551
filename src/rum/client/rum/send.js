// Everything leaves in batches.

/** @type {AbortController | undefined} */
let aborter;
/** @type {any} The result of fetchLater. */
let armed;
/** @type {number} */
let visibleSince;

/** @type {(closing?: boolean) => string} */
const batch = closing => {
  if (armed?.activated) views = [];
  aborter?.abort();
  armed = 0;
  const events = [...queue];
  sums.forEach((total, key) => events.push(key.slice(0, -2) + total + '}'));
  views.forEach(each => {
    const event = JSON.stringify({
      event: 'web_vitals',
      endpoint: each._endpoint,
      trace_id: each._trace,
      lcp: each._lcp,
      cls: painted && each._cls,
      inp: inp(each),
      blocking_time: each._blocking,
    });
    // One that ends in a number has a vital.
    if (/\d}$/.test(event) && (closing || each != view)) events.push(event);
  });
  // Decimal digits are hexadecimal ones too.
  const id = crypto.getRandomValues(new Uint32Array(4)).join('');
  return events[0] && `{"version":1,"id":"${id}","webdriver":${navigator.webdriver},"events":[${events}]}`;
};

// The browser itself sends what is armed if the tab crashes or is killed. Hidden tabs stay open for
// days, so theirs goes after a minute; by then only vitals are left in it.
const arm = quiet(() => {
  catchUp();
  const body = batch(true);
  aborter = new AbortController();
  armed = body && window.fetchLater?.(beaconUrl, {method: 'POST', body, signal: aborter.signal, activateAfter: document.hidden ? 6e4 : 9e9});
});

/** @type {(leaving?: boolean) => void} */
const flush = quiet(leaving => {
  catchUp();
  const visible = visibleSince && now() - visibleSince;
  visibleSince = leaving || document.hidden ? 0 : now();
  if (session) {
    if (visible) push({event: 'engaged_time', value: visible});
    if ((session.visible += visible) >= 1e4) engage();
    session.prev = view._endpoint || '?';
    stored(JSON.stringify(session));
  }
  const closing = leaving || document.hidden && !window.fetchLater;
  const body = batch(closing);
  queue = [];
  sums.clear();
  size = 0;
  views = closing ? [] : views.slice(-1);
  if (body && !navigator.sendBeacon?.(beaconUrl, body)) {
    fetch(beaconUrl, {method: 'POST', body, keepalive: true}).catch(() => {});
  }
  if (!leaving) arm();
});
