// What recording a session costs the page: ours, rrweb's recorder as it comes, and none, in turns, each in a fresh profile.
// `node replay-cost.mjs [rounds] [seconds]`; printed are medians, less those without a recorder.
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {launch} from './browser.mjs';
import {startReplay} from './replay.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = Number(process.argv[3] ?? 60);
const variants = {none: 'without', ours: '', rrweb: 'without&scripts=/files/rrweb-record.js,/files/rrweb-post.js'};
const STEP = 50;

const pause = time => new Promise(resolve => setTimeout(resolve, Math.max(0, time)));

/** The pointer all the time, a click a second, words, the wheel. */
const visit = async page => {
  const start = Date.now();
  for (let step = 0; step < SECONDS * 1000 / STEP; step++) {
    await page.mouse.move(300 + 200 * Math.sin(step / 10), 300 + 150 * Math.cos(step / 13));
    if (step % 20 === 0) await page.mouse.click(400, 300);
    if (step % 50 === 10) await page.mouse.wheel({deltaY: step % 100 < 50 ? 600 : -600});
    if (step % 40 === 5) {
      await page.focus('#words');
      await page.keyboard.type('word ');
    }
    await pause(start + step * STEP - Date.now());
  }
};

/** What the page's main thread has taken of the processor: other programs on the machine do not count. */
const meter = async page => {
  const session = await page.createCDPSession();
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  return async () => {
    const {metrics} = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({name, value}) => [name, value * 1000]));
  };
};

const browser = await launch();
const samples = {};
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, query] of Object.entries(variants)) {
    const target = await startReplay({replay: {rrweb: true}});
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    const measure = await meter(page);
    await page.goto(target.url(`/page/replay/1?rows=300&${query}${query.includes('scripts') ? ',' : '&scripts='}/files/replay-work.js`), {waitUntil: 'load'});
    await pause(300);
    const start = await measure();
    // The first round warms the browser itself.
    if (round) await visit(page);
    else await pause(500);
    const end = await measure();
    await page.goto('about:blank');
    await pause(300);
    if (round) {
      const taken = key => end[key] - start[key];
      (samples[name] ??= []).push({
        start: start.ScriptDuration, startAll: start.TaskDuration, script: taken('ScriptDuration'), all: taken('TaskDuration'), bytes: target.sent['/log-session-event'] ?? 0,
      });
    }
    await context.close();
    await target.stop();
  }
}
await browser.close();

const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const over = (name, key) => median(samples[name].map(each => each[key])) - median(samples.none.map(each => each[key]));
const gzipped = path => gzipSync(readFileSync(fileURLToPath(new URL(path, import.meta.url))), {level: 9}).length;
const sizes = {ours: gzipped('../../../src/replay/client/rum-replay.min.js'), rrweb: gzipped('node_modules/@rrweb/record/dist/record.umd.min.cjs')};
console.log(`${ROUNDS} rounds of ${SECONDS} s, medians, over a page without a recorder, which takes ${median(samples.none.map(each => each.all)).toFixed(0)} ms`);
for (const name of ['ours', 'rrweb']) {
  const more = key => `+${over(name, key).toFixed(1)} ms`;
  console.log(`${name.padEnd(6)} ${sizes[name]} bytes gzip -9; start: script ${more('start')}, all ${more('startAll')}; then: script ${more('script')}, all ${more('all')}; sent ${over(name, 'bytes')} bytes`);
}
