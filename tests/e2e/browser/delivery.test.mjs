// Whatever ends a page, what it saw arrives once.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {hide, launch, openTab, show} from './browser.mjs';
import {startTarget} from './target.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const deliveryCase = (name, settings, drive) => test(name, async () => {
  const target = await startTarget(settings);
  try {
    const refused = await drive(target);
    assert.deepEqual(target.violations, []);
    for (const {text, headers} of target.bodies) {
      assert.ok(Buffer.byteLength(text) <= 16384, 'at most 16 KiB');
      assert.equal(headers['content-type'], 'text/plain;charset=UTF-8');
      assert.ok(JSON.parse(text).events.length <= 100);
    }
    const ids = target.batches.map(each => each.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[0-9a-f]{16,40}$/);
    for (const {version, webdriver} of target.batches) assert.deepEqual([version, webdriver], [1, true]);
    await target.agrees(refused);
  } finally {
    await target.stop();
  }
});

const PAGE = '/page/1?no-reference';

const clickThrice = async page => {
  for (let clicks = 0; clicks < 3; clicks++) await page.click('#inner');
  await page.evaluate(() => rumClient.makeCounter('plain_total').increment(4));
};

/** Time for a second, wrong delivery to show up. */
const stray = () => new Promise(resolve => setTimeout(resolve, 500));

const deliveredOnce = async (target, views = 1) => {
  await target.until(() => target.total('interaction', {name: 'buy', type: 'click'}) >= 3);
  await target.until(() => target.events('web_vitals').filter(each => 'cls' in each && each.endpoint === '/page/{id}').length >= views);
  await stray();
  assert.equal(target.total('interaction', {name: 'buy', type: 'click'}), 3);
  assert.equal(target.total('counter', {name: 'plain_total'}, 'value'), 4);
  assert.equal(target.events('page_load').filter(each => each.endpoint === '/page/{id}').length, views);
  assert.equal(target.events('page_view').length, views);
  assert.equal(target.events('web_vitals').filter(each => 'fcp' in each).length, views);
  assert.equal(target.events('web_vitals').filter(each => 'cls' in each).length, views);
  assert.equal(target.events('session').length, 1);
};

deliveryCase('the tab is closed', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await clickThrice(page);
  await page.close();
  await deliveredOnce(target);
  assert.deepEqual(page.errors, []);
});

deliveryCase('the tab is closed in the background', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await clickThrice(page);
  await hide(page);
  await target.until(() => target.events('page_view').length === 1);
  await page.close();
  await deliveredOnce(target);
});

deliveryCase('navigation to another page', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await clickThrice(page);
  await page.goto('about:blank');
  await deliveredOnce(target);
});

deliveryCase('the renderer crashes', {}, async target => {
  // What the browser is to send is looked at on its way; all else is its own.
  const page = await openTab(browser, target.url(PAGE), page => page.evaluateOnNewDocument(() => {
    const native = window.fetchLater;
    window.fetchLater = (url, init) => {
      window.insured = init.body;
      return native(url, init);
    };
  }));
  await clickThrice(page);
  await page.waitForFunction(() => ['"page_load"', '"fcp"', '"cls"', '"name":"buy","count":3', '"plain_total","value":4'].every(each => window.insured?.includes(each)));
  const session = await page.createCDPSession();
  session.send('Page.crash').catch(() => {});
  await deliveredOnce(target);
});

deliveryCase('a crash behind another tab, after the first delivery', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await clickThrice(page);
  await hide(page);
  await target.until(() => target.events('page_view').length === 1);
  const session = await page.createCDPSession();
  session.send('Page.crash').catch(() => {});
  await deliveredOnce(target);
});

/** All is delivered while another tab is in front, and nothing again later. */
const hiddenAndBack = async (page, target) => {
  await clickThrice(page);
  await hide(page);
  await deliveredOnce(target);
  await show(page);
  await page.close();
  await deliveredOnce(target);
};

deliveryCase('after a minute behind another tab the vitals have gone, and stay', {}, async target => {
  // A minute is shortened; all else is the browser's own.
  const page = await openTab(browser, target.url(PAGE), page => page.evaluateOnNewDocument(() => {
    const native = window.fetchLater;
    window.fetchLater = (url, init) => native(url, init.activateAfter ? {...init, activateAfter: 300} : init);
  }));
  await hiddenAndBack(page, target);
});

deliveryCase('the back/forward cache', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await clickThrice(page);
  await page.evaluate(url => { location.href = url; }, target.url('/plain'));
  await deliveredOnce(target);
  await page.goBack();
  await page.waitForFunction(() => document.visibilityState === 'visible');
  await page.click('#buy');
  await page.close();
  await target.until(() => target.events('page_view').length === 2);
  await target.until(() => target.total('interaction', {name: 'buy', type: 'click'}) === 4);
  assert.deepEqual(target.events('page_view').map(each => each.from), [undefined, '/page/{id}']);
  assert.equal(target.events('page_load').length, 1);
  assert.equal(target.events('session').length, 1);
});

deliveryCase('without fetchLater the vitals freeze when the page hides', {}, async target => {
  const page = await openTab(browser, target.url(PAGE), page => page.evaluateOnNewDocument(() => { delete window.fetchLater; }));
  await hiddenAndBack(page, target);
});

deliveryCase('without sendBeacon', {}, async target => {
  const page = await openTab(browser, target.url(PAGE), page => page.evaluateOnNewDocument(() => { Navigator.prototype.sendBeacon = () => false; }));
  await clickThrice(page);
  await page.close();
  await deliveredOnce(target);
});

deliveryCase('fifty entries go at once', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await page.evaluate(() => { for (let i = 0; i < 60; i++) rumClient.makeHistogram('items').observe(i); });
  await target.until(() => target.events('histogram').length >= 40);
  await page.close();
  await target.until(() => target.events('histogram').length === 60);
  assert.deepEqual(target.events('histogram').map(each => each.value), [...Array(60).keys()]);
});

deliveryCase('large entries are split', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await page.evaluate(() => { for (let i = 0; i < 20; i++) rumClient.makeHistogram('search_duration_seconds', {plan: '\u00fc'.repeat(900)}).observe(i); });
  await page.close();
  await target.until(() => target.events('histogram').length === 20);
  assert.ok(target.batches.length > 2);
  return {unknown_name: 20};
});

deliveryCase('a sum over a thousand is split', {}, async target => {
  const page = await openTab(browser, target.url(PAGE));
  await page.evaluate(() => { for (let i = 0; i < 5; i++) rumClient.makeCounter('plain_total').increment(700); });
  await page.close();
  await target.until(() => target.total('counter', {name: 'plain_total'}, 'value') === 3500);
  for (const {value} of target.events('counter')) assert.ok(value <= 1000);
});

deliveryCase('heartbeats while visible', {attributes: 'data-interval="1"'}, async target => {
  const page = await openTab(browser, target.url(PAGE), page => page.evaluateOnNewDocument(() => {
    const native = Navigator.prototype.sendBeacon;
    window.beats = {visible: 0, hidden: 0};
    Navigator.prototype.sendBeacon = function (url, body) {
      if (body.includes('"heartbeat"')) beats[document.visibilityState]++;
      return native.call(this, url, body);
    };
  }));
  await target.until(() => target.events('heartbeat').length >= 2);
  await hide(page);
  // Two of a hidden page's timers, which run in the order of their times: the next beat would come between them.
  await page.evaluate(() => new Promise(resolve => setTimeout(() => setTimeout(resolve, 1000), 1000)));
  const {visible, hidden} = await page.evaluate(() => beats);
  assert.equal(hidden, 0);
  await page.close();
  await target.until(() => target.events('heartbeat').length === visible);
});

deliveryCase('two tabs are two sessions', {}, async target => {
  const pages = [await openTab(browser, target.url(PAGE)), await openTab(browser, target.url(PAGE))];
  for (const page of pages) await page.close();
  await target.until(() => target.events('page_view').length === 2);
  assert.equal(target.events('session').length, 2);
  assert.equal(target.events('engaged').length, 0);
});

deliveryCase('closed before the load event', {}, async target => {
  const page = await openTab(browser);
  const loading = page.goto(target.url('/page/1?no-reference&defer&hang')).catch(() => {});
  await page.waitForFunction(() => window.rumClient?.journey, {polling: 50});
  assert.equal(await page.evaluate(() => document.readyState !== 'complete' && sessionStorage.length), 0);
  await page.evaluate(url => { location.href = url; }, target.url('/plain'));
  await loading;
  await target.until(() => target.events('page_view').length === 1);
  assert.equal(target.events('page_load').length, 0);
});
