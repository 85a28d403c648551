// When the page comes into sight and when it goes.

const watchVisibility = () => {
  on('visibilitychange', event => {
    if (document.hidden) {
      firstHidden = Math.min(event.timeStamp, firstHidden);
      flush();
    } else {
      visibleSince = now();
      later(resume);
      arm();
    }
  });
  // Safari leaves without hiding first.
  on('pagehide', () => flush(true));
  on('pageshow', event => {
    if (!event.persisted) return;
    session = /** @type {any} */ (undefined);
    visibleSince = now();
    const restored = openView(event.timeStamp, view._endpoint);
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const shown = now() - event.timeStamp;
      painted = true;
      push({event: 'web_vitals', endpoint: restored._endpoint, ttfb: 0, fcp: shown, lcp: shown});
    }));
  });
  if (heartbeatSeconds > 0) setInterval(() => {
    if (document.hidden) return;
    push({event: 'heartbeat'});
    flush();
  }, heartbeatSeconds * 1000);
};
