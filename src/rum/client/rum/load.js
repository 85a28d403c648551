// How the document loaded.

/** @type {true | undefined} */
let loaded;

// What ends at each moment, in the order of Navigation Timing; gaps between the named ones are "other".
/** @type {Record<string, string>} */
const phaseEnds = {
  fetchStart: 'redirect',
  domainLookupStart: 'other',
  domainLookupEnd: 'dns',
  connectStart: 'other',
  connectEnd: 'connect',
  requestStart: 'other',
  responseStart: 'request',
  responseEnd: 'response',
  domComplete: 'dom',
  loadEventStart: 'other',
  loadEventEnd: 'onload',
};

/** @type {(navigation: any) => void} */
const measureLoad = navigation => {
  // Chromium reports the entry a first time before it is complete.
  if (loaded || !navigation.loadEventEnd) return;
  loaded = true;
  const responseStart = navigation.responseStart;
  // Browsers have reported zero, negative and future times here.
  if (!(responseStart > 0 && responseStart < now())) return;
  push({event: 'web_vitals', endpoint: landing._endpoint, ttfb: sinceActivation(responseStart)});
  /** @type {Record<string, number>} */
  const phases = {};
  let reached = activationStart;
  for (const end in phaseEnds) {
    const phase = phaseEnds[end];
    const time = Math.max(navigation[end], reached);
    phases[phase] = (phases[phase] || 0) + time - reached;
    reached = time;
  }
  push({event: 'page_load', endpoint: landing._endpoint, trace_id: landing._trace, load_time: reached - activationStart, phases});
};
