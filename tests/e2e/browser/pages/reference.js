// Google's web-vitals on the same page; every report goes out as it is made.
window.reference = [];
for (const name of ['TTFB', 'FCP', 'LCP', 'CLS', 'INP']) {
  webVitals[`on${name}`](({value, id, navigationType}) => {
    const report = {name, value, id, navigationType};
    window.reference.push(report);
    navigator.sendBeacon('/reference', JSON.stringify(report));
  });
}
