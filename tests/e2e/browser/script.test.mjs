// However the script comes to a page, it counts once and under the right name.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTab} from './browser.mjs';
import {browser, close, eventCase} from './cases.mjs';
import {eventually} from './patience.mjs';
import {startTarget} from './target.mjs';

for (const stub of ['stub', 'proxy-stub']) {
  eventCase(`calls before the script: ${stub}`, {path: `/page/1?no-reference&${stub}`, target: {script_delay: 300}}, async ({page, target}) => {
    await page.waitForFunction(() => rumClient.journey && !Array.isArray(rumClient), {polling: 50});
    if (stub === 'proxy-stub') await page.evaluate(() => { counter.increment(3); });
    const pushed = await page.evaluate(() => { rumClient.push(rum => { window.pushed = rum === rumClient; }); return window.pushed; });
    await close(page, target);
    if (stub === 'stub') assert.ok(pushed);
    assert.equal(target.total('counter', {name: 'added_total'}, 'value'), stub === 'stub' ? 2 : 5);
    assert.deepEqual(target.events('journey'), [{event: 'journey', path: 'start'}]);
    assert.equal(target.events('conversion').length, stub === 'stub' ? 1 : 0);
  });
}

eventCase('the attribute names the page where no header does', {target: {server_timing: false, attributes: 'data-interval="0" data-endpoint="/attribute"'}}, async ({page, target}) => {
  await close(page, target);
  assert.equal(target.events('page_view')[0].endpoint, '/attribute');
});

eventCase('the attribute names the page that the server has no template for', {target: {template: '', attributes: 'data-interval="0" data-endpoint="/attribute"'}}, async ({page, target}) => {
  await close(page, target);
  assert.equal(target.events('page_view')[0].endpoint, '/attribute');
});

eventCase('a template of any characters', {target: {template: '/caf\u00e9/"{id}"\\%zz'}}, async ({page, target}) => {
  await close(page, target);
  assert.equal(target.events('page_view')[0].endpoint, '/caf\u00e9/"{id}"\\%zz');
  assert.match(await target.agrees(), /^page_load_time_seconds_count\{endpoint="\/caf\u00e9\/\\"\{id\}\\"\\\\%zz"\} 1$/m);
});

eventCase('the hashed path and its integrity', {target: {hashed: true}}, async ({page, target}) => {
  const {src, integrity} = await page.evaluate(() => {
    const {src, integrity} = document.querySelector('script[integrity]');
    return {src, integrity};
  });
  await close(page, target);
  assert.match(new URL(src).pathname, /^\/rum-[0-9a-f]+\.js$/);
  assert.match(integrity, /^sha384-/);
  assert.equal(target.events('page_load').length, 1);
});

eventCase('the policy is enforced, and a violation of it seen', {violates: true}, async ({page, target}) => {
  await page.evaluate(() => { document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.inline = 1'})); });
  await target.until(() => target.violations.length === 1);
  assert.equal(await page.evaluate(() => window.inline), undefined);
  await close(page, target);
});

eventCase('included twice it counts once', {}, async ({page, target}) => {
  await page.evaluate(() => loadRum());
  await page.click('#fast');
  await close(page, target);
  assert.equal(target.events('page_view').length, 1);
  assert.equal(target.total('interaction', {type: 'click'}), 1);
});

for (const hashed of [false, true]) {
  test(`pages of a listed origin elsewhere, the script ${hashed ? 'with its integrity' : 'by its path'}`, async () => {
    const attributes = 'data-interval="0" data-endpoint="/attribute"';
    const target = await startTarget({elsewhere: true, hashed, attributes});
    try {
      const page = await openTab(browser, target.elsewhere('/page/1?no-reference'));
      const read = await page.evaluate(async application => {
        const beacon = {method: 'POST', headers: {'content-type': 'application/json'}};
        const good = await fetch(`${application}/log-interaction`, {...beacon, body: '{"type":"click"}'});
        const bad = await fetch(`${application}/log-interaction`, {...beacon, body: '{"type":"wink"}'});
        const asked = await fetch(`${application}/api/1`).catch(() => 'not to be read');
        return [good.status, bad.status, await bad.text(), asked];
      }, target.url(''));
      assert.deepEqual([read[0], read[1], read[3]], [204, 422, 'not to be read']);
      assert.match(read[2], /\n$/);
      await page.click('#fast');
      await close(page, target);
      assert.deepEqual(page.errors, []);
      assert.ok(target.bodies.every(({headers, status}) =>
        headers['sec-fetch-site'] === 'cross-site' && headers.origin === new URL(target.elsewhere('/')).origin && status === 204));
      assert.equal(target.events('page_view')[0].endpoint, '/attribute');
      // The page's own requests to the application count, with no template where the application tells none across origins.
      assert.ok(target.events('request').length >= 1);
      const text = await target.metrics();
      assert.match(text, /^page_load_time_seconds_count\{endpoint="\/attribute"\} 1$/m);
      assert.match(text, /^user_sessions_total 1$/m);
      assert.match(text, /^rum_rejected_total\{reason="origin"\} 0$/m);
    } finally {
      await target.stop();
    }
  });
}

test('a page of an origin that is not listed sends in vain', async () => {
  const target = await startTarget({elsewhere: true});
  try {
    const page = await openTab(browser, target.elsewhere('/page/1?no-reference').replace('localhost', '127.0.0.1'));
    const read = await page.evaluate(application => fetch(`${application}/log-interaction`, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: '{"type":"click"}',
    }).then(({status}) => status, () => 'refused'), target.url(''));
    assert.equal(read, 'refused');
    await page.close();
    const text = await eventually(async () => {
      const text = await target.metrics();
      return /^rum_rejected_total\{reason="origin"\} [1-9]/m.test(text) && text;
    }, 'a refusal');
    assert.match(text, /^user_interactions_total\{type="click",name=""\} 0$/m);
    assert.match(text, /^user_sessions_total 0$/m);
  } finally {
    await target.stop();
  }
});
