// The dashboard of a real application in a real browser: what it says is what was done to the application.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';
import {hide, launch, show} from './browser.mjs';
import {BUSY, TEMPLATES, drive} from './dashboard/day.mjs';
import {bars, looksRight, openDashboard, repeat, rows, startWatched, tile, until} from './dashboard/watched.mjs';

let browser, app;
before(async () => { browser = await launch(); });
after(() => browser?.close());
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

const near = (actual, expected, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), 1e-12), `${actual} is not ${expected}`);

/** Counts and sums of a histogram on /metrics, by the endpoint. */
const exposed = (text, family) => {
  const found = {};
  for (const [, suffix, labels, value] of text.matchAll(new RegExp(`^${family}_(sum|count|bucket)\\{(.*)\\} (\\S+)$`, 'gm'))) {
    const endpoint = /endpoint="([^"]*)"/.exec(labels)[1];
    const le = /le="([^"]*)"/.exec(labels)?.[1] ?? '';
    const sums = found[endpoint] ??= {};
    sums[suffix + le] = (sums[suffix + le] ?? 0) + Number(value);
  }
  return found;
};

/** By hand: the line through the bucket that holds the rank. */
const quantile = (q, buckets) => {
  const rank = q * buckets.at(-1)[1];
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [low, before] = index ? buckets[index - 1] : [0, 0];
  return low + (buckets[index][0] - low) * (rank - before) / (buckets[index][1] - before);
};

test('every panel says what was driven', async () => {
  app = await startWatched(BUSY);
  await drive(app);
  const tab = await openDashboard(browser, app.origin);
  await until(tab, () => document.querySelectorAll('#probes tbody tr').length === 2);
  const page = await app.metrics();
  const unprobed = await rows(tab, 'endpoints');

  // Probes ask for "/" as well, each second: what they did is in no tally.
  const users = unprobed.find(([name]) => name === '/users/{id}');
  near(users[2], 1 / 8);
  const served = exposed(page, 'http_request_duration_seconds');
  const cart = Object.entries(served['/cart']).filter(([key]) => key.startsWith('bucket')).map(([key, count]) => [key === 'bucket+Inf' ? Infinity : Number(key.slice(6)), count]);
  near(unprobed.find(([name]) => name === '/cart')[4], quantile(0.95, cart));
  assert.equal(await tile(tab, 'Sessions'), 10);
  assert.match(await tab.text('.tile:nth-child(7) .note'), /^40 % bounced$/);
  assert.equal(await tile(tab, 'Probes up'), 1);
  assert.deepEqual((await rows(tab, 'probes')).map(([name, , success]) => [name, success]), [['broken', 0], ['home', 1]]);

  // 7, 2 and 1 of 10; the rank 7.5 is a quarter into the bucket from 2.5 to 3 s.
  const lcp = quantile(0.75, [[1, 0], [1.5, 7], [2, 7], [2.5, 7], [3, 9], [10, 10]]);
  near(await tile(tab, 'LCP p75'), lcp);
  near(await tile(tab, 'INP p75'), quantile(0.75, [[0.05, 0], [0.1, 7], [0.2, 7], [0.3, 9], [1, 10]]));
  near(await tile(tab, 'CLS p75'), quantile(0.75, [[0.01, 0], [0.025, 7], [0.15, 7], [0.2, 9], [0.75, 10]]));
  for (const vital of [1, 2, 3]) {
    const shares = await tab.$$eval(`.vital:nth-child(${vital}) .share-list data`, each => each.map(({value}) => Number(value)));
    [0.7, 0.2, 0.1].forEach((share, index) => near(shares[index], share));
    assert.equal(await tab.text(`.vital:nth-child(${vital}) .state`), 'Needs improvement');
  }
  assert.equal(await tab.text('.vital:nth-child(4) .state'), 'Good');

  const facts = panel => tab.$$eval(`#${panel} .facts data`, each => each.map(({value}) => Number(value)));
  const loads = await facts('loads');
  assert.equal(loads[0], 4);
  near(loads[2], quantile(0.75, [[0.75, 0], [1, 4]]));
  await tab.$eval('#loads .plot', plot => plot.focus());
  await tab.keyboard.press('End');
  const said = () => tab.$eval('#loads .plot', plot => plot.getAttribute('aria-valuetext'));
  for (let left = 60; left > 0 && !(await said()).includes('dns 100 ms'); left--) await tab.keyboard.press('ArrowLeft');
  const spoken = await said();
  for (const part of ['dns 100 ms', 'connect 100 ms', 'request 300 ms', 'response 50 ms', 'dom 400 ms', 'onload –', 'other 50 ms']) {
    assert.ok(spoken.includes(part), `${part} in ${spoken}`);
  }
  const sessions = await facts('sessions');
  [10, 0.4, 2].forEach((fact, index) => near(sessions[index], fact));
  assert.deepEqual(await rows(tab, 'sessions'), [['signup', 3, 0.3]]);
  assert.deepEqual(await bars(tab, 'Errors by kind and page'), {'exception /cart': 2, 'resource /': 1});
  assert.deepEqual(await bars(tab, 'Interactions by type and name'), {'click': 9, 'click on buy': 4});
  assert.deepEqual(await bars(tab, 'Refused by reason'), {unknown_name: 2});
  assert.deepEqual(await tab.$$eval('#flow tbody tr', rows => rows.map(row => [...row.cells].map(cell => cell.textContent))),
    [['/', '/users/{id}', '5'], ['/users/{id}', '/', '2'], ['/', '/cart', '1']]);
  const network = (await rows(tab, 'network')).find(([name]) => name === '/cart its requests');
  const mean = served['/cart'].sum / served['/cart'].count;
  near(network[1], mean);
  near(network[2], 0.2 - mean);
  near(network[3], 0.2);
  assert.match(await tab.text('.verdict'), /^Users are having trouble.*Probes up/);
  tab.clean();
  await tab.context.close();
});

test('what happens shows within an interval, without a hand on the page', async () => {
  app = await startWatched({templates: TEMPLATES});
  await app.sampled();
  const tab = await openDashboard(browser, app.origin);
  assert.equal(await tab.text('#requests .missing').then(text => text.startsWith('No request has been counted yet')), true);
  await app.ask(...repeat(9, '/cart'), '/cart?status=500');
  const asked = await tab.questions();
  // At the moment when it shows: one question may have been on its way, and the next one tells all.
  const shown = await tab.waitForFunction(() => document.querySelector('.tile:nth-child(1) .note').textContent.startsWith('10 in') && window.questions, {polling: 'mutation'});
  assert.ok(await shown.jsonValue() <= asked + 1, 'it took longer than an interval');
  near(await tile(tab, 'Errors'), 0.1);
  const rate = await tile(tab, 'Requests');
  assert.ok(rate > 0, 'no rate');
  await app.ask(...repeat(10, '/cart'));
  await until(tab, () => document.querySelector('.tile:nth-child(1) .note').textContent.startsWith('20 in'));
  near(await tile(tab, 'Errors'), 0.05);
  tab.clean();
  await tab.context.close();
});

test('with nothing to show each panel says what is missing', async () => {
  app = await startWatched();
  await app.sampled();
  const tab = await openDashboard(browser, app.origin);
  const missing = await tab.$$eval('.panel', panels => Object.fromEntries(panels.map(panel => [panel.id, panel.querySelector('.missing').checkVisibility() && panel.querySelector('.missing').textContent])));
  for (const [panel, text] of Object.entries(missing)) assert.ok(text, `${panel} says nothing`);
  assert.equal(await tab.$$eval('.panel .body', bodies => bodies.filter(body => body.checkVisibility()).length), 0);
  assert.match(missing.requests, /monitor\.layer\(\)/);
  for (const panel of ['loads', 'vitals']) assert.match(missing[panel], /No page has reported.*<script src="\/rum\.js" async><\/script>/);
  assert.equal(await tab.text('.verdict strong'), 'Nothing is known of users yet');
  assert.equal(await tab.text('#notice'), '');
  tab.clean();
  await tab.context.close();
});

test('a chosen endpoint has curves and vitals of its own', async () => {
  app = await startWatched(BUSY);
  await drive(app);
  await app.beacon(repeat(4, {event: 'web_vitals', endpoint: '/cart', lcp: 800}));
  const tab = await openDashboard(browser, app.origin);
  await tab.evaluate(() => [...document.querySelectorAll('#endpoints tbody button')].find(button => button.textContent === '/cart').click());
  assert.equal(await tab.text('.vital:nth-child(1) .state'), 'Good');
  near(await tab.number('.vital:nth-child(1) .value data'), 0.5 + 0.5 * 0.75);
  assert.deepEqual(await bars(tab, 'Errors by kind and page'), {'exception /cart': 2});
  assert.deepEqual((await rows(tab, 'network')).map(([name]) => name), ['/cart its requests']);
  await tab.context.close();
});

test('names with markup are text, wherever they stand', async () => {
  const evil = '<img/src=x/onerror=alert(1)><script>alert(2)</script>"\'&amp;';
  app = await startWatched({templates: {'/evil': evil, '/': '/'}, goals: [evil], interactions: [evil], probes: {[evil]: '/evil'}, prometheus: 'https://prometheus.example/x'});
  await app.sampled();
  await app.ask('/evil', '/');
  await app.beacon([
    {event: 'session'}, {event: 'conversion', goal: evil}, {event: 'interaction', type: 'click', name: evil, count: 1},
    {event: 'error', endpoint: evil, kind: 'exception', count: 1}, {event: 'page_view', endpoint: '/', from: evil}, {event: 'page_view', endpoint: evil, from: '/'},
    {event: 'page_load', endpoint: evil, load_time: 100}, {event: 'web_vitals', endpoint: evil, ttfb: 100}, {event: 'request', endpoint: evil, duration: 50},
  ]);
  const tab = await openDashboard(browser, app.origin);
  await until(tab, () => document.querySelectorAll('#probes tbody tr').length === 1);
  for (const panel of ['endpoints', 'sessions', 'errors', 'flow', 'loads', 'network', 'probes']) {
    assert.ok((await tab.$eval(`#${panel}`, element => element.textContent)).includes(evil), `${panel} does not say the name`);
  }
  await tab.evaluate(evil => [...document.querySelectorAll('#endpoints tbody button')].find(button => button.textContent === evil).click(), evil);
  assert.equal(await tab.text('#chosen-name'), evil);
  assert.equal(await tab.$$eval('img, main script, iframe', found => found.length), 0);
  const expression = new URL(await tab.$eval('#requests .query', link => link.href)).searchParams.get('g0.expr');
  assert.equal(expression, `sum(rate(http_requests_total{endpoint="${evil.replaceAll('"', '\\"')}"}[300s]))`);
  await looksRight(tab, 100);
  await tab.setViewport({width: 360, height: 800});
  await until(tab, () => document.querySelector('#requests svg')?.clientWidth < 360);
  await looksRight(tab, 100);
  tab.clean();
  await tab.context.close();
});

test('panels lead to Prometheus where there is one, over the range that is chosen by keyboard', async () => {
  app = await startWatched({...BUSY, prometheus: 'https://prometheus.example/under'});
  await drive(app);
  const tab = await openDashboard(browser, app.origin);
  await tab.focus('#ranges input:checked');
  await tab.keyboard.press('ArrowRight');
  assert.equal(await tab.$eval('#ranges input:checked', input => input.value), '900');
  const links = await tab.$$eval('.query', links => links.filter(link => link.checkVisibility()).map(link => link.href));
  assert.equal(links.length, 10);
  for (const link of links) {
    const {origin, pathname, searchParams} = new URL(link);
    assert.equal(origin + pathname, 'https://prometheus.example/under/graph');
    assert.equal(searchParams.get('g0.range_input'), '900s');
    const expressions = [...searchParams].filter(([name]) => name.endsWith('.expr')).map(([, expression]) => expression);
    assert.ok(expressions.length && expressions.every(each => each.length > 5));
  }
  tab.clean();
  await tab.context.close();

  await app.stop();
  app = await startWatched(BUSY);
  await drive(app);
  const plain = await openDashboard(browser, app.origin);
  assert.equal(await plain.$$eval('.query', links => links.filter(link => link.checkVisibility()).length), 0);
  await plain.context.close();
});

test('without a history the page remembers by itself, and says so', async () => {
  app = await startWatched({templates: TEMPLATES, history: false});
  await app.ask('/');
  const tab = await openDashboard(browser, app.origin);
  assert.match(await tab.text('#notice'), /keeps no history.*remembers since it was opened.*monitor\.history\(\)/);
  await app.ask(...repeat(8, '/cart'));
  await until(tab, () => [...document.querySelectorAll('#endpoints tbody tr')].some(row => row.textContent.includes('/cart')));
  assert.match(await tab.text('.tile:nth-child(1) .note'), /^8 in/);
  // No page has said a word of its users.
  assert.match(await tab.text('.verdict'), /^The server is well.*nothing is known of LCP p75/);
  tab.clean();
  await tab.context.close();
});

test('paused it asks for nothing, and a server that begins anew is read from the start', async () => {
  app = await startWatched({templates: TEMPLATES});
  await app.sampled();
  await app.ask(...repeat(5, '/cart'));
  const tab = await openDashboard(browser, app.origin, {every: 1000});
  const early = await tab.questions();
  await until(tab, early => window.questions > early, early);
  await tab.click('#pause');
  const asked = await tab.questions();
  await tab.rest(1500);
  assert.equal(await tab.questions(), asked);
  assert.match(await tab.text('#state'), /^Paused, \d+ s ago$/);

  const port = Number(new URL(app.origin).port);
  await app.stop();
  await tab.click('#pause');
  await until(tab, () => document.getElementById('notice').textContent.includes('out of reach'));
  assert.match(await tab.text('#state'), /^No answer: numbers are from \d+ s ago$/);
  app = await startWatched({templates: TEMPLATES, port});
  await app.sampled();
  await app.ask(...repeat(3, '/'));
  await until(tab, () => document.getElementById('notice').textContent.includes('began anew'));
  await until(tab, () => document.querySelector('.tile:nth-child(1) .note').textContent.startsWith('3 in'));
  assert.deepEqual((await rows(tab, 'endpoints')).map(([name]) => name), ['/']);
  await tab.context.close();
});

test('out of sight the page asks for nothing, and asks at once when it is seen again', async () => {
  app = await startWatched({templates: TEMPLATES});
  const tab = await openDashboard(browser, app.origin, {every: 1000});
  const early = await tab.questions();
  await until(tab, early => window.questions > early, early);
  const other = await hide(tab);
  const asked = await tab.questions();
  await tab.rest(2500);
  assert.equal(await tab.questions(), asked);
  await tab.evaluate(() => document.addEventListener('visibilitychange', () => { window.atOnce = window.questions; }));
  await show(tab);
  await until(tab, () => window.atOnce);
  assert.equal(await tab.evaluate(() => window.atOnce), asked + 1);
  tab.clean();
  await other.close();
  await tab.context.close();
});

test('a theme of the reader\'s own stands over the system\'s, in this tab', async () => {
  app = await startWatched();
  const tab = await openDashboard(browser, app.origin, {theme: 'light'});
  const surface = () => tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await surface();
  await tab.click('#theme');
  assert.equal(await surface(), light);
  await tab.focus('#theme');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.text('#theme'), 'Theme: dark');
  assert.notEqual(await surface(), light);
  await tab.reload();
  assert.equal(await tab.text('#theme'), 'Theme: dark');
  await tab.context.close();
});
