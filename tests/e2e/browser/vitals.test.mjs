// Each vital equals what Google's web-vitals reports on the same page.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {isDeepStrictEqual} from 'node:util';
import {hide, launch, openTab, painted, referenceSettled, show} from './browser.mjs';
import {eventually} from './patience.mjs';
import {startTarget} from './target.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const NAMES = ['TTFB', 'FCP', 'LCP', 'CLS', 'INP'];

/** Of each metric instance the last report counts. */
const referenceValues = (target, type) => {
  const values = {};
  for (const {name, value, navigationType} of target.reference) {
    if (!type || navigationType === type) values[name.toLowerCase()] = value;
  }
  return values;
};

/** Our values, and a failure where one came twice. */
const ourValues = events => {
  const values = {};
  for (const {event, endpoint, blocking_time, ...vitals} of events) {
    for (const [name, value] of Object.entries(vitals)) {
      assert.ok(!(name in values), `${name} came twice`);
      values[name] = value;
    }
  }
  return values;
};

const vitalsCase = (name, options, drive) => test(name, async () => {
  const target = await startTarget(options.target);
  try {
    const page = await openTab(browser, options.path === null ? undefined : target.url(options.path ?? '/page/1'), options.prepare);
    await drive({page, target});
    assert.deepEqual(page.errors ?? [], []);
    assert.deepEqual(target.violations, []);
    await target.agrees();
  } finally {
    await target.stop();
  }
});

const equalAfterClose = async (page, target, expected = NAMES) => {
  await page.close();
  const names = expected.map(each => each.toLowerCase()).sort();
  await target.until(() => names.every(each => each in ourValues(target.events('web_vitals'))), `vitals ${names}`);
  const ours = ourValues(target.events('web_vitals'));
  // The reference reports again after each return to the page: what counts is its last word.
  await target.until(() => isDeepStrictEqual(ours, referenceValues(target)), `the reference's last word equals ${JSON.stringify(ours)}`);
  assert.deepEqual(Object.keys(ours).sort(), names);
  return ours;
};

vitalsCase('without input', {}, async ({page, target}) => {
  await equalAfterClose(page, target, ['TTFB', 'FCP', 'LCP', 'CLS']);
});

vitalsCase('a click of 120 ms', {}, async ({page, target}) => {
  await page.click('#slow');
  await referenceSettled(page);
  const {inp} = await equalAfterClose(page, target);
  assert.ok(inp >= 120);
});

vitalsCase('a fast click', {}, async ({page, target}) => {
  await page.click('#fast');
  await referenceSettled(page);
  await equalAfterClose(page, target);
});

vitalsCase('the keyboard', {}, async ({page, target}) => {
  await page.focus('#text');
  await page.evaluate(() => { document.getElementById('text').dataset.ms = 60; });
  await page.keyboard.type('abc');
  await referenceSettled(page);
  const {inp} = await equalAfterClose(page, target);
  assert.ok(inp >= 56);
});

/** Of the interactions so far, in their order. */
const durations = page => page.evaluate(() => [...window.durations].sort(([a], [b]) => a - b).map(([, duration]) => duration));

vitalsCase('more than fifty interactions', {}, async ({page, target}) => {
  const delay = ms => page.evaluate(ms => { document.getElementById('slow').dataset.ms = ms; }, ms);
  for (const ms of [1000, 120, 60]) {
    await delay(ms);
    await page.click('#slow');
  }
  await delay(0);
  for (let clicks = 0; clicks < 54; clicks++) await page.click('#slow');
  await page.waitForFunction(() => performance.interactionCount >= 57);
  await referenceSettled(page);
  const longest = (await durations(page)).sort((a, b) => b - a);
  const {inp} = await equalAfterClose(page, target);
  assert.equal(inp, longest[1], 'the slowest of 57 is left out');
});

vitalsCase('shifts in several windows and after input', {}, async ({page, target}) => {
  await page.evaluate(async () => {
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    await shift(60); await pause(200); await shift(60);
    await pause(1100);
    await shift(30);
  });
  await page.click('#fast');
  await page.evaluate(() => shift(200));
  await referenceSettled(page);
  const {cls} = await equalAfterClose(page, target);
  assert.ok(cls > 0);
});

vitalsCase('shifts for longer than five seconds', {}, async ({page, target}) => {
  await page.evaluate(async () => {
    for (let step = 0; step < 9; step++) {
      await shift(15);
      await new Promise(resolve => setTimeout(resolve, 700));
    }
  });
  const {cls} = await equalAfterClose(page, target, ['TTFB', 'FCP', 'LCP', 'CLS']);
  assert.ok(cls > 0);
});

vitalsCase('hidden before the first paint', {path: null}, async ({page, target}) => {
  await hide(page);
  await page.goto(target.url('/page/1'), {waitUntil: 'load'});
  assert.equal(await page.evaluate(() => document.visibilityState), 'hidden');
  await show(page);
  await painted(page);
  await equalAfterClose(page, target, ['TTFB']);
});

vitalsCase('hidden after the load and seen again', {}, async ({page, target}) => {
  await page.click('#slow');
  await referenceSettled(page);
  await hide(page);
  await show(page);
  await page.evaluate(() => { document.getElementById('slow').dataset.ms = 250; });
  await page.click('#slow');
  await page.evaluate(() => shift(80));
  await referenceSettled(page);
  const {inp} = await equalAfterClose(page, target);
  assert.ok(inp >= 248, 'the interaction after the return counts');
});

vitalsCase('a script that comes late', {path: '/page/1?late'}, async ({page, target}) => {
  await page.evaluate(() => shift(40));
  await page.click('#slow');
  await referenceSettled(page);
  await page.evaluate(() => loadRum());
  await page.waitForFunction(() => window.rumClient?.journey);
  await equalAfterClose(page, target);
});

/**
 * Measures how long after a return two frames have been drawn, as a listener of its own: what was asked for between two of these runs between
 * them, in the same frame.
 */
const measureReturn = () => {
  window.returns = [];
  addEventListener('pageshow', event => {
    if (!event.persisted) return;
    requestAnimationFrame(() => requestAnimationFrame(() => returns.push(performance.now() - event.timeStamp)));
  }, true);
};

const beforeAllOthers = page => page.evaluateOnNewDocument(measureReturn);

vitalsCase('back from the back/forward cache', {prepare: beforeAllOthers}, async ({page, target}) => {
  await page.evaluate(measureReturn);
  await page.evaluate(() => { window.kept = true; });
  await page.evaluate(url => { location.href = url; }, target.url('/page-second?no-reference'));
  await page.waitForFunction(() => location.pathname === '/page-second' && document.readyState === 'complete');
  const ofFirst = () => target.events('web_vitals').filter(each => each.endpoint === '/page/{id}');
  await target.until(() => 'cls' in ourValues(ofFirst()), 'first view');
  const before = ofFirst().length;
  await page.goBack();
  assert.equal(await page.evaluate(() => window.kept), true, 'restored from the cache');
  await page.waitForFunction(() => returns.length === 2);
  const [first, last] = await page.evaluate(() => returns);
  await page.click('#slow');
  await page.evaluate(() => shift(50));
  await referenceSettled(page);
  await page.close();
  const ofSecond = () => ourValues(ofFirst().slice(before));
  await target.until(() => NAMES.every(each => each.toLowerCase() in ofSecond()), 'second view');
  const ours = ofSecond();
  const theirs = () => referenceValues(target, 'back-forward-cache');
  await target.until(() => 'fcp' in theirs() && 'lcp' in theirs() && ours.cls === theirs().cls && ours.inp === theirs().inp, `the reference's last word is ${JSON.stringify(ours)}`);
  assert.equal(ours.ttfb, 0);
  assert.equal(ours.lcp, ours.fcp);
  for (const each of [ours.fcp, theirs().fcp, theirs().lcp]) {
    assert.ok(first <= each && each <= last, `${each} is not from ${first} to ${last}`);
  }
});

vitalsCase('prerendered', {path: '/page-first?no-reference&prerender'}, async ({page, target}) => {
  await target.until(() => target.requests.includes('/page/7'), 'the prerendering request');
  // Long enough that the load is over before the activation.
  await new Promise(resolve => setTimeout(resolve, 1000));
  assert.equal(target.events('page_view').length, 0, 'nothing is counted before the activation');
  await page.evaluate(url => { location.href = url; }, target.url('/page/7')).catch(() => {});
  // The activation swaps the page under the harness.
  const activation = await eventually(() => page.evaluate(() => location.pathname === '/page/7' && !document.prerendering &&
    reference.some(each => each.name === 'FCP') && performance.getEntriesByType('navigation')[0].activationStart).catch(() => 0), 'an activation');
  const earlier = target.all().length;
  await page.close();
  await target.until(() => target.events('web_vitals').some(each => each.endpoint === '/page/{id}' && 'cls' in each && target.all().indexOf(each) >= earlier), 'its vitals');
  const ours = ourValues(target.events('web_vitals').filter(each => each.endpoint === '/page/{id}'));
  await target.until(() => isDeepStrictEqual(ours, referenceValues(target, 'prerender')), `the reference's last word equals ${JSON.stringify(ours)}`);
  assert.equal(target.events('page_view').length, 2);
});

vitalsCase('a vital belongs to the route where it began', {}, async ({page, target}) => {
  await page.evaluate(() => shift(60));
  await page.evaluate(() => {
    document.getElementById('fast').addEventListener('click', () => {
      busy(150);
      history.pushState({}, '', '/page-two');
      rumClient.page('/route');
    });
  });
  await page.click('#fast');
  await referenceSettled(page);
  assert.equal(await page.evaluate(() => performance.interactionCount), 1);
  await page.evaluate(() => shift(90));
  await page.evaluate(() => { document.getElementById('slow').dataset.ms = 60; });
  await page.click('#slow');
  await referenceSettled(page);
  const interactions = await durations(page);
  await page.close();
  await target.until(() => target.events('web_vitals').filter(each => 'cls' in each).length === 2);
  const [first, second] = target.events('web_vitals').filter(each => 'cls' in each);
  assert.equal(first.endpoint, '/page/{id}');
  assert.equal(second.endpoint, '/route');
  assert.ok(first.lcp > 0 && !('lcp' in second));
  assert.deepEqual([first.inp, second.inp], interactions);
  assert.ok(first.inp >= 144, `${first.inp}`);
  await target.until(() => referenceValues(target).inp === Math.max(...interactions) && 'cls' in referenceValues(target), 'reference');
  assert.ok(Math.max(first.cls, second.cls) <= referenceValues(target).cls);
});
