// @ts-check
/** Prometheus' own page for what a panel shows. */

/** @typedef {{prometheus: string | null, names: Record<string, string>}} Where */

/**
 * @param {Where} where
 * @param {number} range seconds
 * @param {string[]} expressions
 * @returns {string | undefined}
 */
export const graph = ({prometheus}, range, expressions) => {
  if (!prometheus || !/^https?:\/\//.test(prometheus)) return undefined;
  const fields = expressions.map((expression, index) =>
    `g${index}.expr=${encodeURIComponent(expression)}&g${index}.tab=0&g${index}.range_input=${range}s`);
  return `${prometheus.replace(/\/+$/, '')}/graph?${fields.join('&')}`;
};

/**
 * A family as this application exposes it, with a suffix of its series.
 * @param {Where} where
 * @param {string} family
 * @param {string} [suffix]
 * @param {Record<string, string | undefined>} [labels] those that are to match
 */
export const series = (where, family, suffix = '', labels = {}) => {
  const matches = Object.entries(labels).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${label(where, family, name)}=${quoted(/** @type {string} */ (value))}`);
  return `${where.names[family] ?? family}${suffix}${matches.length ? `{${matches.join(',')}}` : ''}`;
};

/**
 * What a label is called on a family: requests have OpenTelemetry's where they have its families.
 * @param {Where} where
 * @param {string} family
 * @param {string} name
 */
export const label = ({names}, family, name) =>
  family.startsWith('http_') && names.http_request_duration_seconds?.endsWith('http_server_request_duration_seconds') ? OPEN_TELEMETRY[name] ?? name : name;

/** @type {Record<string, string>} */
const OPEN_TELEMETRY = {method: 'http_request_method', endpoint: 'http_route', status: 'http_response_status_code'};

/** @type {(text: string) => string} As PromQL's strings are written, which take Go's escapes. */
const quoted = text => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
