// What a script costs at a cold start: CDP ScriptDuration of a page with it, less that of the same page without.
// The variants take turns, each load in a fresh profile; printed are medians and their ratio to ours, at two moments:
// 0.3 s after the load (the start), and 1.3 s after it (ours has opened storage and armed its first batch).
import {launch} from './browser.mjs';
import {startTarget} from './target.mjs';

const ROUNDS = Number(process.argv[2] ?? 15);
const variants = {none: [], ours: ['/rum.js'], 'web-vitals': ['/files/web-vitals.js', '/files/vitals-only.js'], faro: ['/files/faro.js', '/files/faro-start.js']};
const pauses = [300, 1000];

const target = await startTarget();
const browser = await launch();
const samples = Object.fromEntries(Object.keys(variants).map(name => [name, pauses.map(() => [])]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, scripts] of Object.entries(variants)) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(target.url(`/page/cost?no-reference&late&scripts=${scripts.join(',')}`), {waitUntil: 'load'});
    for (const [moment, pause] of pauses.entries()) {
      await new Promise(resolve => setTimeout(resolve, pause));
      const {ScriptDuration} = await page.metrics();
      // The first round warms the browser itself.
      if (round) samples[name][moment].push(ScriptDuration * 1000);
    }
    await context.close();
  }
}
await browser.close();
await target.stop();

const median = values => values.sort((a, b) => a - b)[values.length >> 1];
for (const [moment, when] of ['start', 'first 1.3 s'].entries()) {
  const cost = name => median(samples[name][moment]) - median(samples.none[moment]);
  for (const name of ['ours', 'web-vitals', 'faro']) {
    console.log(`${when.padEnd(12)} ${name.padEnd(12)} +${cost(name).toFixed(2)} ms  ${(cost(name) / cost('ours')).toFixed(2)} x ours`);
  }
}
