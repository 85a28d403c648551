// The collector example, a process of its own behind a proxy, and pages that a plain server gives under another origin.
import assert from 'node:assert/strict';
import {createServer, request} from 'node:http';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {launchUnnamed, openTab, painted, undriven} from './browser.mjs';
import {eventually} from './patience.mjs';
import {build, run} from './program.mjs';
import {differences, expected, exposed} from './tally.mjs';

let browser, program, folder;
before(async () => {
  program = build('../../../Cargo.toml', '--example', 'collector', '--features', 'full');
  folder = mkdtempSync(join(tmpdir(), 'collector-'));
  browser = await launchUnnamed();
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, {recursive: true});
});

// The names that the tally knows, but for the templates.
const CONFIG = `
endpoints = ["/", "/page/{id}"]
trusted_proxies = ["127.0.0.1"]
interaction_names = ["buy"]
journeys = ["start"]
goals = ["signup", "purchase"]
[[counter]]
name = "added_total"
help = "Added."
labels = { plan = ["free", "pro"] }
[[histogram]]
name = "search_duration_seconds"
help = "Search."
labels = { plan = ["free", "pro"] }
`;
const ENDPOINTS = new Set(['/', '/page/{id}']);

const listen = async answer => {
  const server = createServer(answer);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    stop: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
};

const startCollector = async () => {
  const batches = [];
  let collector, source;
  const pages = await listen(({url}, response) => {
    const template = url === '/' ? '/' : '/page/{id}';
    response.writeHead(200, {'content-type': 'text/html'}).end(
      `<!doctype html><title>page</title><link rel="icon" href="data:,">
       <script ${source} data-interval="0" data-endpoint="${template}" async></script>
       <h1>A title that is painted</h1><button id="buy" data-rum="buy">buy</button><button id="broken" onclick="throw new Error('secret')">broken</button>`);
  });
  const proxy = await listen((incoming, response) => {
    const {method, url, headers} = incoming;
    const pieces = [];
    const outgoing = request(new URL(url, collector.public), {method, headers: {...headers, 'x-forwarded-for': '203.0.113.5'}}, answer => {
      if (method === 'POST') batches.push({text: Buffer.concat(pieces).toString(), headers, status: answer.statusCode});
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.on('data', piece => pieces.push(piece));
    incoming.pipe(outgoing);
  });
  const origin = `http://127.0.0.1:${proxy.port}`;

  const config = join(folder, `${proxy.port}.toml`);
  writeFileSync(config, `listen = "127.0.0.1:0"\noperator_listen = "127.0.0.1:0"\norigins = ["http://localhost:${pages.port}"]\n${CONFIG}`);
  const lines = [];
  const child = await run(program, {}, line => lines.push(line), [config]);
  const said = name => eventually(() => lines.find(line => line.startsWith(`${name}:`))?.slice(name.length + 1).trim(), `a line of ${name}`, () => lines.join('\n'));
  const [metricsUrl, script, tag] = [await said('metrics'), await said('script'), await said('tag')];
  collector = {public: new URL('/', script).href, private: new URL('/', metricsUrl).href};

  const metrics = async () => (await fetch(metricsUrl)).text();
  const events = kind => batches.filter(({status}) => status === 204).flatMap(({text}) => JSON.parse(text).events).filter(({event}) => event === kind);
  return {
    ...collector, origin, batches, metrics, events,
    /** Pages load the script by its path, or as the printed tag says, through the proxy. */
    load: ({hashed}) => {
      const [, path, integrity] = /src="http:\/\/[^/]+(\/[^"]+)" (integrity="[^"]+" crossorigin)/.exec(tag);
      source = hashed ? `src="${origin}${path}" ${integrity}` : `src="${origin}/rum.js"`;
    },
    listed: path => `http://localhost:${pages.port}${path}`,
    unlisted: path => `http://127.0.0.1:${pages.port}${path}`,
    until: condition => eventually(condition, condition.toString(), async () => `${JSON.stringify(batches, null, 1)}\n${await metrics()}`),
    /** That /metrics holds what was sent and nothing else; of it, `refused` batches for their origin. */
    agrees: async (refused = 0) => {
      let text, different;
      await eventually(async () => {
        text = await metrics();
        const foreign = batches.filter(({status}) => status === 403);
        const sent = expected(batches.filter(({status}) => status !== 403), ENDPOINTS, true);
        if (foreign.length > 0) {
          sent['rum_rejected_total{reason="origin"}'] = foreign.length;
          sent['rum_batches_total{result="rejected"}'] = (sent['rum_batches_total{result="rejected"}'] ?? 0) + foreign.length;
        }
        different = differences(sent, exposed(text));
        return different.length === 0;
      }, '/metrics is what was sent', () => different.join('\n'));
      assert.ok(batches.filter(({status}) => status === 403).length >= refused);
      return text;
    },
    stop: async () => {
      await child.stop();
      await proxy.stop();
      await pages.stop();
    },
  };
};

const collectorCase = (name, drive) => test(name, async () => {
  const collector = await startCollector();
  try {
    await drive(collector);
  } finally {
    await collector.stop();
  }
});

for (const hashed of [false, true]) {
  collectorCase(`what pages of another origin send is what /metrics holds, the script ${hashed ? 'by the tag that is printed' : 'by its path'}`, async collector => {
    collector.load({hashed});
    const page = await openTab(browser, collector.listed('/page/7'), undriven);
    await page.waitForFunction(() => window.rumClient?.makeCounter);
    await page.click('#buy');
    await page.click('#buy');
    await page.click('#broken');
    await page.evaluate(() => {
      rumClient.makeCounter('added_total', {plan: 'pro'}).increment(3);
      rumClient.makeCounter('added_total', {plan: 'gold'}).increment();
      rumClient.makeHistogram('search_duration_seconds', {plan: 'free'}).observe(250);
      rumClient.journey('start');
      rumClient.conversion('signup');
    });
    await page.goto(collector.listed('/'));
    await page.waitForFunction(() => window.rumClient?.makeCounter);
    await painted(page); // a page that was closed before has no layout shift to tell of
    await page.close();
    await collector.until(() => collector.events('web_vitals').some(each => each.endpoint === '/' && 'cls' in each));
    await collector.until(() => collector.events('page_load').length === 2);
    const lines = new Set((await collector.agrees()).split('\n'));
    for (const series of [
      'page_load_time_seconds_count{endpoint="/page/{id}"} 1',
      'page_load_time_seconds_count{endpoint="/"} 1',
      'web_vitals_lcp_seconds_count{endpoint="/page/{id}"} 1',
      'web_vitals_inp_seconds_count{endpoint="/page/{id}"} 1',
      'user_interactions_total{type="click",name="buy"} 2',
      'user_interactions_total{type="click",name=""} 1',
      'user_errors_total{endpoint="/page/{id}",kind="exception"} 1',
      'added_total{plan="pro"} 3',
      'search_duration_seconds_sum{plan="free"} 0.25',
      'user_page_transitions_total{from="/page/{id}",to="/"} 1',
      'user_journeys_total{path="start"} 1',
      'user_conversions_total{goal="signup"} 1',
      'user_sessions_total 1',
      'rum_rejected_total{reason="unknown_name"} 1',
      'rum_rejected_total{reason="origin"} 0',
    ]) assert.ok(lines.has(series), `${series} is not in\n${[...lines].filter(line => !line.startsWith('#')).join('\n')}`);
    assert.ok(collector.batches.every(({headers, text}) =>
      headers['sec-fetch-site'] === 'cross-site' && headers.origin === new URL(collector.listed('/')).origin && !text.includes('secret')));
  });
}

collectorCase('a page of an origin that is not listed sends in vain, and is counted', async collector => {
  collector.load({hashed: false});
  const page = await openTab(browser, collector.unlisted('/page/7'), undriven);
  await page.waitForFunction(() => window.rumClient?.makeCounter);
  await page.click('#buy');
  await page.close();
  await collector.until(() => collector.batches.length > 0);
  const text = await collector.agrees(1);
  assert.ok(collector.batches.every(({status}) => status === 403));
  assert.match(text, /^user_sessions_total 0$/m);
  assert.match(text, /^user_interactions_total\{type="click",name="buy"\} 0$/m);
});

collectorCase('Global Privacy Control silences the page, and is heard by the collector', async collector => {
  collector.load({hashed: false});
  const silent = await openTab(browser, collector.listed('/page/7'), async page => {
    await undriven(page);
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'globalPrivacyControl', {value: true}));
  });
  await silent.waitForFunction(() => !!window.rumClient);
  await silent.click('#buy');
  await silent.close();

  // The page's own signal is not there: only the collector sees this one.
  const told = await openTab(browser, collector.listed('/page/7'), undriven);
  await told.waitForFunction(() => window.rumClient?.makeCounter);
  await told.setExtraHTTPHeaders({'Sec-GPC': '1'});
  await told.evaluate(() => { for (let i = 0; i < 60; i++) rumClient.makeHistogram('search_duration_seconds', {plan: 'free'}).observe(i); });
  await collector.until(() => collector.batches.some(({headers}) => headers['sec-gpc'] === '1'));
  await told.setExtraHTTPHeaders({});
  await told.close();
  await collector.until(() => collector.batches.some(({text}) => /"cls":/.test(text)));
  const text = await collector.agrees();
  assert.doesNotMatch(text, /^rum_rejected_total\{reason="privacy"\} 0$/m);
  assert.match(text, /^user_interactions_total\{type="click",name="buy"\} 0$/m);
});

collectorCase('what operators read is not on the port of browsers', async collector => {
  const status = async (of, path) => (await fetch(new URL(path, of))).status;
  const all = of => Promise.all(['rum.js', 'healthz', 'metrics', 'dashboard', 'dashboard/data'].map(path => status(of, path)));
  assert.deepEqual(await all(collector.public), [200, 200, 404, 404, 404]);
  assert.deepEqual(await all(collector.private), [404, 404, 200, 200, 200]);
});
