// The demo's page: whatever a person clicks moves a metric, under its strict Content Security Policy.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {PATIENCE, hide, launch, openTab} from './browser.mjs';
import {build, run} from './program.mjs';

let browser, demo, origin;
before(async () => {
  demo = await run(build('../../../Cargo.toml', '--example', 'demo', '--features', 'full'), {PORT: '0'});
  [origin] = /http:[^ ]*(?=\/$)/.exec(demo.first);
  // Programs are told by their user agent and by `navigator.webdriver`; this one hides the first here, the second in the page.
  browser = await launch('--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36');
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const metrics = async () => (await fetch(`${origin}/metrics`)).text();

const untilExposed = async (...series) => {
  const give = Date.now() + PATIENCE;
  for (;;) {
    const lines = new Set((await metrics()).split('\n'));
    const missing = series.filter(each => !lines.has(each));
    if (missing.length === 0) return;
    if (Date.now() > give) assert.fail(`not in /metrics:\n${missing.join('\n')}\nbut\n${[...lines].filter(line => /^(user|rum|votes)_/.test(line)).join('\n')}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
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
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'webdriver', {value: false}));
  });
  const click = async (selector, said) => {
    await page.click(selector);
    await page.waitForFunction(said => document.getElementById('said').textContent.includes(said), {polling: 50}, said);
  };
  await click('#load', '/simulate-load answered 200');
  await click('#error', '/simulate-error answered 200');
  await click('#error', '/simulate-error answered 500');
  await click('#report', 'Reported');
  await click('[data-rum=buy]', 'Bought');
  await click('#signup', 'Signed up');
  await click('#yes', 'Voted yes');
  await click('#no', 'Voted no');
  await click('#yes', 'Voted yes');
  await page.goto(`${origin}/users/7`);
  await page.close();
  await untilExposed(
    'page_load_time_seconds_count{endpoint="/"} 1',
    'page_load_time_seconds_count{endpoint="/users/{id}"} 1',
    'web_vitals_lcp_seconds_count{endpoint="/"} 1',
    'web_vitals_inp_seconds_count{endpoint="/"} 1',
    'user_interactions_total{type="click",name="buy"} 1',
    'user_interactions_total{type="click",name=""} 8',
    'user_errors_total{endpoint="/",kind="reported"} 1',
    'user_conversions_total{goal="signup"} 1',
    'votes_total{choice="yes"} 2',
    'votes_total{choice="no"} 1',
    'user_request_duration_seconds_count{endpoint="/simulate-load"} 1',
    'user_request_duration_seconds_count{endpoint="/simulate-error"} 2',
    'user_page_transitions_total{from="/",to="/users/{id}"} 1',
    'user_sessions_total 1',
    'user_engaged_sessions_total 1',
  );
  // What the browser itself says of the failing API; a violated policy would be here as well.
  assert.deepEqual(complaints.filter(text => !text.includes('status of 500')), []);
});
