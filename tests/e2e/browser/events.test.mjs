// What a page does is counted as it happened.
import assert from 'node:assert/strict';
import {close, eventCase} from './cases.mjs';

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
