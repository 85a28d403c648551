// Which session and which page view something belongs to, and when a visitor is engaged.
import assert from 'node:assert/strict';
import {hide, show} from './browser.mjs';
import {close, eventCase} from './cases.mjs';

eventCase('sessions, views, transitions and engagement', {}, async ({page, target}) => {
  await page.goto(target.url('/page/2?no-reference'));
  await page.goto(target.url('/page-b?no-reference'));
  await page.evaluate(() => { rumClient.conversion('signup'); rumClient.conversion('signup'); rumClient.journey('start'); });
  await page.goto(target.url('/page-c?no-reference'));
  await page.evaluate(() => rumClient.conversion('signup'));
  await page.close();
  await target.until(() => target.events('page_view').length === 4);
  assert.deepEqual(target.events('page_view').map(({endpoint, from}) => [from, endpoint]),
    [[undefined, '/page/{id}'], ['/page/{id}', '/page/{id}'], ['/page/{id}', '/page-b'], ['/page-b', '/page-c']]);
  assert.equal(target.events('session').length, 1);
  assert.equal(target.events('engaged').length, 1);
  assert.deepEqual(target.events('conversion'), [{event: 'conversion', goal: 'signup'}]);
  assert.deepEqual(target.events('journey'), [{event: 'journey', path: 'start'}]);
  assert.ok(target.total('engaged_time', {}, 'value') > 0);
});

// Ten seconds pass at once; all else is the browser's own.
const withClock = page => page.evaluateOnNewDocument(() => {
  const native = performance.now.bind(performance);
  window.ahead = 0;
  performance.now = () => native() + ahead;
});

eventCase('one look is not engaged; ten visible seconds are', {prepare: withClock}, async ({page, target}) => {
  const pass = seconds => page.evaluate(seconds => { window.ahead += seconds * 1000; }, seconds);
  await hide(page);
  await target.until(() => target.events('page_view').length === 1);
  const looked = target.total('engaged_time', {}, 'value');
  assert.equal(target.events('engaged').length, looked < 10000 ? 0 : 1);
  // Out of sight they do not count.
  await pass(1000);
  await show(page);
  await hide(page);
  await target.until(() => target.events('engaged_time').length === 2);
  assert.ok(target.total('engaged_time', {}, 'value') < looked + 1_000_000);
  await show(page);
  await pass(10);
  await page.close();
  await target.until(() => target.events('engaged').length === 1);
  assert.ok(target.total('engaged_time', {}, 'value') >= 10000);
});

eventCase('a session ends after half an hour without activity', {}, async ({page, target}) => {
  await page.goto('about:blank');
  await target.until(() => target.events('session').length === 1);
  await page.goto(target.url('/plain'));
  await page.evaluate(() => {
    const state = JSON.parse(sessionStorage.rum);
    sessionStorage.rum = JSON.stringify({...state, last: state.last - 31 * 60000});
  });
  await page.goto(target.url('/page/2?no-reference'));
  await page.close();
  await target.until(() => target.events('session').length === 2);
  assert.deepEqual(target.events('page_view').map(each => each.from), [undefined, undefined]);
});

eventCase('without storage', {target: {attributes: 'data-interval="0" data-storage="none"'}}, async ({page, target}) => {
  await page.goto(target.url('/page/2?no-reference'));
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.close();
  await target.until(() => target.events('session').length === 2);
});

eventCase('routes of a single-page app', {}, async ({page, target}) => {
  await page.evaluate(async () => {
    const turn = () => new Promise(resolve => setTimeout(resolve, 20));
    history.pushState({}, '', '/page/1?query'); await turn();
    history.replaceState({}, '', '#fragment'); await turn();
    history.pushState({}, '', '/a'); rumClient.page('/a'); await turn();
    history.replaceState({}, '', '/b'); await turn();
    await new Promise(resolve => { addEventListener('popstate', resolve, {once: true}); history.back(); });
    await turn();
    rumClient.page('/page/back');
    rumClient.error();
  });
  await page.close();
  await target.until(() => target.events('page_view').length === 4);
  assert.deepEqual(target.events('page_view').map(({from, endpoint}) => [from, endpoint]),
    [[undefined, '/page/{id}'], ['/page/{id}', '/a'], ['/a', undefined], ['?', '/page/back']]);
  assert.deepEqual(target.events('error').map(each => each.endpoint), ['/page/back']);
});
