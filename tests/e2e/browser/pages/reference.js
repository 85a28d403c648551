// Google's web-vitals on the same page; every report goes out as it is made.
window.reference = [];
for (const name of ['TTFB', 'FCP', 'LCP', 'CLS', 'INP']) {
  webVitals[`on${name}`](({value, id, navigationType}) => {
    const report = {name, value, id, navigationType};
    window.reference.push(report);
    navigator.sendBeacon('/reference', JSON.stringify(report));
  });
}
// The duration of each interaction that is told, by its id: what a slow machine adds is in it.
window.durations = new Map();
{
  const observer = new PerformanceObserver(list => list.getEntries().forEach(({interactionId: id, duration}) => {
    if (id) durations.set(id, Math.max(duration, durations.get(id) ?? 0));
  }));
  for (const type of ['event', 'first-input']) observer.observe({type, buffered: true, durationThreshold: 40});
}
