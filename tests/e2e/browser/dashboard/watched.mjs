// An application that is watched, the traffic that it gets, and its dashboard in a tab.
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {openTab} from '../browser.mjs';
import {PATIENCE, eventually} from '../patience.mjs';
import {build, run} from '../program.mjs';

let program;

/** @param {object} [settings] of tests/e2e/watched */
export const startWatched = async (settings = {}) => {
  program ??= build('../Cargo.toml', '--bin', 'watched', '--tests');
  const {first: origin, stop} = await run(program, {WATCHED: JSON.stringify(settings)});
  /** Real beacons, of fifty events at most. */
  const beacon = async events => {
    for (let at = 0; at < events.length; at += 50) {
      const body = JSON.stringify({version: 1, id: randomBytes(16).toString('hex'), events: events.slice(at, at + 50)});
      const response = await fetch(`${origin}/log-beacon`, {method: 'POST', body, headers: {'content-type': 'text/plain'}});
      assert.ok([204, 422].includes(response.status), `a beacon was answered ${response.status}: ${await response.text()}`);
    }
  };
  return {
    origin,
    stop,
    beacon,
    metrics: async () => (await fetch(`${origin}/metrics`)).text(),
    data: async (query = '') => (await fetch(`${origin}/dashboard/data${query}`)).json(),
    /** Requests one after the other, by path and query. */
    ask: async (...paths) => {
      for (const path of paths) await (await fetch(origin + path)).text();
    },
    /** The first samples are from before the traffic, so that counters are seen from nothing on. */
    sampled: async (samples = 2) => {
      const enough = async () => (await (await fetch(`${origin}/dashboard/data`)).json()).samples.length >= samples;
      await eventually(enough, `${samples} samples`);
    },
  };
};

/** `times` of the same. */
export const repeat = (times, one) => Array.from({length: times}, () => one);

/**
 * The dashboard in a tab of its own; `tab.complaints` is what a careful reader of the console would find.
 * It asks every five seconds, or `every` so many milliseconds.
 */
export const openDashboard = async (browser, origin, {width = 1440, height = 900, theme = 'light', data = true, every = 5000} = {}) => {
  const complaints = [], asked = [];
  const tab = await openTab(browser, undefined, async page => {
    await page.setViewport({width, height});
    await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: theme}]);
    page.on('console', message => ['error', 'warn'].includes(message.type()) && complaints.push(message.text()));
    page.on('request', request => asked.push(request.url()));
    page.on('dialog', dialog => { complaints.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
    // Looks on at what the page asks, and how long it waits in between.
    await page.evaluateOnNewDocument(every => {
      const native = {fetch, setTimeout};
      window.questions = 0;
      window.fetch = (...asked) => {
        window.questions++;
        return native.fetch.call(window, ...asked);
      };
      window.setTimeout = (task, time, ...given) => native.setTimeout.call(window, task, time === 5000 ? every : time, ...given);
    }, every);
    await page.exposeFunction('tellViolation', text => complaints.push(text));
    await page.evaluateOnNewDocument(() => addEventListener('securitypolicyviolation', event =>
      window.tellViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)));
  });
  await tab.goto(`${origin}/dashboard`, {waitUntil: 'load'});
  if (data) await tab.waitForFunction(() => document.title !== 'Dashboard');
  return Object.assign(tab, {
    complaints,
    asked,
    /** How often it has asked the server. */
    questions: () => tab.evaluate(() => window.questions),
    /** By the page's own timers, which run in the order of their times: what it was to do by then is done. */
    rest: time => tab.evaluate(time => new Promise(resolve => setTimeout(resolve, time)), time),
    /** The exact number behind what a `<data>` says. */
    number: selector => tab.$eval(selector, element => element.value === '' ? NaN : Number(element.value)),
    text: selector => tab.$eval(selector, element => element.textContent.trim().replace(/\s+/g, ' ')),
    texts: selector => tab.$$eval(selector, elements => elements.map(element => element.textContent.trim().replace(/\s+/g, ' '))),
    /** No error, no violated policy, nothing from elsewhere. */
    clean: () => {
      assert.deepEqual(tab.errors, []);
      assert.deepEqual(complaints, []);
      assert.deepEqual(asked.filter(url => !url.startsWith(`${origin}/`) && !url.startsWith('data:')), []);
    },
  });
};

/** The number of a tile by its heading. */
export const tile = (tab, name) => tab.$$eval('.tile', (tiles, name) => {
  const {value} = tiles.find(each => each.querySelector('h2').textContent === name).querySelector('data');
  return value === '' ? NaN : Number(value);
}, name);

/** Bars of a list by name and detail, as `[text, exact number]`. */
export const bars = (tab, label) => tab.$$eval(`ul[aria-label="${label}"] li`, items =>
  Object.fromEntries(items.map(item => [item.querySelector('.name').textContent, Number(item.querySelector('data').value)])));

/** Rows of a panel's table: the heading's text and the exact numbers. */
export const rows = (tab, panel) => tab.$$eval(`#${panel} tbody tr`, rows =>
  rows.map(row => [row.firstElementChild.textContent.trim(), ...[...row.querySelectorAll('data')].map(({value}) => value === '' ? NaN : Number(value))]));

/** What of the page is wider than its window, and which texts stand out too little from what is behind them (WCAG 2.2, 1.4.3). */
const inspect = tab => tab.evaluate(() => {
  const {scrollWidth, clientWidth} = document.documentElement;
  /** @param {string} text */
  const parse = text => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return {r, g, b, a};
  };
  const luminance = ({r, g, b}) => {
    const [x, y, z] = [r, g, b].map(each => each / 255).map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color.a > 0) return color;
    }
    return {r: 255, g: 255, b: 255, a: 1};
  };
  const faint = [], cut = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true}) || element.closest('title, .hidden, noscript')) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    seen++;
    const style = getComputedStyle(element);
    const [front, back] = [parse(element instanceof SVGElement ? style.fill : style.color), behind(element)].map(luminance);
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    if (contrast < (large ? 3 : 4.5)) faint.push(`${contrast.toFixed(2)} "${walker.currentNode.data}"`);
    // Of a drawing nothing shows outside of it.
    const {left, right} = element.closest('svg')?.getBoundingClientRect() ?? {left: 0, right: clientWidth};
    if (!element.closest('.skip, .scrolls') && (box.right > right + 1 || box.left < left - 1)) cut.push(walker.currentNode.data);
  }
  return {over: Math.max(scrollWidth - clientWidth, 0), faint, cut, seen};
});

/**
 * Nothing is cut off or faint.
 * @param {number} least texts that the page must have, so that none is looked at in vain
 */
export const looksRight = async (tab, least) => {
  const {over, faint, cut, seen} = await inspect(tab);
  assert.equal(over, 0, `the page is ${over} px wider than its window`);
  assert.deepEqual(faint, []);
  assert.deepEqual(cut, []);
  assert.ok(seen >= least, `${seen} texts were looked at`);
};

/** Waits for what the page says to hold; it asks every five seconds. */
export const until = async (tab, condition, ...given) => tab.waitForFunction(condition, {polling: 100, timeout: PATIENCE}, ...given);
