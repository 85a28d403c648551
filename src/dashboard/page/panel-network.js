// @ts-check
/**
 * Of what users wait for an endpoint, the server's part and the network's: means, because those of parts add up. The network's is what the
 * browser measured less what the server did.
 */
/** @typedef {import('./panel.js').View} View */
/** @typedef {{key: string, name: string, kind: string, server: number, felt: number, count: number}} Row */
import {datum, html, keyed, style, tell} from './dom.js';
import {duration} from './format.js';
import {Panel, by, span} from './panel.js';
import {label, series} from './promql.js';

const MOST = 10;
const [SERVER, REQUESTS, DOCUMENTS] = ['http_request_duration_seconds', 'user_request_duration_seconds', 'web_vitals_ttfb_seconds'];

export class Network {
  constructor() {
    const body = html('tbody');
    this.longest = 1;
    this.panel = new Panel({
      id: 'network', scoped: true, title: 'Server and network', about: 'The mean wait for an endpoint as browsers felt it: time in the server, and on the way.',
    },
      html('ul', {class: 'legend'}, ...[['c1', 'server'], ['c4', 'network']].map(([tone, name]) =>
        html('li', {class: tone}, html('span', {class: 'swatch', 'aria-hidden': 'true'}), name))),
      html('table', {class: 'network'}, html('thead', {}, html('tr', {}, html('th', {scope: 'col'}, 'Endpoint'),
        ...['Server', 'Network', 'Felt'].map(title => html('th', {scope: 'col', class: 'number'}, title)))), body));
    this.element = this.panel.element;
    this.fill = keyed(body, (/** @type {Row} */ {key}) => key, newRow, (row, {server, felt}) => {
      const network = Math.max(felt - server, 0);
      [server, network, felt].forEach((value, index) => tell(row.querySelectorAll('data')[index], value, duration));
      row.querySelectorAll('i').forEach((part, index) =>
        style(part, 'width', `${100 * (Math.min([server, network][index], felt) || 0) / this.longest}%`));
    });
  }

  /** @param {View} view */
  update(view) {
    const {window, endpoint, where, range} = view;
    const served = label(where, SERVER, 'endpoint');
    const mean = (/** @type {string} */ family, /** @type {string} */ name) => ['_sum', '_count'].map(suffix =>
      `sum by (${name}) (rate(${series(where, family, suffix, {endpoint})}${span(range)}))`).join(' / ');
    this.panel.query(view, mean(SERVER, served), mean(REQUESTS, 'endpoint'), mean(DOCUMENTS, 'endpoint'));
    const servers = window.distributions(SERVER, by('endpoint'));
    const rows = [{family: REQUESTS, kind: 'its requests'}, {family: DOCUMENTS, kind: 'the page'}].flatMap(({family, kind}) =>
      [...window.distributions(family, by('endpoint'))].filter(([name, {count}]) => count > 0 && (endpoint === undefined || name === endpoint))
        .map(([name, felt]) => ({key: `${kind} ${name}`, name, kind, server: servers.get(name)?.mean ?? NaN, felt: felt.mean, count: felt.count})));
    const shown = rows.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, MOST);
    this.longest = Math.max(...shown.map(({felt}) => felt), 1e-9);
    if (this.panel.has(shown.length ? undefined : NOTHING)) this.fill(shown);
  }
}

/** @type {(row: Row) => HTMLTableRowElement} */
const newRow = ({name, kind}) => html('tr', {},
  html('th', {scope: 'row'}, html('span', {class: 'name'}, name), ' ', html('small', {}, kind),
    html('span', {class: 'parts', 'aria-hidden': 'true'}, html('i', {class: 'c1'}), html('i', {class: 'c4'}))),
  ...[0, 1, 2].map(() => html('td', {class: 'number'}, datum())));

const NOTHING = 'No browser has told in this time how long an endpoint took. Pages with the script do, for themselves and for their fetch and XMLHttpRequest calls.';
