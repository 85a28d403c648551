// @ts-check
/**
 * What all panels have: a heading, a word on what is shown, a link to Prometheus, and what they say while there is nothing to show.
 *
 * @typedef {import('./samples.js').History} History
 * @typedef {import('./measures.js').Window} Window
 * @typedef {{
 *   history: History, window: Window, steps: Window[], range: number, endpoint: string | undefined,
 *   where: import('./promql.js').Where,
 * }} View what every panel is updated with
 */
import {html, say, set} from './dom.js';
import {graph} from './promql.js';

export class Panel {
  /**
   * @param {{id: string, title: string, about?: string, wide?: boolean, scoped?: boolean}} made scoped: it follows the choice of an endpoint
   * @param {...Node} body
   */
  constructor({id, title, about = '', wide = false, scoped = false}, ...body) {
    this.scope = html('span', {class: 'scope', hidden: !scoped});
    this.link = html('a', {class: 'query', rel: 'noreferrer', target: '_blank', hidden: true}, 'Prometheus');
    set(this.link, 'aria-label', `${title} in Prometheus`);
    this.about = html('p', {class: 'about'}, about);
    this.missing = html('p', {class: 'missing', hidden: true});
    this.body = html('div', {class: 'body'}, ...body);
    this.element = html('section', {id, class: wide ? 'panel wide' : 'panel', 'aria-labelledby': `${id}-title`},
      html('header', {}, html('h2', {id: `${id}-title`}, title), this.scope, this.link), this.about, this.missing, this.body);
  }

  /**
   * @param {View} view
   * @param {...string} expressions of PromQL
   */
  query({where, range, endpoint}, ...expressions) {
    say(this.scope, endpoint ?? 'all endpoints');
    const address = graph(where, range, expressions);
    set(this.link, 'href', address);
    this.link.hidden = address === undefined;
  }

  /**
   * @param {string | undefined} text what is missing, and what to do about it; undefined when nothing is
   * @returns {boolean} whether there is something to show
   */
  has(text) {
    say(this.missing, text ?? '');
    this.missing.hidden = text === undefined;
    this.body.hidden = text !== undefined;
    return text === undefined;
  }
}

export const NO_PAGE = 'No page has reported in this time. Pages report once they load the script: <script src="/rum.js" async></script>, as monitor.script() names it.';

/** @type {(key: string) => (labels: Record<string, string>) => string | undefined} */
export const by = key => labels => labels[key] ?? '';

/** @type {(endpoint: string | undefined) => (labels: Record<string, string>) => boolean} */
export const only = endpoint => labels => endpoint === undefined || labels.endpoint === endpoint;

/** @type {(labels: Record<string, string>) => boolean} */
export const failed = ({status}) => /^5/.test(status ?? '');

/** The duration of a range as PromQL writes it. */
export const span = (/** @type {number} */ seconds) => `[${seconds}s]`;
