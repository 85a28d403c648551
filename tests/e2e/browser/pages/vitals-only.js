for (const name of ['TTFB', 'FCP', 'LCP', 'CLS', 'INP']) webVitals[`on${name}`](() => {});
