// @ts-check
/** Where users go from a page. */
/** @typedef {import('./panel.js').View} View */
import {Sankey} from './chart-sankey.js';
import {count} from './format.js';
import {Panel, span} from './panel.js';
import {series} from './promql.js';

const TRANSITIONS = 'user_page_transitions_total';

export class Flow {
  constructor() {
    this.sankey = new Sankey('Ways between pages', count);
    this.panel = new Panel({
      id: 'flow', title: 'User flow', about: 'Page views that followed another one of the same session: from the page on the left to that on the right.',
    }, this.sankey.element);
    this.element = this.panel.element;
  }

  /** @param {View} view */
  update(view) {
    const {window, endpoint, where, range} = view;
    this.panel.query(view, `sum by (from, to) (increase(${series(where, TRANSITIONS)}${span(range)}))`);
    const flows = [...window.counts(TRANSITIONS, ({from, to}) => JSON.stringify([from, to]))].map(([key, value]) => {
      const [from, to] = JSON.parse(key);
      return {from: String(from ?? ''), to: String(to ?? ''), value};
    }).filter(({from, to, value}) => value > 0 && (endpoint === undefined || from === endpoint || to === endpoint));
    if (this.panel.has(flows.length ? undefined : NOTHING)) this.sankey.update(flows);
  }
}

const NOTHING = 'No page was viewed after another in this time. Each second view of a session shows here.';
