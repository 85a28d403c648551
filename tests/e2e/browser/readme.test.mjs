// What README's script says of a page arrives, as it stands there: the tour has declared its names.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {hide, launch, openTab} from './browser.mjs';
import {eventually} from './patience.mjs';
import {build, run} from './program.mjs';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test("README's script moves what it names", async t => {
  const demo = await run(build('../../../Cargo.toml', '--example', 'demo', '--features', 'full'), {PORT: '0'});
  t.after(() => demo.stop());
  const [origin] = /http:[^ ]*(?=\/$)/.exec(demo.first);
  const browser = await launch('--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36');
  t.after(() => browser.close());

  await (await fetch(`${origin}/users/7`)).text(); // a page names only what the server has served
  const [, script] = /```js\n([^]*?)```/.exec(readme);
  const page = await openTab(browser, `${origin}/`, page => page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'webdriver', {value: false})));
  await page.evaluate(script);
  await hide(page);

  const expected = [
    'user_conversions_total{goal="signup"} 1', 'votes_total{choice="yes"} 1', 'search_duration_seconds_sum 0.25',
    'user_errors_total{endpoint="/",kind="reported"} 1',
    'user_journeys_total{path="/users/{id}"} 1', 'user_journeys_total{path="start"} 2', // the page's own step is the other one
  ];
  const exposed = async () => (await (await fetch(`${origin}/metrics`)).text()).split('\n');
  await eventually(async () => {
    const lines = await exposed();
    return expected.every(line => lines.includes(line));
  }, expected.join('\n'), async () => (await exposed()).filter(line => /^(user|rum|votes|search)_/.test(line)).join('\n'));
});
