// What a page does is counted as it happened.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {hide, launch, openTab, show} from './browser.mjs';
import {eventually} from './replay.mjs';
import {startTarget} from './target.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const eventCase = (name, options, drive) => test(name, async () => {
  const target = await startTarget(options.target);
  try {
    const page = await openTab(browser, target.url(options.path ?? '/page/1?no-reference'), options.prepare);
    const refused = await drive({page, target});
    if (!options.throws) assert.deepEqual(page.errors, []);
    if (!options.violates) assert.deepEqual(target.violations, []);
    await target.agrees(refused);
  } finally {
    await target.stop();
  }
});

const close = async (page, target) => {
  await page.close();
  await target.until(() => target.events('page_view').length > 0);
  await target.until(() => target.events('web_vitals').some(each => 'cls' in each));
};

/** Until the browser has told how long requests for these paths took, which may be later than the page has their answers. */
const timed = (page, ...paths) => page.waitForFunction(paths => {
  const told = performance.getEntriesByType('resource').map(({name}) => new URL(name).pathname);
  return paths.every(each => told.includes(each));
}, {}, paths);

const near = (a, b) => Math.abs(a - b) < 1e-6;

eventCase('the load and its phases', {}, async ({page, target}) => {
  const seen = await page.evaluate(() => performance.getEntriesByType('navigation')[0].toJSON());
  await close(page, target);
  const [load] = target.events('page_load');
  assert.equal(load.endpoint, '/page/{id}');
  assert.equal(load.load_time, seen.loadEventEnd);
  assert.deepEqual(Object.keys(load.phases).sort(), ['connect', 'dns', 'dom', 'onload', 'other', 'redirect', 'request', 'response']);
  assert.ok(near(Object.values(load.phases).reduce((sum, each) => sum + each, 0), load.load_time));
  assert.ok(near(load.phases.request, seen.responseStart - seen.requestStart));
  assert.ok(near(load.phases.onload, seen.loadEventEnd - seen.loadEventStart));
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const ofTrace = page => page.setExtraHTTPHeaders({traceparent: `00-${TRACE}-00f067aa0ba902b7-01`});

eventCase('the trace of the document, with its load and its LCP, to their exemplars', {target: {exemplars: true}, prepare: ofTrace}, async ({page, target}) => {
  await close(page, target);
  const [load] = target.events('page_load');
  assert.equal(load.trace_id, TRACE);
  const traced = target.events('web_vitals').filter(each => each.trace_id);
  assert.ok(traced.length === 1 && traced[0].trace_id === TRACE && traced[0].lcp > 0);
  const answer = await fetch(target.url('/metrics'), {headers: {accept: 'application/openmetrics-text;version=1.0.0'}});
  const text = await answer.text();
  const exemplar = family => {
    const line = text.split('\n').find(line => line.startsWith(`${family}_bucket{endpoint="/page/{id}"`) && line.includes(` # {trace_id="${TRACE}"} `));
    return Number(/ # \{[^}]*\} (\S+) /.exec(line)[1]);
  };
  // The server reads numbers but for their last bit.
  assert.ok(near(exemplar('page_load_time_seconds'), load.load_time / 1000));
  assert.ok(near(exemplar('web_vitals_lcp_seconds'), traced[0].lcp / 1000));
});

eventCase('no trace where the host wants no exemplars', {prepare: ofTrace}, async ({page, target}) => {
  await close(page, target);
  assert.ok(target.all().every(each => !('trace_id' in each)));
});

eventCase('blocking time', {}, async ({page, target}) => {
  await page.evaluate(() => new Promise(resolve => {
    let blocked = 0;
    const add = entries => entries.forEach(each => {
      blocked += each.blockingDuration;
      if (blocked >= 200) resolve();
    });
    const observer = new PerformanceObserver(list => add(list.getEntries()));
    observer.observe({type: 'long-animation-frame', buffered: true});
    requestAnimationFrame(() => { busy(300); document.title = 'busy'; gap.style.height = '2px'; });
    // A busy machine adds frames of its own until the last moment.
    addEventListener('pagehide', () => {
      add(observer.takeRecords());
      navigator.sendBeacon('/reference', JSON.stringify(blocked));
    });
  }));
  await close(page, target);
  const [blocked] = await target.until(() => target.reference.length > 0 && target.reference);
  assert.ok(blocked >= 200);
  assert.equal(target.events('web_vitals').find(each => 'blocking_time' in each).blocking_time, blocked);
});

eventCase('errors of each kind, without text', {throws: true, target: {third_party: true}}, async ({page, target}) => {
  await page.evaluate(async third => {
    const script = (src, attributes = {}) => new Promise(resolve => {
      const element = Object.assign(document.createElement('script'), {src, ...attributes, onload: resolve, onerror: resolve});
      document.body.append(element);
    });
    await script('/files/throws.js');
    await script('/files/throws.js?again');
    await script(`${third}/cross.js?type=text/javascript`);
    await script('/missing.js');
    rejectLater();
    await new Promise(resolve => setTimeout(resolve, 50));
    rumClient.error();
    rumClient.error('exception');
    // As a muted cross-origin script reports, and two that are nobody's fault.
    dispatchEvent(new ErrorEvent('error', {message: 'Script error.'}));
    dispatchEvent(new ErrorEvent('error', {message: 'ResizeObserver loop completed with undelivered notifications.'}));
    dispatchEvent(new ErrorEvent('error', {message: 'x', filename: 'chrome-extension://abc/x.js'}));
  }, target.thirdParty);
  await close(page, target);
  const of = kind => target.total('error', {kind});
  assert.deepEqual([of('exception'), of('rejection'), of('resource'), of('script_error'), of('reported')], [3, 1, 1, 1, 1]);
  for (const each of target.events('error')) assert.equal(each.endpoint, '/page/{id}');
  assert.ok(!target.bodies.some(({text}) => text.includes('secret')));
});

eventCase('interactions by type and name', {}, async ({page, target}) => {
  for (let clicks = 0; clicks < 4; clicks++) await page.click('#fast');
  await page.click('#inner');
  await page.focus('#text');
  await page.keyboard.type('ab');
  await page.evaluate(() => document.getElementById('fast').click());
  await close(page, target);
  assert.equal(target.total('interaction', {type: 'click', name: undefined}), 4);
  assert.equal(target.total('interaction', {type: 'click', name: 'buy'}), 1);
  assert.equal(target.total('interaction', {type: 'keydown'}), 2);
  assert.equal(target.total('interaction', {type: 'input'}), 2);
  assert.equal(target.events('interaction').length, 5 - (target.total('interaction', {type: 'change'}) ? 0 : 1));
  assert.equal(target.events('engaged').length, 1);
});

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

eventCase('own requests by template', {}, async ({page, target}) => {
  await page.evaluate(async () => {
    await (await fetch('/api/7')).text();
    await new Promise(resolve => {
      const request = new XMLHttpRequest();
      request.open('GET', '/api/8?status=500');
      request.onloadend = resolve;
      request.send();
    });
    await (await fetch('/plain')).text();
    await new Promise(resolve => Object.assign(document.body.appendChild(new Image()), {onerror: resolve, src: '/missing.png'}));
  });
  await timed(page, '/api/7', '/api/8', '/plain');
  await close(page, target);
  assert.deepEqual(target.events('request').map(each => each.endpoint).sort(), ['/api/{x}', '/api/{x}', undefined].sort());
  for (const {duration} of target.events('request')) assert.ok(duration > 0);
  assert.match(await target.agrees(), /^user_request_duration_seconds_count\{endpoint="\/api\/\{x\}"\} 2$/m);
});

eventCase('third parties', {target: {third_party: true}, throws: true}, async ({page, target}) => {
  await page.evaluate(async third => {
    const quietly = promise => promise.then(response => response.text?.()).catch(() => {});
    const element = (tag, src) => new Promise(resolve => {
      document.body.append(Object.assign(document.createElement(tag), {onload: resolve, onerror: resolve, src: third + src}));
    });
    await quietly(fetch(`${third}/a?cors&tao`));
    await quietly(fetch(`${third}/a?cors`));
    await element('script', '/ok.js?type=text/javascript');
    await element('script', '/ok.js?type=text/javascript&tao');
    // Failures: two statuses, one lost connection, three elements with and without TAO.
    await quietly(fetch(`${third}/a?cors&status=500`));
    await quietly(fetch(`${third}/a?cors&tao&status=404`));
    await quietly(fetch(`${third}/gone`));
    await element('script', '/no.js?type=text/javascript&status=404');
    await element('script', '/no.js?type=text/javascript&status=404&tao');
    await element('img', '/gone');
  }, target.thirdParty);
  await page.waitForFunction(third => performance.getEntriesByType('resource').filter(({name}) => name.startsWith(third)).length === 10, {}, target.thirdParty);
  await close(page, target);
  assert.equal(target.events('third_party').length, 10);
  assert.ok(target.events('third_party').every(each => each.service === 'partner' && each.duration > 0));
  assert.equal(target.total('third_party_failure', {service: 'partner'}), 6);
  assert.equal(target.total('error', {kind: 'resource'}), 3);
  assert.equal(target.events('request').length, 0);
});

eventCase('counters and histograms', {}, async ({page, target}) => {
  await page.evaluate(() => {
    const plain = rumClient.makeCounter('plain_total'), labelled = rumClient.makeCounter('added_total', {plan: 'pro'});
    plain.increment(); plain.increment(2); labelled.increment(5);
    for (const bad of [-1, 0.5, NaN, 5000, 1n, Symbol('x'), {}]) plain.increment(bad);
    rumClient.makeHistogram('items').observe(12.3);
    rumClient.makeHistogram('search_duration_seconds', {plan: 'free'}).observe(12.3);
    const circular = {}; circular.self = circular;
    rumClient.makeHistogram('items', circular).observe(1);
  });
  await close(page, target);
  const good = target.events('counter').filter(each => each.value > 0);
  assert.deepEqual(good, [{event: 'counter', name: 'plain_total', value: 3}, {event: 'counter', name: 'added_total', labels: {plan: 'pro'}, value: 5}]);
  assert.equal(target.events('counter').length - good.length, 7, 'refused ones are sent to be refused');
  assert.deepEqual(target.events('histogram').map(each => each.value), [12.3, 12.3]);
  return {range: 7};
});

eventCase('an event too long for any declared name loses only itself', {}, async ({page, target}) => {
  await page.evaluate(() => {
    const long = 'x'.repeat(70000);
    rumClient.makeCounter(long).increment();
    rumClient.makeHistogram(long).observe(1);
    rumClient.makeCounter('plain_total').increment(3);
  });
  await close(page, target);
  assert.equal(target.total('counter', {name: 'plain_total'}, 'value'), 3);
  assert.equal(target.events('counter').length + target.events('histogram').length, 1);
});

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
