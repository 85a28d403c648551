// A page that is recorded, driven by a test, and what the server has stored of it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openTab} from './browser.mjs';
import {startReplay} from './replay.mjs';

export let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Looks on: at pictures that are taken, at errors, at what is sent. When the page goes it tells how many events that were. */
export const watch = page => page.evaluateOnNewDocument(() => {
  const watched = window.watched = {pictures: 0, errors: 0, answers: 0};
  const native = {idle: requestIdleCallback, fetch, beacon: Navigator.prototype.sendBeacon};
  let sent = 0;
  const count = (url, body) => {
    if (String(url).endsWith('/log-session-event')) sent += JSON.parse(body).events.length;
  };
  window.requestIdleCallback = (task, options) => native.idle.call(window, deadline => {
    task(deadline);
    watched.pictures++;
  }, options);
  window.fetch = (url, options) => {
    count(url, options.body);
    const answer = native.fetch.call(window, url, options);
    const heard = () => setTimeout(() => { watched.answers++; });
    answer.then(heard, heard);
    return answer;
  };
  Navigator.prototype.sendBeacon = function (url, body) {
    const taken = native.beacon.call(this, url, body);
    if (taken) count(url, body);
    return taken;
  };
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, () => { watched.errors++; }, true);
  addEventListener('pageshow', ({persisted}) => { if (persisted) watched.pictures = 0; }, true);
  let leaving = false;
  addEventListener('pagehide', () => { leaving = true; }, true);
  // Of a page that is left this is the last event.
  addEventListener('visibilitychange', () => {
    if (leaving) native.beacon.call(navigator, '/reference', String(sent));
    if (leaving) sent = 0;
    leaving = false;
  });
});

/** The five seconds between batches are shortened; all else is the browser's own. */
export const hurried = page => page.evaluateOnNewDocument(() => {
  const native = setTimeout;
  window.setTimeout = (task, time, ...given) => native(task, time === 5000 ? 500 : time, ...given);
});

export const recorderCase = (name, options, drive) => test(name, async () => {
  const target = await startReplay(options.target);
  try {
    const page = await openTab(browser, target.url(options.path ?? '/page/replay/1?zebra=zebra'), async page => {
      await watch(page);
      await options.prepare?.(page);
    });
    await drive({page, target});
    if (!options.throws) assert.deepEqual(page.errors, []);
    if (!options.violates) assert.deepEqual(target.violations, []);
  } finally {
    await target.stop();
  }
});

/** By the page's own timers, which run in the order of their times: whatever the recorder was to do by then is done. */
export const rest = (page, time) => page.evaluate(time => new Promise(resolve => setTimeout(resolve, time)), time);
/** The same after a frame has been drawn, before which the browser tells of scrolling and of another size. */
export const drawn = async (page, time) => {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await rest(page, time);
};
/** Until the first picture of the page has been taken. */
export const settled = page => page.waitForFunction(() => window.watched.pictures > 0);
/** Changes the page, until a picture has been taken of what it is then. */
export const pictured = async (page, change, ...given) => {
  const before = await page.evaluate(() => window.watched.pictures);
  await page.evaluate(change, ...given);
  await page.waitForFunction(before => window.watched.pictures > before, {}, before);
};
/** Everything that is still to be sent is sent when a page goes; it is here when it is as much as so many pages have sent. */
export const leave = async (page, target, pages = 1) => {
  await page.goto('about:blank');
  await target.until(() => target.reference.length === pages, `what ${pages} pages have sent`);
  const sent = target.reference.reduce((sum, each) => sum + each, 0);
  return (await target.stored(events => events.length === sent && {events})).events;
};
export const of = (events, type) => events.filter(each => each.type === type);
