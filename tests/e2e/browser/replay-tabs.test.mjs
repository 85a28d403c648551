// Which pages are recorded, and in which session.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTab} from './browser.mjs';
import {eventually} from './patience.mjs';
import {startReplay} from './replay.mjs';
import {browser, hurried, leave, of, recorderCase, rest, settled} from './recorder.mjs';

const STORED = 'rumReplay';

recorderCase('the tab keeps its session from page to page, and its id in storage only in between', {}, async ({page, target}) => {
  await settled(page);
  assert.deepEqual(Object.keys(JSON.parse(await page.evaluate(key => sessionStorage[key], STORED))), ['sampled']);
  await page.click('#next');
  await page.waitForFunction(() => location.pathname === '/page/replay/2');
  await settled(page);
  await page.goBack();
  await settled(page);
  assert.equal(of(await leave(page, target, 3), 'navigation').length, 3);
  const [session, ...others] = await target.sessions();
  assert.deepEqual(others, []);
  assert.match(session.id, /^[0-9a-f]{32}$/);
  assert.equal(session.pages, 3);
});

recorderCase('a second tab is a session of its own', {}, async ({page, target}) => {
  await settled(page);
  const [opened] = await Promise.all([
    new Promise(resolve => page.once('popup', resolve)),
    page.evaluate(() => { open('/page/replay/2'); }),
  ]);
  await opened.waitForFunction(() => window.rumReplay && document.readyState === 'complete');
  await opened.close();
  await page.close();
  await eventually(async () => (await target.sessions()).length === 2, 'two sessions');
});

for (const [sample, expected] of [['0', 0], ['1', 1]]) {
  recorderCase(`of a share of ${sample} there ${expected ? 'is one' : 'is none'}, on every page of the tab`, {target: {replay: {attributes: `data-sample="${sample}"`}}}, async ({page, target}) => {
    const looked = () => expected ? settled(page) : rest(page, 1300);
    for (const number of [2, 3]) {
      await looked();
      await page.goto(target.url(`/page/replay/${number}`));
    }
    await looked();
    assert.equal(of(await leave(page, target, 3), 'navigation').length, 3 * expected);
    assert.equal((await target.sessions()).length, expected);
    assert.equal(target.requests.filter(path => path === '/log-session-event').length > 0, expected === 1);
  });
}

test('a share is drawn once for the tab', async () => {
  const target = await startReplay({replay: {attributes: 'data-sample="0.5"'}});
  try {
    const page = await openTab(browser, target.url('/page/replay/1'));
    const drawn = () => page.evaluate(key => !!JSON.parse(sessionStorage[key]).sampled, STORED);
    const first = await drawn();
    for (let number = 2; number < 9; number++) {
      await page.goto(target.url(`/page/replay/${number}`));
      assert.equal(await drawn(), first);
    }
  } finally {
    await target.stop();
  }
});

recorderCase('a page that does not ask for it is not recorded', {path: '/page/replay/1?unwanted'}, async ({page, target}) => {
  await rest(page, 1300);
  await page.click('#plain');
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await leave(page, target);
  assert.deepEqual(await target.sessions(), []);
});

recorderCase('consent that comes late, and is taken back', {path: '/page/replay/1?unwanted', prepare: hurried}, async ({page, target}) => {
  await page.click('#plain');
  await page.evaluate(() => { document.documentElement.dataset.rumReplay = ''; });
  await page.click('#buy');
  await settled(page);
  await target.stored(events => of(events, 'click').length > 0 && of(events, 'layout').length > 0);
  // It is taken back before what is done is sent.
  await page.evaluate(() => {
    document.getElementById('zebra7').addEventListener('click', () => { delete document.documentElement.dataset.rumReplay; });
  });
  await page.click('#zebra7');
  await page.click('#plain');
  await rest(page, 1500);
  const stored = await page.evaluate(key => sessionStorage[key], STORED);
  assert.deepEqual(Object.keys(JSON.parse(stored)), ['sampled']);
  assert.deepEqual(of(await leave(page, target), 'click').map(each => each.target), ['[data-rum="buy"]']);
});

for (const [name, signal] of [['Global Privacy Control', 'globalPrivacyControl'], ['Do Not Track', 'doNotTrack']]) {
  recorderCase(`${name}: silence`, {prepare: page => page.evaluateOnNewDocument(signal => {
    Object.defineProperty(navigator, signal, {value: signal === 'doNotTrack' ? '1' : true});
  }, signal)}, async ({page, target}) => {
    await rest(page, 1300);
    await page.click('#plain');
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await leave(page, target);
    assert.ok(!target.requests.includes('/log-session-event'));
  });
}

recorderCase('routes of a single-page app', {}, async ({page, target}) => {
  await page.evaluate(async () => {
    const turn = () => new Promise(resolve => setTimeout(resolve, 30));
    const name = name => { document.documentElement.dataset.rumReplay = name; };
    history.pushState({}, '', '/page/replay/1?same'); await turn();
    history.pushState({}, '', '/route'); name('/route'); await turn();
    history.pushState({}, '', '/route/again'); name('/route'); await turn();
    history.pushState({}, '', '/nameless'); await turn();
    name('/a'); await turn();
  });
  await settled(page);
  const events = await leave(page, target);
  assert.deepEqual(of(events, 'navigation').map(each => each.endpoint), ['/page/replay/{id}', '/route', '/route', 'unmatched', '/a']);
});

recorderCase('included twice it records once', {path: '/page/replay/1?scripts=/rum-replay.js'}, async ({page, target}) => {
  assert.equal(await page.$$eval('script[src="/rum-replay.js"]', scripts => scripts.length), 2);
  await settled(page);
  assert.equal(of(await leave(page, target), 'navigation').length, 1);
  assert.equal((await target.sessions()).length, 1);
});
