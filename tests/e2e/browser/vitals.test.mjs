// Each vital equals what Google's web-vitals reports on the same page.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {isDeepStrictEqual} from 'node:util';
import {hide, launch, openTab, painted, referenceSettled, show} from './browser.mjs';
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

vitalsCase('more than fifty interactions', {}, async ({page, target}) => {
  const delay = ms => page.evaluate(ms => { document.getElementById('slow').dataset.ms = ms; }, ms);
  for (const ms of [200, 120, 60]) {
    await delay(ms);
    await page.click('#slow');
  }
  await delay(0);
  for (let clicks = 0; clicks < 54; clicks++) await page.click('#slow');
  await page.waitForFunction(() => performance.interactionCount >= 57);
  await referenceSettled(page);
  const {inp} = await equalAfterClose(page, target);
  assert.ok(inp < 200, 'the slowest of 57 is left out');
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
  const loading = page.goto(target.url('/page/1?wait=600'));
  const other = await page.context.newPage();
  await other.bringToFront();
  await loading;
  await page.waitForFunction(() => document.visibilityState === 'hidden', {polling: 50});
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

vitalsCase('back from the back/forward cache', {}, async ({page, target}) => {
  await page.evaluate(() => { window.kept = true; });
  await page.evaluate(url => { location.href = url; }, target.url('/page/2?no-reference'));
  await page.waitForFunction(() => location.pathname === '/page/2' && document.readyState === 'complete');
  await target.until(() => 'cls' in ourValues(target.events('web_vitals').filter(each => each.endpoint === '/page/{id}').slice(0, 3)), 'first view');
  const before = target.events('web_vitals').length;
  await page.goBack();
  assert.equal(await page.evaluate(() => window.kept), true, 'restored from the cache');
  await page.waitForFunction(() => reference.some(each => each.navigationType === 'back-forward-cache' && each.name === 'LCP'));
  await page.click('#slow');
  await page.evaluate(() => shift(50));
  await referenceSettled(page);
  await page.close();
  await target.until(() => target.events('web_vitals').slice(before).some(each => 'cls' in each && 'inp' in each), 'second view');
  const restored = target.events('web_vitals').slice(before).filter(each => each.ttfb === 0 || 'inp' in each);
  const ours = ourValues(restored);
  await target.until(() => ['cls', 'fcp', 'inp', 'lcp'].every(each => each in referenceValues(target, 'back-forward-cache')), 'reference');
  const theirs = referenceValues(target, 'back-forward-cache');
  assert.equal(ours.ttfb, 0);
  assert.ok(Math.abs(ours.fcp - theirs.fcp) <= 5, `fcp ${ours.fcp} ${theirs.fcp}`);
  assert.ok(Math.abs(ours.lcp - theirs.lcp) <= 5, `lcp ${ours.lcp} ${theirs.lcp}`);
  assert.equal(ours.cls, theirs.cls);
  assert.ok(Math.abs(ours.inp - theirs.inp) <= 8, `inp ${ours.inp} ${theirs.inp}`);
});

vitalsCase('prerendered', {path: '/page-first?no-reference&prerender'}, async ({page, target}) => {
  await target.until(() => target.requests.includes('/page/7'), 'the prerendering request');
  // Long enough that the load is over before the activation.
  await new Promise(resolve => setTimeout(resolve, 1000));
  assert.equal(target.events('page_view').length, 0, 'nothing is counted before the activation');
  await page.evaluate(url => { location.href = url; }, target.url('/page/7')).catch(() => {});
  // The activation swaps the page under the harness.
  let activation;
  for (let tries = 0; !activation && tries < 50; tries++) {
    activation = await page.evaluate(() => location.pathname === '/page/7' && !document.prerendering &&
      reference.some(each => each.name === 'FCP') && performance.getEntriesByType('navigation')[0].activationStart).catch(() => 0);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  assert.ok(activation > 0, 'it was prerendered');
  const earlier = target.all().length;
  await page.close();
  await target.until(() => target.events('web_vitals').some(each => each.endpoint === '/page/{id}' && 'cls' in each && target.all().indexOf(each) >= earlier), 'its vitals');
  const ours = ourValues(target.events('web_vitals').filter(each => each.endpoint === '/page/{id}'));
  await target.until(() => Object.keys(referenceValues(target, 'prerender')).length === Object.keys(ours).length, 'reference');
  assert.deepEqual(ours, referenceValues(target, 'prerender'));
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
  const atRoute = await page.evaluate(() => performance.interactionCount);
  assert.equal(atRoute, 1);
  await page.evaluate(() => shift(90));
  await page.evaluate(() => { document.getElementById('slow').dataset.ms = 60; });
  await page.click('#slow');
  await referenceSettled(page);
  await page.close();
  await target.until(() => target.events('web_vitals').filter(each => 'cls' in each).length === 2);
  const [first, second] = target.events('web_vitals').filter(each => 'cls' in each);
  assert.equal(first.endpoint, '/page/{id}');
  assert.equal(second.endpoint, '/route');
  assert.ok(first.lcp > 0 && !('lcp' in second));
  assert.ok(first.inp >= 144 && second.inp < 144, `${first.inp} ${second.inp}`);
  await target.until(() => ['cls', 'inp'].every(each => each in referenceValues(target)), 'reference');
  const {inp, cls} = referenceValues(target);
  assert.equal(Math.max(first.inp, second.inp), inp);
  assert.ok(Math.max(first.cls, second.cls) <= cls);
});
