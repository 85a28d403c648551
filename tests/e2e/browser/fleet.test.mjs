// One visitor in a real browser, two replicas behind nginx: whichever takes a beacon, the visit is one session.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launchUnnamed, openTab, painted, undriven} from './browser.mjs';
import {eventually} from './patience.mjs';
import {build, run} from './program.mjs';

let browser, proxy;
const replicas = [];
before(async () => {
  const program = build('../Cargo.toml', '--bin', 'replica');
  for (const name of ['a', 'b']) {
    const settings = {name, port: 0, trusted_proxies: ['127.0.0.1'], client_beacons_per_second: 10};
    replicas.push(await run(program, {REPLICA: JSON.stringify(settings)}));
  }
  proxy = await startNginx(replicas.map(({first}) => new URL(first).host));
  browser = await launchUnnamed();
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
  await Promise.all(replicas.map(replica => replica.stop()));
});

/** What examples/deploy/nginx says, in one process that writes nowhere but into a folder of its own. */
const startNginx = async ([one, other]) => {
  const shipped = await readFile(new URL('../../../examples/deploy/nginx/app.conf', import.meta.url), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  // Another program may take the port that was free.
  for (let attempt = 0; attempt < 10; attempt++) {
    const port = await freePort();
    const site = shipped.replace('app-1:3000', one).replace('app-2:3000', other).replace('listen 80;', `listen 127.0.0.1:${port};`);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join(' ');
    await writeFile(join(folder, 'nginx.conf'), `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
events {} http { access_log off; ${folders} ${site} }`);
    const child = spawn('nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')], {stdio: ['ignore', 'ignore', 'pipe']});
    child.on('error', error => { throw new Error(`nginx is missing: install Debian's package nginx-light (${error.message}).`); });
    const exited = once(child, 'exit');
    let said = '';
    child.stderr.on('data', text => { said += text; });
    while (!said.includes('event method') && !said.includes('[emerg]') && child.exitCode === null) await once(child.stderr, 'data');
    const stop = async () => {
      child.kill('SIGKILL');
      await exited;
    };
    if (said.includes('event method')) {
      return {origin: `http://127.0.0.1:${port}`, stop: () => stop().then(() => rm(folder, {recursive: true}))};
    }
    await stop();
    assert.ok(said.includes('bind()'), said);
  }
  assert.fail('nginx found no port to listen on');
};

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

/** What each replica exposes, by series. */
const exposed = () => Promise.all(replicas.map(async ({first}) => {
  const text = await (await fetch(`${first}metrics`)).text();
  const lines = text.split('\n').filter(line => line && !line.startsWith('#')).map(line => line.split(/ (?=\S+$)/));
  return Object.fromEntries(lines.map(([series, value]) => [series, Number(value)]));
}));

const EXPECTED = {
  'user_sessions_total': 1,
  'user_engaged_sessions_total': 1,
  'user_journeys_total{path="/"}': 1,
  'user_journeys_total{path="/products/{id}"}': 1,
  'user_journeys_total{path="/cart"}': 1,
  'user_page_transitions_total{from="/",to="/products/{id}"}': 1,
  'user_page_transitions_total{from="/products/{id}",to="/cart"}': 1,
  'page_load_time_seconds_count{endpoint="/"}': 1,
  'page_load_time_seconds_count{endpoint="/products/{id}"}': 1,
  'page_load_time_seconds_count{endpoint="/cart"}': 1,
  'web_vitals_lcp_seconds_count{endpoint="/products/{id}"}': 1,
  'user_conversions_total{goal="purchase"}': 1,
  'added_total{plan="pro"}': 3,
  'http_requests_total{method="GET",endpoint="/",status="200"}': 1,
  'http_requests_total{method="GET",endpoint="/products/{id}",status="200"}': 1,
  'http_requests_total{method="GET",endpoint="/cart",status="200"}': 1,
};

test('a visitor of both replicas is one session of the fleet', async () => {
  const page = await openTab(browser, `${proxy.origin}/`, undriven);
  for (const path of ['/products/7', '/cart']) {
    await page.goto(proxy.origin + path, {waitUntil: 'load'});
    await painted(page);
  }
  await page.evaluate(() => {
    (window.rumClient ||= []).push(rum => {
      rum.conversion('purchase');
      rum.makeCounter('added_total', {plan: 'pro'}).increment(3);
    });
  });
  await page.waitForFunction(() => !Array.isArray(window.rumClient));
  await page.close();
  assert.deepEqual(page.errors, []);

  let both;
  await eventually(async () => {
    const [a, b] = both = await exposed();
    return Object.entries(EXPECTED).every(([series, count]) => (a[series] ?? 0) + (b[series] ?? 0) === count);
  }, 'what is expected of both', () => JSON.stringify([EXPECTED, ...both], null, 1));
  // By turns they get requests, whichever pages and beacons these are.
  for (const replica of both) {
    const moved = Object.keys(replica).filter(series => replica[series] > 0);
    assert.ok(moved.some(series => /^(http_requests_total|rum_batches_total)\{/.test(series)), `${moved}`);
    assert.deepEqual(moved.filter(series => series.includes('unmatched')), []);
  }
});
