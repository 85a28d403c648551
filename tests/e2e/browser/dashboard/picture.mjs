// README's picture: a shop on a usual day, five minutes of it. `npm run picture -- <folder>` writes it as dashboard.png, and a PNG of each look beside it.
import {launch} from '../browser.mjs';
import {openDashboard, startWatched} from './watched.mjs';

const [folder = '.', seconds = '330'] = process.argv.slice(2);
const PAGES = ['/', '/products', '/products/{id}', '/cart', '/checkout', '/account'];
const CALLS = {'/api/search': 45, '/api/cart': 18, '/api/stock/{id}': 9, '/api/pay': 160, '/api/recommendations': 80};
const WAITS = {...Object.fromEntries(PAGES.map((page, index) => [page, 12 + 9 * index])), ...CALLS};
/** From each page on. */
const WAYS = {
  '/': ['/products', '/products', '/products', '/account', '/products/{id}'], '/products': ['/products/{id}', '/products/{id}', '/products/{id}', '/', '/cart'],
  '/products/{id}': ['/products', '/cart', '/cart', '/products/{id}'], '/cart': ['/checkout', '/checkout', '/products'], '/checkout': ['/account', '/'], '/account': ['/'],
};

const pick = list => list[Math.floor(list.length * Math.random())];
/** Most are near the middle, some take much longer. */
const around = middle => middle * Math.exp(0.55 * (Math.random() + Math.random() + Math.random() + Math.random() - 2) * 1.4);
const pathOf = template => template.replace('{id}', '7');

const app = await startWatched({
  templates: Object.fromEntries(Object.keys(WAITS).map(template => [pathOf(template), template])), interval_ms: 10_000,
  goals: ['purchase', 'signup'], interactions: ['add-to-cart', 'search', 'pay'], probes: {home: '/', checkout: '/checkout', payment: '/api/pay'},
  prometheus: 'https://prometheus.example',
});

const ask = async template => {
  const status = template === '/api/pay' && Math.random() < 0.03 || Math.random() < 0.002 ? 502 : 200;
  await (await fetch(`${app.origin}${pathOf(template)}?wait=${Math.round(around(WAITS[template]))}&status=${status}`)).text();
};

/** What one view of a page reports. */
const view = (endpoint, from) => {
  const [request, dom] = [around(90 + WAITS[endpoint]), around(420)];
  const phases = {redirect: 0, dns: around(18), connect: around(35), request, response: around(30), dom, onload: around(12), other: around(25)};
  const load = Object.values(phases).reduce((sum, each) => sum + each, 0);
  return [
    {event: 'page_view', endpoint, ...from && {from}},
    {event: 'page_load', endpoint, load_time: load, phases},
    {event: 'web_vitals', endpoint, ttfb: request + 60, fcp: around(780), lcp: around(1500), cls: 0.04 * around(1), inp: around(150)},
    ...Object.keys(CALLS).filter(() => Math.random() < 0.4).map(call => ({event: 'request', endpoint: call, duration: CALLS[call] + around(48)})),
    {event: 'interaction', type: 'click', name: pick(['add-to-cart', 'search', '', '', 'pay']), count: 1 + Math.floor(3 * Math.random())},
    ...Math.random() < 0.03 ? [{event: 'error', endpoint, kind: pick(['exception', 'resource', 'rejection']), count: 1}] : [],
  ];
};

const session = () => {
  let page = pick(['/', '/', '/', '/products', '/products/{id}']);
  const events = [{event: 'session'}, ...view(page)];
  if (Math.random() < 0.34) return events;
  events.push({event: 'engaged'}, {event: 'engaged_time', value: around(60_000)});
  for (let views = 1 + Math.floor(5 * Math.random()); views > 0; views--) {
    const next = pick(WAYS[page]);
    events.push(...view(next, page));
    page = next;
  }
  if (Math.random() < 0.09) events.push({event: 'conversion', goal: 'purchase'});
  if (Math.random() < 0.05) events.push({event: 'conversion', goal: 'signup'});
  if (Math.random() < 0.02) events.push({event: 'conversion', goal: 'unknown'});
  return events;
};

// Before the traffic: opening it takes what the application would have.
const browser = await launch('--force-device-scale-factor=1');
const live = await openDashboard(browser, app.origin, {width: 1280, height: 1700});
let open = true;
const traffic = async () => {
  for (let second = 0; open; second++) {
    const busy = 1 + 0.4 * Math.sin(second / 25);
    const templates = [...Object.keys(WAITS), '/', '/products', '/api/search'];
    const asked = Array.from({length: Math.round(14 * busy * (0.8 + 0.4 * Math.random()))}, () => ask(pick(templates)));
    await app.beacon(Array.from({length: Math.round(1.4 * busy)}, session).flat());
    await Promise.all([...asked, new Promise(resolve => setTimeout(resolve, 1000))]);
  }
};
const driven = traffic();
await new Promise(resolve => setTimeout(resolve, 1000 * Number(seconds)));

const height = await live.$eval('#endpoints', panel => panel.getBoundingClientRect().top) - 4;
await live.screenshot({path: `${folder}/dashboard.png`, clip: {x: 0, y: 0, width: 1280, height}});
for (const [width, theme] of [[1440, 'light'], [1440, 'dark'], [360, 'light'], [360, 'dark']]) {
  const tab = await openDashboard(browser, app.origin, {width, theme});
  await tab.screenshot({path: `${folder}/shop-${theme}-${width}.png`, fullPage: true});
  await tab.context.close();
}
open = false;
await driven;
await browser.close();
await app.stop();
