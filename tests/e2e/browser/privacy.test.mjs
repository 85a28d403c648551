// Who asks not to be measured is not.
import assert from 'node:assert/strict';
import {close, eventCase} from './cases.mjs';

for (const [signal, prepare] of [
  ['Global Privacy Control', page => page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'globalPrivacyControl', {value: true}))],
  ['Do Not Track', page => page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'doNotTrack', {value: '1'}))],
]) {
  eventCase(`${signal} turns it off`, {prepare, path: '/page/1?no-reference&stub'}, async ({page, target}) => {
    await page.waitForFunction(() => !Array.isArray(rumClient));
    await page.evaluate(() => {
      rumClient.makeCounter('x').increment();
      rumClient.makeHistogram('x').observe(1);
      rumClient.page('/x');
      rumClient.push(rum => rum.conversion('signup'));
    });
    await page.click('#buy');
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.goto('about:blank');
    await new Promise(resolve => setTimeout(resolve, 500));
    assert.deepEqual(target.batches, []);
  });

  eventCase(`${signal} is not asked where the host says so`, {prepare, target: {privacy: false}}, async ({page, target}) => close(page, target));
}

for (const [signal, headers] of [['Sec-GPC', {'Sec-GPC': '1'}], ['DNT', {DNT: '1'}]]) {
  const once = id => ({version: 1, id: id.repeat(32), events: [{event: 'session'}]});
  const send = (target, id) => fetch(target.url('/log-beacon'), {method: 'POST', body: JSON.stringify(once(id)), headers});

  eventCase(`the server records nothing under ${signal}`, {}, async ({page, target}) => {
    assert.equal((await send(target, 'a')).status, 204);
    await target.until(() => target.bodies.length === 1);
    await page.setExtraHTTPHeaders(headers);
    // The page's own signal is not there: only the server sees this one.
    await page.click('#buy');
    await page.evaluate(() => { for (let i = 0; i < 60; i++) rumClient.makeHistogram('items').observe(i); });
    await target.until(() => target.events('histogram').length > 0);
    assert.equal(target.bodies.at(-1).headers[signal.toLowerCase()], '1');
    await page.setExtraHTTPHeaders({});
    await close(page, target);
    const refused = target.bodies.filter(each => each.headers[signal.toLowerCase()] === '1').length;
    assert.ok(refused >= 2);
    return {privacy: refused};
  });

  eventCase(`the server records under ${signal} where the host says so`, {target: {privacy: false}}, async ({page, target}) => {
    assert.equal((await send(target, 'b')).status, 204);
    await close(page, target);
    assert.equal(target.events('session').length, 2);
  });
}
