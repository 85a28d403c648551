// The demo's page: whatever a person clicks moves a metric, under its strict Content Security Policy.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {hide, launchUnnamed, openTab, undriven} from './browser.mjs';
import {eventually} from './patience.mjs';
import {build, run} from './program.mjs';

let browser, demo, origin;
before(async () => {
  demo = await run(build('../../../Cargo.toml', '--example', 'demo', '--features', 'full'), {PORT: '0'});
  [origin] = /http:[^ ]*(?=\/$)/.exec(demo.first);
  browser = await launchUnnamed();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const metrics = async () => (await fetch(`${origin}/metrics`)).text();

const untilExposed = async (...series) => {
  let lines, missing;
  await eventually(async () => {
    lines = new Set((await metrics()).split('\n'));
    missing = series.filter(each => !lines.has(each));
    return missing.length === 0;
  }, 'the series in /metrics', () =>
    `${missing.join('\n')}\nbut\n${[...lines].filter(line => /^(user|rum|votes|search|db|login|purchase|network|log|http_upgraded|http_responses|synthetic)_/.test(line)).join('\n')}`);
};

test('the demo records no browser that a program drives', async () => {
  const page = await openTab(browser, `${origin}/`);
  await hide(page);
  await untilExposed('rum_rejected_total{reason="bot"} 1', 'user_sessions_total 0');
  await page.context.close();
});

test('every button of the demo moves its metric', async () => {
  const complaints = [];
  const page = await openTab(browser, `${origin}/`, async page => {
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    await undriven(page);
  });
  const click = async (selector, said) => {
    await page.click(selector);
    await page.waitForFunction(said => document.getElementById('said').textContent.includes(said), {polling: 50}, said);
  };
  const type = async (selector, text) => {
    await page.$eval(selector, input => { input.value = ''; });
    await page.type(selector, text);
  };
  await click('#load', '/simulate-load answered 200');
  await click('#error', '/simulate-error answered 200');
  await click('#error', '/simulate-error answered 500');
  await click('#query', '/db-query answered 200');
  await click('#login button', '/login answered 200');
  await type('#login [name=password]', 'byron');
  await click('#login button', '/login answered 401');
  await click('[data-rum=buy]', '/purchase answered 200: bought for 19.5 euros');
  for (const refused of ['-5', 'NaN', 'inf', '0', '1e300', 'much']) {
    await type('#purchase [name=amount]', refused);
    await click('[data-rum=buy]', `/purchase answered 400: an amount is above 0 and at most 10000 euros, not ${refused}`);
  }
  await click('#network', '/network-check answered 200');
  const [latency] = await page.$eval('#said', said => /[0-9.]+(?= ms)/.exec(said.textContent));
  await click('#log', '/log-test answered 200');
  await click('#events', 'The event stream says 2');
  await click('#events', 'Follows no stream any more');
  await click('#socket', 'The WebSocket says hello');
  await click('#download', 'Downloaded 3000000 bytes');
  await click('#search', 'Found 560 products');
  await click('#report', 'Reported');
  await click('#throw', 'Thrown');
  await click('#signup', 'Signed up');
  await click('#yes', 'Voted yes');
  await click('#no', 'Voted no');
  await click('#yes', 'Voted yes');
  await page.goto(`${origin}/shop`);
  await page.goto(`${origin}/checkout`);
  await page.goto(`${origin}/users/7`);
  await page.close();
  await untilExposed(
    'page_load_time_seconds_count{endpoint="/"} 1',
    'page_load_time_seconds_count{endpoint="/users/{id}"} 1',
    'web_vitals_lcp_seconds_count{endpoint="/"} 1',
    'web_vitals_inp_seconds_count{endpoint="/"} 1',
    'user_interactions_total{type="click",name="buy"} 7',
    'user_interactions_total{type="submit",name=""} 9',
    'user_errors_total{endpoint="/",kind="reported"} 1',
    'user_errors_total{endpoint="/",kind="exception"} 1',
    'user_conversions_total{goal="signup"} 1',
    'votes_total{choice="yes"} 2',
    'votes_total{choice="no"} 1',
    'search_duration_seconds_count 1',
    'user_request_duration_seconds_count{endpoint="/simulate-load"} 1',
    'user_request_duration_seconds_count{endpoint="/simulate-error"} 2',
    'user_request_duration_seconds_count{endpoint="/db-query"} 1',
    'user_page_transitions_total{from="/",to="/shop"} 1',
    'user_page_transitions_total{from="/shop",to="/checkout"} 1',
    'user_journeys_total{path="start"} 1',
    'user_journeys_total{path="shop"} 1',
    'user_journeys_total{path="checkout"} 1',
    'user_sessions_total 1',
    'user_engaged_sessions_total 1',
    'db_query_duration_seconds_count{query="products"} 1',
    'db_query_duration_seconds_count{query="order"} 1',
    'login_attempts_total{status="success"} 1',
    'login_attempts_total{status="failure"} 1',
    'purchase_amount_total 19.5',
    `network_latency_ms{destination="${new URL(origin).host}"} ${latency}`,
    'log_events_total{level="info"} 1',
    'log_events_total{level="warn"} 1',
    'log_events_total{level="error"} 1',
    'http_requests_total{method="GET",endpoint="/socket",status="101"} 1',
    'http_upgraded_duration_seconds_count{endpoint="/socket"} 1',
    'http_upgraded_connections{endpoint="/socket"} 0',
    'http_responses_incomplete_total{method="GET",endpoint="/events",reason="client_gone"} 1',
    'http_response_size_bytes_sum{method="GET",endpoint="/download"} 3000000',
    'synthetic_success{probe="tour"} 1',
    'rum_exposition_conflicts_total 0',
  );
  // What the browser itself says of what fails on purpose; a violated policy would be here as well.
  assert.deepEqual(complaints.filter(text => !/status of (500|401|400)/.test(text)), []);
  assert.deepEqual(page.errors, ['thrown on purpose']);
});
