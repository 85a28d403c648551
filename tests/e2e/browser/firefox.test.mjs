// What Firefox supports: everything but layout shifts, long frames and fetchLater.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {isDeepStrictEqual} from 'node:util';
import puppeteer from 'puppeteer-core';
import {openTab, referenceSettled} from './browser.mjs';
import {PATIENCE} from './patience.mjs';
import {repeat, rows, startWatched} from './dashboard/watched.mjs';
import {startTarget} from './target.mjs';

const executablePath = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
let browser;
before(async () => {
  assert.ok(existsSync(executablePath), `${executablePath} is missing: install Debian's package firefox-esr.`);
  browser = await puppeteer.launch({browser: 'firefox', executablePath, headless: true, timeout: PATIENCE, protocolTimeout: PATIENCE});
});
after(() => browser?.close());

test('Firefox: vitals, load, requests, errors, interactions and delivery at a navigation', async () => {
  const target = await startTarget();
  try {
    const page = await openTab(browser, target.url('/page/1'));
    await page.click('#slow');
    await page.click('#inner');
    await page.waitForFunction(() => durations.size > 0);
    await page.evaluate(async () => {
      await (await fetch('/api/7')).text();
      rejectLater();
      history.pushState({}, '', '/route');
      rumClient.page('/route');
      rumClient.makeCounter('plain_total').increment(2);
    });
    await referenceSettled(page);
    await page.evaluate(url => { location.href = url; }, target.url('/plain')).catch(() => {});
    await target.until(() => target.events('page_view').length === 2 && target.events('web_vitals').some(each => 'lcp' in each));
    await new Promise(resolve => setTimeout(resolve, 500));

    const ours = {};
    for (const {event, endpoint, ...vitals} of target.events('web_vitals')) {
      for (const [name, value] of Object.entries(vitals)) {
        assert.ok(!(name in ours), `${name} came twice`);
        ours[name] = value;
      }
    }
    const theirs = () => Object.fromEntries(target.reference.map(({name, value}) => [name.toLowerCase(), value]));
    await target.until(() => isDeepStrictEqual(ours, theirs()), `the reference's last word equals ${JSON.stringify(ours)}`);
    assert.deepEqual(Object.keys(ours).sort(), ['fcp', 'inp', 'lcp', 'ttfb']);
    const [load] = target.events('page_load');
    assert.ok(Math.abs(Object.values(load.phases).reduce((sum, each) => sum + each, 0) - load.load_time) < 1e-6);
    assert.equal(target.events('page_load').length, 1);
    assert.deepEqual(target.events('page_view').map(({from, endpoint}) => [from, endpoint]), [[undefined, '/page/{id}'], ['/page/{id}', '/route']]);
    assert.equal(target.total('interaction', {type: 'click', name: 'buy'}), 1);
    assert.equal(target.total('interaction', {type: 'click', name: undefined}), 1);
    assert.equal(target.total('error', {kind: 'rejection'}), 1);
    assert.equal(target.total('counter', {}, 'value'), 2);
    assert.deepEqual(target.events('request').map(each => each.endpoint), ['/api/{x}']);
    assert.equal(target.events('session').length, 1);
    assert.deepEqual(target.violations, []);
    await target.agrees();
  } finally {
    await target.stop();
  }
});

test('Firefox: journeys told by a cookie', async () => {
  const target = await startTarget({cookie_journeys: true});
  try {
    const page = await openTab(browser);
    for (const path of ['/page/1', '/page/cart', '/page/thanks']) await page.goto(target.url(path), {waitUntil: 'load'});
    const text = await target.metrics();
    for (const [from, to] of [['/page/{id}', '/page/cart'], ['/page/cart', '/page/thanks']]) {
      assert.ok(text.includes(`\nuser_page_transitions_total{from="${from}",to="${to}"} 1\n`), `from ${from} to ${to}`);
    }
  } finally {
    await target.stop();
  }
});

test('Firefox: the dashboard', async () => {
  const app = await startWatched({templates: {'/cart': '/cart'}});
  try {
    await app.sampled();
    await app.ask(...repeat(3, '/cart'), '/cart?status=500');
    const tab = await openTab(browser);
    const complaints = [];
    tab.on('console', message => complaints.push(message.text()));
    await tab.goto(`${app.origin}/dashboard`, {waitUntil: 'load'});
    await tab.waitForFunction(() => document.querySelector('#endpoints tbody tr'), {polling: 100});
    const [[name, rate, errors]] = await rows(tab, 'endpoints');
    assert.deepEqual([name, errors], ['/cart', 0.25]);
    assert.ok(rate > 0);
    assert.ok(await tab.$eval('#requests path', path => path.getBoundingClientRect().width > 0), 'no curve is drawn');
    assert.deepEqual([...tab.errors, ...complaints], []);
  } finally {
    await app.stop();
  }
});
