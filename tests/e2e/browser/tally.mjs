// What /metrics must hold after the batches that have arrived, and what it does hold.

const DECLARED = {
  endpoints: ['/attribute', '/a', '/b', '/route', '/products/{id}', '/cart'],
  interactions: ['buy'],
  journeys: ['start'],
  goals: ['signup', 'purchase'],
  counters: {added_total: ['plan'], plain_total: []},
  histograms: {search_duration_seconds: ['plan'], items: []},
  plans: ['free', 'pro'],
};

/** The reason for which the site refuses an event, if it does. */
const refusalOf = each => {
  const declared = {counter: DECLARED.counters, histogram: DECLARED.histograms}[each.event];
  if (declared) {
    const labels = Object.entries(each.labels ?? {});
    const known = declared[each.name]?.join() === labels.map(([name]) => name).join();
    if (!known || !labels.every(([, plan]) => DECLARED.plans.includes(plan))) return 'unknown_name';
  }
  const range = each.event === 'counter' ? [1, 1000] : each.name === 'items' ? [0, 1000] : [0, 600_000];
  if (declared && !(each.value >= range[0] && each.value <= range[1])) return 'range';
  if (each.event === 'interaction' && each.name && !DECLARED.interactions.includes(each.name)) return 'unknown_name';
  if (each.event === 'journey' && !DECLARED.journeys.includes(each.path)) return 'unknown_name';
  if (each.event === 'conversion' && !DECLARED.goals.includes(each.goal)) return 'unknown_name';
};

const VITALS = {
  ttfb: 'web_vitals_ttfb_seconds', fcp: 'web_vitals_fcp_seconds', lcp: 'web_vitals_lcp_seconds', inp: 'web_vitals_inp_seconds',
  cls: 'web_vitals_cls_score', blocking_time: 'page_blocking_time_seconds',
};

/**
 * Every series that browsers move and that is not 0, by name and labels.
 * @param {{text: string, headers: Record<string, string>, status: number}[]} beacons
 * @param {Set<string>} templates that the server has shown
 */
export const expected = (beacons, templates, privacy) => {
  const series = {};
  const add = (name, labels, amount = 1) => {
    const text = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    const key = `${name}{${text.sort()}}`;
    series[key] = (series[key] ?? 0) + amount;
  };
  const observe = (name, labels, value) => {
    add(`${name}_count`, labels);
    add(`${name}_sum`, labels, value);
  };
  const known = endpoint => templates.has(endpoint) || DECLARED.endpoints.includes(endpoint) ? endpoint : 'unmatched';

  const record = {
    page_load: ({endpoint, load_time, phases}) => {
      observe('page_load_time_seconds', {endpoint: known(endpoint)}, load_time / 1000);
      for (const [phase, time] of Object.entries(phases)) observe('page_load_phase_seconds', {phase}, time / 1000);
    },
    web_vitals: ({event, endpoint, trace_id, ...vitals}) => {
      for (const [vital, value] of Object.entries(vitals)) {
        observe(VITALS[vital], {endpoint: known(endpoint)}, vital === 'cls' ? value : value / 1000);
      }
    },
    interaction: ({type, name = '', count}) => add('user_interactions_total', {type, name}, count),
    error: ({endpoint, kind, count}) => add('user_errors_total', {endpoint: known(endpoint), kind}, count),
    page_view: ({endpoint, from}) => {
      add('user_journeys_total', {path: known(endpoint)});
      if (from !== undefined) add('user_page_transitions_total', {from: known(from), to: known(endpoint)});
    },
    journey: ({path}) => add('user_journeys_total', {path}),
    session: () => add('user_sessions_total', {}),
    engaged: () => add('user_engaged_sessions_total', {}),
    engaged_time: ({value}) => add('user_engaged_seconds_total', {}, value / 1000),
    conversion: ({goal}) => add('user_conversions_total', {goal}),
    request: ({endpoint, duration}) => observe('user_request_duration_seconds', {endpoint: known(endpoint)}, duration / 1000),
    third_party: ({service, duration}) => observe('user_third_party_request_duration_seconds', {service}, duration / 1000),
    third_party_failure: ({service, count}) => add('user_third_party_failures_total', {service}, count),
    counter: ({name, labels = {}, value}) => add(name, labels, value),
    histogram: ({name, labels = {}, value}) => observe(name, labels, name === 'items' ? value : value / 1000),
    heartbeat: () => {},
  };

  for (const {text, headers, status} of beacons) {
    if (privacy && (headers['sec-gpc'] === '1' || headers.dnt === '1')) {
      add('rum_rejected_total', {reason: 'privacy'});
      add('rum_batches_total', {result: 'rejected'});
      if (status !== 204) throw new Error(`a beacon under a privacy signal was answered ${status}`);
      continue;
    }
    const {events} = JSON.parse(text);
    const refused = events.filter(refusalOf);
    const result = refused.length === 0 ? 'accepted' : refused.length < events.length ? 'partial' : 'rejected';
    if (status !== (result === 'rejected' ? 422 : 204)) throw new Error(`a batch that is ${result} was answered ${status}: ${text}`);
    add('rum_batches_total', {result});
    for (const each of events) {
      const reason = refusalOf(each);
      if (reason) {
        add('rum_rejected_total', {reason});
      } else {
        add('rum_events_total', {kind: each.event});
        record[each.event](each);
      }
    }
  }
  return nonZero(series);
};

const BROWSER_HALF = /^(page_|web_vitals_|user_|rum_(?!exposition_)|added_total|plain_total|search_duration_seconds|items)/;

/** The same of the text that /metrics answers; buckets are left out, their counts are there. */
export const exposed = text => {
  const series = {};
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!name || name.endsWith('_bucket') || !BROWSER_HALF.test(name)) continue;
    const pairs = [...labels.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, label, quoted]) => `${label}=${quoted}`);
    series[`${name}{${pairs.sort()}}`] = Number(value);
  }
  return nonZero(series);
};

/** The templates under which the server has counted requests. */
export const servedTemplates = text => new Set(
  [...text.matchAll(/^http_requests_total\{[^\n]*?endpoint=("(?:[^"\\]|\\.)*")/gm)].map(([, quoted]) => JSON.parse(quoted)));

/** What differs, in words; times are kept in billionths of a second each. */
export const differences = (expected, exposed) =>
  [...new Set([...Object.keys(expected), ...Object.keys(exposed)])]
    .filter(key => !(Math.abs((expected[key] ?? 0) - (exposed[key] ?? 0)) <= (/_sum\{|_seconds_total/.test(key) ? 1e-6 : 0)))
    .map(key => `${key}: sent ${expected[key] ?? 0}, exposed ${exposed[key] ?? 0}`);

const nonZero = series => Object.fromEntries(Object.entries(series).filter(([, value]) => value !== 0));
