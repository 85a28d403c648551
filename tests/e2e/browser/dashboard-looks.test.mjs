// The dashboard with nothing, little and much to show: it fits, is legible, and is used by keyboard.
import assert from 'node:assert/strict';
import {after, afterEach, before, test} from 'node:test';
import {launch} from './browser.mjs';
import {BUSY, MANY, drive} from './dashboard/day.mjs';
import {looksRight, openDashboard, repeat, rows, startWatched, until} from './dashboard/watched.mjs';

let browser, app;
before(async () => { browser = await launch(); });
after(() => browser?.close());
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

const LOOKS = [1440, 360].flatMap(width => ['light', 'dark'].map(theme => ({width, theme})));

const STATES = {
  empty: {settings: {}, drive: () => {}, least: 40},
  'one-endpoint': {settings: {templates: {'/': '/'}}, drive: app => app.ask(...repeat(20, '/')), least: 60},
  busy: {settings: BUSY, drive, least: 150},
  '200-endpoints': {settings: {templates: MANY}, drive: app => app.ask(...Object.keys(MANY), ...repeat(5, '/e/42')), least: 90},
};

for (const [name, {settings, drive, least}] of Object.entries(STATES)) {
  test(`the state ${name} fits and is legible, wide and narrow, light and dark`, async () => {
    app = await startWatched(settings);
    await app.sampled();
    await drive(app);
    await app.sampled(6);
    for (const look of LOOKS) {
      const tab = await openDashboard(browser, app.origin, look);
      await looksRight(tab, least);
      if (process.env.PICTURES) await tab.screenshot({path: `${process.env.PICTURES}/${name}-${look.theme}-${look.width}.png`, fullPage: true});
      tab.clean();
      await tab.context.close();
    }
  });
}

test('200 endpoints: ten show, the others are found, sorted and chosen by keyboard', async () => {
  app = await startWatched({templates: MANY});
  await app.sampled();
  await app.ask(...Object.keys(MANY), ...repeat(5, '/e/42'), ...repeat(3, '/e/7?status=500'));
  const tab = await openDashboard(browser, app.origin);
  const names = async () => (await rows(tab, 'endpoints')).map(([name]) => name);
  assert.equal((await names()).length, 10);
  assert.deepEqual((await names()).slice(0, 2), [MANY['/e/42'], MANY['/e/7']]);
  assert.equal(await tab.text('#endpoints .shown'), '10 of 200');

  // A row that moves keeps the focus.
  await tab.focus('#endpoints tbody tr:nth-child(2) button');
  await app.ask(...repeat(20, '/e/7'));
  await until(tab, name => document.querySelector('#endpoints tbody button').textContent === name, MANY['/e/7']);
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), MANY['/e/7']);

  await tab.focus('#endpoints th:nth-child(4) button');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.$eval('#endpoints th[aria-sort]', heading => `${heading.textContent} ${heading.ariaSort}`), '5xx descending');
  assert.equal((await names())[0], MANY['/e/7']);
  await tab.keyboard.press('Space');
  assert.equal(await tab.$eval('#endpoints th[aria-sort]', heading => heading.ariaSort), 'ascending');

  await tab.type('#endpoint-filter', '/E/199');
  assert.deepEqual(await names(), [MANY['/e/199']]);
  await tab.keyboard.press('Tab');
  while (!await tab.evaluate(() => document.activeElement.matches('tbody button'))) await tab.keyboard.press('Tab');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.text('#chosen-name'), MANY['/e/199']);
  assert.equal(await tab.text('#requests .scope'), MANY['/e/199']);
  // An update later the focus is where it was.
  await until(tab, () => /\b[01] s ago/.test(document.getElementById('state').textContent));
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), MANY['/e/199']);
  await tab.click('#show-all');
  assert.equal(await tab.text('#requests .scope'), 'all endpoints');

  await tab.$eval('#endpoint-filter', input => { input.value = ''; input.dispatchEvent(new Event('input')); });
  await tab.evaluate(() => [...document.querySelectorAll('#endpoints button')].find(button => button.textContent === 'Show all 200').click());
  assert.equal((await names()).length, 200);
  await looksRight(tab, 1000);
  tab.clean();
  await tab.context.close();
});

test('of a chart no time is cut off, wherever round times fall', async () => {
  app = await startWatched();
  const tab = await openDashboard(browser, app.origin, {width: 360});
  const {seen, cut} = await tab.evaluate(async () => {
    const {Chart} = await import(new URL('chart.js', document.querySelector('script[type=module]').src).href);
    const chart = new Chart({label: 'A chart', format: String, marks: {top: () => 1, draw: () => []}});
    document.getElementById('panels').prepend(chart.element);
    const seen = [], cut = [];
    for (let tenth = 0; tenth < 100; tenth++) {
      const times = Array.from({length: 31}, (_, index) => (tenth / 10 + index) * 1000);
      chart.update({times, lines: []});
      const {left, right} = chart.plot.getBoundingClientRect();
      for (const text of chart.plot.querySelectorAll('text')) {
        const box = text.getBoundingClientRect();
        seen.push(text.textContent);
        if (box.left < left || box.right > right) cut.push(`${text.textContent} in ${tenth}`);
      }
    }
    return {seen: seen.filter(each => each.includes(':')).length, cut};
  });
  assert.deepEqual(cut, []);
  assert.ok(seen >= 60, `${seen} times`);
  tab.clean();
  await tab.context.close();
});
