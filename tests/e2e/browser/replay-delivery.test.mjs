// What is recorded arrives once, or not at all where the server does not want it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTab} from './browser.mjs';
import {startReplay} from './replay.mjs';
import {browser, hurried, of, rest, settled, watch} from './recorder.mjs';

test('a batch that does not get through is sent again, and counts once', async () => {
  const target = await startReplay();
  try {
    let failing = true;
    const page = await openTab(browser, target.url('/page/replay/1'), async page => {
      await watch(page);
      await hurried(page);
      await page.setRequestInterception(true);
      page.on('request', request => failing && request.url().endsWith('/log-session-event') ? request.abort() : request.continue());
    });
    await settled(page);
    await page.waitForFunction(() => window.watched.answers > 0);
    failing = false;
    await page.click('#plain');
    const events = await target.stored(events => of(events, 'click').length > 0 && events);
    assert.equal(of(events, 'navigation').length, 1);
  } finally {
    await target.stop();
  }
});

test('a server that refuses three times is left alone', async () => {
  const target = await startReplay();
  try {
    const asked = [];
    let refuse;
    const page = await openTab(browser, target.url('/page/replay/1'), async page => {
      await watch(page);
      // A batch goes when the test says so.
      await page.evaluateOnNewDocument(() => {
        const native = setTimeout;
        window.setTimeout = (task, time, ...given) => {
          if (time !== 5000) return native(task, time, ...given);
          window.due = task;
          return -1;
        };
      });
      await page.setRequestInterception(true);
      page.on('request', request => {
        if (!request.url().endsWith('/log-session-event')) return request.continue();
        asked.push(request.postData());
        refuse = () => request.respond({status: 422});
      });
    });
    for (let times = 1; times <= 3; times++) {
      await page.click('#plain');
      await page.evaluate(() => due());
      await target.until(() => asked.length === times, `batch ${times}`);
      // What is recorded before the third answer is not sent after it.
      await page.click('#buy');
      await refuse();
      await page.waitForFunction(times => window.watched.answers === times, {}, times);
    }
    await page.evaluate(() => due());
    await page.click('#plain');
    await page.evaluate(() => due());
    await rest(page, 300);
    assert.equal(asked.length, 3);
    // Whether such visitors are recorded is for the server to say.
    for (const body of asked) assert.equal(JSON.parse(body).webdriver, true);
  } finally {
    await target.stop();
  }
});
