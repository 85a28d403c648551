// Journeys that a cookie tells, in a browser that runs the script as well, and in one that runs none.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openTab} from './browser.mjs';
import {startTarget} from './target.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const journeys = async target => {
  const lines = (await target.metrics()).split('\n').filter(line => /^user_(journeys|page_transitions)_total\{/.test(line));
  return Object.fromEntries(lines.map(line => line.split(' ')).filter(([series]) => !series.includes('overflow')));
};

const journeyCase = (name, settings, drive) => test(name, async () => {
  const target = await startTarget({cookie_journeys: true, ...settings});
  try {
    await drive(target);
  } finally {
    await target.stop();
  }
});

const WALK = ['/page/1?no-reference', '/page/cart?no-reference', '/page/thanks?no-reference'];
const WALKED = {
  'user_journeys_total{path="/page/{id}"}': '1',
  'user_journeys_total{path="/page/cart"}': '1',
  'user_journeys_total{path="/page/thanks"}': '1',
  'user_page_transitions_total{from="/page/{id}",to="/page/cart"}': '1',
  'user_page_transitions_total{from="/page/cart",to="/page/thanks"}': '1',
};

const walk = async (page, target) => {
  for (const path of WALK) await page.goto(target.url(path), {waitUntil: 'load'});
};

const cookies = async page => (await page.browserContext().cookies()).filter(({name}) => name === 'user_journey');

journeyCase('three pages and the ways between them, without any script', {}, async target => {
  const page = await openTab(browser, undefined, page => page.setJavaScriptEnabled(false));
  await walk(page, target);
  assert.deepEqual(await journeys(target), WALKED);
  const [cookie, ...others] = await cookies(page);
  assert.deepEqual(others, []);
  assert.match(cookie.value, /^[0-9a-f]{32}\.\/page\/thanks$/);
  const {httpOnly, sameSite, secure, session, path} = cookie;
  assert.deepEqual({httpOnly, sameSite, secure, session, path}, {httpOnly: true, sameSite: 'Lax', secure: true, session: true, path: '/'});
});

journeyCase('the same beside the script, which sees no cookie and counts no view', {}, async target => {
  const page = await openTab(browser);
  await walk(page, target);
  assert.equal(await page.evaluate(() => document.cookie), '');
  // What scripts ask for is no page view.
  await page.evaluate(async () => { await (await fetch('/page/fetched?no-reference')).text(); });
  await page.close();
  await target.until(() => target.events('page_view').length === 3);
  assert.deepEqual(await journeys(target), WALKED);
});

journeyCase('no cookie and no count under Global Privacy Control', {}, async target => {
  const page = await openTab(browser, undefined, page => page.setExtraHTTPHeaders({'sec-gpc': '1'}));
  await walk(page, target);
  assert.deepEqual(await cookies(page), []);
  assert.deepEqual(await journeys(target), {});
});

journeyCase('a page reloaded leads to itself', {}, async target => {
  const page = await openTab(browser, undefined, page => page.setJavaScriptEnabled(false));
  await page.goto(target.url(WALK[0]), {waitUntil: 'load'});
  await page.reload({waitUntil: 'load'});
  const seen = await journeys(target);
  assert.deepEqual(seen, {'user_journeys_total{path="/page/{id}"}': '2', 'user_page_transitions_total{from="/page/{id}",to="/page/{id}"}': '1'});
});

journeyCase('a page prerendered is not one that somebody views', {}, async target => {
  await openTab(browser, target.url('/page/start?prerender&no-reference'));
  await target.until(() => target.requests.includes('/page/7'), 'the prerendered page');
  await new Promise(resolve => setTimeout(resolve, 500));
  assert.deepEqual(await journeys(target), {'user_journeys_total{path="/page/start"}': '1'});
});
