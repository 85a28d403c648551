// The page /replay: the list of what is stored, and the player.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openTab} from './browser.mjs';
import {content, picture, readable, scheme, watch} from './page-checks.mjs';
import {calm, ids, recording} from './recording.mjs';
import {eventually} from './patience.mjs';
import {startReplay} from './replay.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const START = Date.UTC(2026, 0, 15, 12, 0, 0);

const pageCase = (name, {prepare, hash = '', fill = fillAll}, drive) => test(name, async () => {
  const target = await startReplay();
  try {
    await fill(target);
    const page = await openTab(browser, undefined, async page => {
      await watch(page);
      await page.setViewport({width: 1280, height: 860});
      await prepare?.(page);
    });
    await page.goto(target.url(`/replay${hash}`));
    await page.waitForSelector('#sessions:not([hidden]) #summary:not(:empty), #theatre:not([hidden]), #notice:not([hidden])');
    await drive({page, target});
    await content(page);
  } finally {
    await target.stop();
  }
});

const fillAll = async target => {
  await target.store(ids[1], calm(5));
  await target.store(ids[2], calm(65));
  await target.store(ids[0], recording());
};
const fillOne = target => target.store(ids[0], recording());

const rows = page => page.$$eval('#rows tr', rows => rows.map(row => [...row.cells].slice(1, 6).map(cell => cell.textContent)));
const text = (page, selector) => page.$eval(selector, element => element.textContent);
const time = page => text(page, '#time');
/** Moves there as a visitor would drag. */
const seek = (page, seconds) => page.$eval('#position', (position, at) => {
  position.value = at;
  position.dispatchEvent(new Event('input'));
}, seconds * 1000);

pageCase('the list: what each session is, in any order, or only those in trouble', {}, async ({page}) => {
  assert.equal(await text(page, '#summary'), '3 sessions');
  assert.deepEqual((await rows(page)).sort(), [['0:05', '1', '0', '0', '3'], ['0:26', '2', '2', '1', String(recording().length)], ['1:05', '1', '0', '0', '3']]);
  const by = async title => {
    await page.evaluate(title => [...document.querySelectorAll('#columns button')].find(button => button.textContent === title).click(), title);
    return (await rows(page)).map(([duration]) => duration);
  };
  assert.deepEqual(await by('Duration'), ['1:05', '0:26', '0:05']);
  assert.equal(await page.$eval('[aria-sort]', cell => `${cell.textContent} ${cell.ariaSort}`), 'Duration descending');
  assert.deepEqual(await by('Duration'), ['0:05', '0:26', '1:05']);
  assert.equal((await by('Errors'))[0], '0:26');
  await page.click('#troubled');
  assert.deepEqual((await rows(page)).map(([duration]) => duration), ['0:26']);
  assert.equal(await text(page, '#summary'), '1 of 3 sessions');
  assert.match(await page.$eval('#rows a', link => link.title), /15 Jan 2026/);
});

pageCase('nothing is stored yet', {fill: async () => {}}, async ({page}) => {
  assert.equal(await text(page, '#empty-title'), 'Nothing recorded yet');
  await readable(page);
});

pageCase('deletes a session, once that is confirmed', {}, async ({page, target}) => {
  const press = async choice => {
    await page.click('#rows tr:first-child .danger');
    await page.waitForSelector('#confirm[open]');
    await page.click(`#confirm [value=${choice}]`);
    await page.waitForSelector('#confirm:not([open])');
  };
  await press('keep');
  assert.equal((await target.sessions()).length, 3);
  const first = await page.$eval('#rows a', link => link.hash.slice(1));
  await press('delete');
  await eventually(async () => (await rows(page)).length === 2, 'two rows');
  assert.ok(!(await target.sessions()).some(({id}) => id === first));
});

pageCase('exports a session', {hash: `#${ids[0]}`}, async ({page, target}) => {
  const exported = await page.$eval('#export', async link => {
    const answer = await fetch(link.href);
    return {disposition: answer.headers.get('content-disposition'), text: await answer.text()};
  });
  assert.match(exported.disposition, /^attachment/);
  assert.deepEqual(JSON.parse(exported.text).events.map(each => each.timestamp), recording().map(each => each.timestamp));
});

pageCase('the window at each moment', {hash: `#${ids[0]}`, fill: fillOne}, async ({page}) => {
  assert.match(await text(page, '#about'), /15 Jan 2026.* · 0:26 · \d+ events/);
  const boxes = kind => page.$$eval(`#scene .box.${kind}`, boxes => boxes.length);
  const shown = selector => page.$eval(`#scene ${selector}`, element => element.classList.contains('shown'));
  assert.equal(await text(page, '#place'), '/products/{id}');
  assert.equal(await boxes('masked'), 0);
  await seek(page, 1.25);
  assert.match(await page.$eval('#scene .cursor', cursor => cursor.getAttribute('transform')), /^translate\(676 62\)/);
  await seek(page, 1.5);
  assert.deepEqual([await boxes('masked'), await boxes('link'), await boxes('text')], [1, 3, 4]);
  assert.match(await page.$eval('#scene .box.masked rect', rect => getComputedStyle(rect).fill), /hatch/);
  assert.equal(await page.$eval('#scene', svg => svg.getAttribute('viewBox')), '0 0 1000 600');
  assert.ok(await shown('.cursor'));
  await seek(page, 2.6);
  assert.match(await page.$eval('#scene .cursor', cursor => cursor.getAttribute('transform')), /^translate\(120 380\)/);
  assert.equal(await page.$$eval('#scene .ripple', ripples => ripples.length), 1);
  await seek(page, 3);
  assert.ok(await shown('.hint'));
  assert.equal(await text(page, '#scene .hint text'), 'types text');
  await seek(page, 5.3);
  assert.equal(await text(page, '#badge'), 'rage click');
  assert.ok(await page.$('#scene .ripple.rage'));
  await seek(page, 7.1);
  assert.equal(await page.$eval('#scene .boxes', boxes => boxes.getAttribute('transform')), 'translate(0 -420)');
  await seek(page, 12);
  assert.ok(await shown('.veil'));
  await seek(page, 18.6);
  assert.equal(await text(page, '#place'), '/cart');
  assert.equal(await boxes('button'), 0);
  assert.equal(await page.$eval('#scene .boxes', boxes => boxes.getAttribute('transform')), 'translate(0 0)');
  assert.deepEqual(await page.$$eval('#marks .mark', marks => marks.map(mark => mark.className.split(' ')[1])), ['idle', 'navigation', 'navigation', 'rage', 'error', 'error']);
  const log = await page.$$eval('#log li', lines => lines.map(line => [...line.firstChild.children].map(each => each.textContent).join(' ')));
  assert.deepEqual(log.slice(0, 5), ['0:00 Page /products/{id}', '0:02 Click input#name', '0:02 Input, text input#name', '0:04 Click [data-rum="buy"]', '0:05 Click [data-rum="buy"]']);
  assert.equal(log[5], '0:05 Rage click [data-rum="buy"]');
  assert.equal(await page.$eval('#log [aria-current]', line => line.textContent), '0:18Page/cart');
});

/** A clock and frames of the test's own: `draw(n)` draws so many, each 20 ms after the one before. */
const ownFrames = page => page.evaluateOnNewDocument(() => {
  let [now, asked] = [0, []];
  performance.now = () => now;
  window.requestAnimationFrame = task => asked.push(task);
  window.draw = frames => {
    for (let drawn = 0; drawn < frames; drawn++) {
      now += 20;
      asked.splice(0).forEach(task => task(now));
    }
  };
});
const draw = (page, frames) => page.evaluate(frames => draw(frames), frames);

pageCase('plays to the end, faster and past what is idle', {hash: `#${ids[0]}`, fill: fillOne, prepare: ownFrames}, async ({page}) => {
  await page.select('#speed', '8');
  await page.click('#play');
  assert.equal(await text(page, '#play'), 'Pause');
  // At 0.16 s a frame: 57 frames until 1 s into what is idle, and from half a second before its end on 54 more.
  await draw(page, 57 + 51);
  assert.equal(await time(page), '0:25 / 0:26');
  await draw(page, 3);
  assert.equal(await time(page), '0:26 / 0:26');
  assert.equal(await text(page, '#play'), 'Play');
  await page.click('#play');
  await draw(page, 10);
  assert.equal(await time(page), '0:01 / 0:26');
});

pageCase('plays what is idle where that is wanted', {hash: `#${ids[0]}`, fill: fillOne, prepare: ownFrames}, async ({page}) => {
  await page.click('#skip');
  await page.select('#speed', '4');
  await seek(page, 9.5);
  await page.click('#play');
  await draw(page, 30);
  assert.equal(await time(page), '0:11 / 0:26');
  await page.click('#play');
  await draw(page, 30);
  assert.equal(await time(page), '0:11 / 0:26');
});

pageCase('jumps to the errors, by button, key and line', {hash: `#${ids[0]}`, fill: fillOne}, async ({page}) => {
  await page.click('#next-error');
  assert.deepEqual([await time(page), await text(page, '#badge')], ['0:06 / 0:26', 'error: exception']);
  await page.keyboard.press('e');
  assert.deepEqual([await time(page), await text(page, '#badge')], ['0:20 / 0:26', 'error: rejection']);
  await page.keyboard.press('e');
  assert.equal(await time(page), '0:06 / 0:26');
  await page.click('#log .error:last-of-type button, #log li:nth-last-child(3) button');
  assert.equal((await time(page)).slice(0, 3), '0:2');
});

pageCase('keys', {hash: `#${ids[0]}`, fill: fillOne}, async ({page}) => {
  await page.keyboard.press('ArrowRight');
  assert.equal(await time(page), '0:05 / 0:26');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await time(page), '0:05 / 0:26');
  await page.focus('#position');
  await page.keyboard.press('ArrowRight');
  assert.equal(await time(page), '0:10 / 0:26');
  await page.keyboard.press('+');
  assert.equal(await page.$eval('#speed', speed => speed.value), '2');
  await page.keyboard.press('Space');
  assert.equal(await text(page, '#play'), 'Pause');
  await page.keyboard.press('Space');
  assert.equal(await text(page, '#play'), 'Play');
  await page.keyboard.press('End');
  assert.equal(await time(page), '0:26 / 0:26');
  // A control in focus keeps its own.
  await page.focus('#skip');
  await page.keyboard.press('Space');
  assert.deepEqual([await page.$eval('#skip', skip => skip.checked), await text(page, '#play')], [false, 'Play']);
  await page.focus('#speed');
  await page.keyboard.press('Home');
  assert.deepEqual([await page.$eval('#speed', speed => speed.value), await time(page)], ['0.5', '0:26 / 0:26']);
  // Every control is reached by Tab, and shows it.
  await page.focus('#back');
  const reached = [];
  for (let presses = 0; presses < 9; presses++) {
    reached.push(await page.evaluate(() => `${document.activeElement.id} ${getComputedStyle(document.activeElement).outlineStyle}`));
    await page.keyboard.press('Tab');
  }
  assert.deepEqual(reached.slice(1, 8), ['export', 'remove', 'position', 'play', 'speed', 'skip', 'next-error'].map(id => `${id} solid`));
});

pageCase('from the list to a session and back; deletes the one that is open', {}, async ({page, target}) => {
  await page.click(`#rows a[href="#${ids[0]}"]`);
  await page.waitForSelector('#theatre:not([hidden])');
  await page.click('#back');
  await page.waitForSelector('#sessions:not([hidden])');
  await page.goBack();
  await page.waitForSelector('#theatre:not([hidden])');
  await page.click('#remove');
  await page.click('#confirm [value=delete]');
  await page.waitForFunction(() => document.getElementById('summary').textContent === '2 sessions');
  assert.equal((await target.sessions()).length, 2);
});

test('a session that is gone says so', async () => {
  const target = await startReplay();
  try {
    const page = await openTab(browser, undefined, watch);
    await page.goto(target.url(`/replay#${ids[3]}`));
    await page.waitForSelector('#notice:not([hidden])');
    assert.equal(await text(page, '#notice'), 'This session is gone: deleted, or too old.');
    assert.deepEqual(await page.evaluate(() => window.violations), []);
  } finally {
    await target.stop();
  }
});

// The server stores no such thing; a store that somebody else writes to might.
const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>';
const hostile = [
  {type: 'viewport', timestamp: START, width: MARKUP, height: -1, document_width: 1e9, document_height: null},
  {type: 'navigation', timestamp: START, endpoint: MARKUP},
  {type: 'layout', timestamp: START + 10, boxes: [[MARKUP, 1, 1, 1, MARKUP], [1, 1, 50, 50, 'constructor'], [0, 0, 9, 9, '__proto__'], [5, 5, 1e9, 1e9, 'text']]},
  {type: 'click', timestamp: START + 20, x: 5, y: 5, target: MARKUP},
  {type: 'input', timestamp: START + 30, target: MARKUP, field: MARKUP},
  {type: 'error', timestamp: START + 40, kind: MARKUP},
  {type: 'constructor', timestamp: START + 50},
  {type: 'visibility', timestamp: START + 60, state: MARKUP},
  null,
  {type: 'click', timestamp: 'soon'},
];

test('markup in a recording is text, wherever it stands', async () => {
  const target = await startReplay();
  try {
    const {status} = await target.post({version: 1, session: ids[0], number: 0, events: [{type: 'click', timestamp: START, x: 5, y: 5, target: MARKUP}]});
    assert.equal(status, 422);
    const page = await openTab(browser, undefined, async page => {
      await watch(page);
      await page.setRequestInterception(true);
      page.on('request', request => {
        const json = body => request.respond({status: 200, contentType: 'application/json', body: JSON.stringify(body)});
        if (request.url().includes('/replay/session?')) json({id: ids[0], format: 'rum', events: hostile});
        else if (request.url().endsWith('/replay/sessions')) {
          json({sessions: [{id: ids[0], format: MARKUP, started: START, duration_ms: 60, events: 8, bytes: 1, pages: 1, errors: 1, rage_clicks: 0}], truncated: true, rrweb_player: null});
        } else request.continue();
      });
    });
    await page.goto(target.url('/replay'));
    await page.waitForSelector('#rows tr');
    await page.click('#rows a');
    await page.waitForSelector('#theatre:not([hidden])');
    for (const at of [0, 0.01, 0.025, 0.045, 0.06]) await seek(page, at);
    assert.equal(await page.$$eval('img, script:not([type=module])', found => found.length), 0);
    assert.equal(await text(page, '#place'), MARKUP);
    assert.equal(await text(page, '#badge'), `error: ${MARKUP}`);
    await content(page);
  } finally {
    await target.stop();
  }
});

for (const [width, height] of [[1440, 900], [360, 740]]) {
  for (const light of ['light', 'dark']) {
    pageCase(`readable at ${width} px, ${light}`, {prepare: async page => { await page.setViewport({width, height}); await scheme(page, light); }}, async ({page}) => {
      await readable(page);
      await picture(page, `replay-list-${width}-${light}`);
      await page.click(`#rows a[href="#${ids[0]}"]`);
      await page.waitForSelector('#theatre:not([hidden])');
      for (const [at, what] of [[2.6, 'click'], [5.3, 'rage'], [6.2, 'error'], [12, 'away']]) {
        await seek(page, at);
        await readable(page);
        await picture(page, `replay-player-${what}-${width}-${light}`);
      }
    });
  }
}
