// What the recorder records, and what it never does; read back from what the server has stored.
import assert from 'node:assert/strict';
import {hide, show} from './browser.mjs';
import {drawn, leave, of, pictured, recorderCase, rest, settled} from './recorder.mjs';

/** By keyboard: page.select() sends events that no visitor causes. */
const choose = async page => {
  await page.focus('#animal');
  await page.keyboard.press('ArrowDown');
};
/** So that nothing has to be scrolled to. */
const tall = page => page.setViewport({width: 800, height: 1400});
const without = ({timestamp, ...event}) => event;

recorderCase('every kind of event', {throws: true}, async ({page, target}) => {
  const began = Date.now();
  await settled(page);
  await page.mouse.move(100, 100);
  await rest(page, 150);
  await page.mouse.move(300, 140, {steps: 4});
  await rest(page, 150);
  await page.click('#plain');
  await page.type('#name', 'zebra');
  await page.click('#agree');
  await page.click('#one');
  await choose(page);
  await page.type('#password', 'zebra');
  await page.evaluate(() => { document.getElementById('scroller').scrollTop = 300; });
  await page.evaluate(() => scrollTo(0, 700));
  await drawn(page, 150);
  await pictured(page, () => { fail(); rejectQuietly(); missing(); });
  await page.waitForFunction(() => window.watched.errors === 3);
  await page.setViewport({width: 700, height: 500});
  await page.waitForFunction(() => innerWidth === 700);
  await drawn(page, 250);
  await hide(page);
  await show(page);
  const events = await leave(page, target);

  const kinds = new Set(events.map(each => each.type));
  assert.deepEqual([...kinds].sort(), ['click', 'error', 'input', 'layout', 'move', 'navigation', 'scroll', 'viewport', 'visibility']);
  assert.deepEqual(events.slice(0, 2).map(each => each.type), ['viewport', 'navigation']);
  assert.deepEqual(of(events, 'navigation').map(without), [{type: 'navigation', endpoint: '/page/replay/{id}'}]);
  const [first, last] = [of(events, 'viewport')[0], of(events, 'viewport').at(-1)];
  assert.deepEqual([first.width, first.height], [800, 600]);
  assert.ok(of(events, 'viewport').some(each => each.document_height > 2400 && each.document_width === 800));
  assert.deepEqual([last.width, last.height], [700, 500]);
  assert.ok(of(events, 'move').some(({x, y}) => x === 300 && y === 140));
  const [click] = of(events, 'click');
  assert.equal(click.target, 'button#plain');
  assert.ok(click.x > 0 && click.y > 300);
  assert.deepEqual(of(events, 'input').map(without), [
    {type: 'input', target: 'input#name', field: 'text'},
    {type: 'input', target: 'input#agree', field: 'checkbox'},
    {type: 'input', target: 'input#one', field: 'radio'},
    {type: 'input', target: 'select#animal', field: 'select'},
    {type: 'input', target: 'input#password', field: 'password'},
  ]);
  assert.ok(of(events, 'scroll').some(each => each.target === 'div#scroller' && each.y === 300));
  assert.ok(of(events, 'scroll').some(each => !each.target && each.y === 700));
  assert.deepEqual(of(events, 'error').map(each => each.kind).sort(), ['exception', 'rejection', 'resource']);
  assert.deepEqual(of(events, 'visibility').map(each => each.state), ['hidden', 'visible']);
  for (const {timestamp} of events) assert.ok(timestamp >= began - 3000 && timestamp <= Date.now());

  const boxes = of(events, 'layout')[0].boxes;
  assert.deepEqual(new Set(boxes.map(each => each[4])), new Set(['link', 'button', 'field', 'image', 'heading', 'text', 'masked']));
  const [listed] = await target.sessions();
  assert.deepEqual([listed.format, listed.pages, listed.errors], ['rum', 1, 3]);
  assert.equal(listed.events, events.length);
});

recorderCase('boxes are where the elements are', {}, async ({page, target}) => {
  await pictured(page, () => scrollTo(0, 100));
  const seen = await page.evaluate(() => ['#plain', 'h1', '#name', '.hero', '#secret', 'nav a', '#unseen'].map(selector => {
    const {x, y, right, bottom} = document.querySelector(selector).getBoundingClientRect();
    const [left, top] = [Math.round(x + scrollX), Math.round(y + scrollY)];
    return [left, top, Math.round(right + scrollX) - left, Math.round(bottom + scrollY) - top];
  }));
  const unseen = seen.pop();
  const events = await leave(page, target);
  const boxes = of(events, 'layout').at(-1).boxes.map(box => box.join());
  const wanted = seen.map((box, index) => [...box, ['button', 'heading', 'field', 'image', 'masked', 'link'][index]].join());
  assert.deepEqual(wanted.filter(box => !boxes.includes(box)), []);
  assert.ok(boxes.length > 20 && !boxes.includes([...unseen, 'text'].join()));
});

recorderCase('no text, no value, no address, no name of a class', {throws: true}, async ({page, target}) => {
  await settled(page);
  for (const selector of ['#plain', '#buy', '[data-zebra]', '#zebra7', '.css-zebra', 'h1', '.hero']) await page.click(selector);
  for (const selector of ['#name', '#password', '#words', '#card', '#hushed']) await page.type(selector, 'a zebra, twice zebra');
  await choose(page);
  await pictured(page, () => {
    fail(); rejectQuietly(); missing();
    document.title = 'zebra again';
    document.querySelector('h1').append(' zebra');
    document.getElementById('name').blur();
  });
  await page.waitForFunction(() => window.watched.errors === 3);
  await page.click('#next');
  await page.waitForFunction(() => location.pathname === '/page/replay/2');
  await settled(page);
  const events = await leave(page, target, 2);
  assert.ok(of(events, 'navigation').length === 2 && of(events, 'layout').length > 1 && of(events, 'error').length === 3);
  assert.ok(of(events, 'click').length >= 8);
  assert.doesNotMatch(JSON.stringify(events), /zebra/i);
  assert.doesNotMatch(JSON.stringify(events), /okapi|1234|http|token|page\/replay\/[12]/i);
  assert.deepEqual(of(events, 'click').slice(0, 4).map(each => each.target), ['button#plain', '[data-rum="buy"]', 'body>button:nth-of-type(3)', 'body>button:nth-of-type(4)']);
});

recorderCase('how much was typed is not told', {}, async ({page, target}) => {
  await page.type('#words', 'x'.repeat(60));
  await page.focus('#name');
  await page.keyboard.type('short');
  await page.focus('#words');
  await page.keyboard.type('again');
  await page.focus('#plain');
  await page.focus('#words');
  await page.keyboard.type('once more');
  await page.focus('#much');
  for (let times = 0; times < 5; times++) await page.keyboard.press('ArrowRight');
  await settled(page);
  const events = await leave(page, target);
  assert.deepEqual(of(events, 'input').map(each => each.target), ['textarea#words', 'input#name', 'textarea#words', 'textarea#words', 'input#much']);
});

recorderCase('a masked element is one box, and what is in it is it', {prepare: tall}, async ({page, target}) => {
  const {x, y, width, height} = await (await page.$('#secret')).boundingBox();
  const centre = [Math.round(x + width / 2), Math.round(y + height / 2)];
  await settled(page);
  for (const key of ['#first', '#second', '#third']) {
    await page.click(key);
    await rest(page, 150);
  }
  await page.type('#card', '4111');
  for (let times = 0; times < 3; times++) await page.click('#masked');
  await drawn(page, 150);
  await pictured(page, () => { document.getElementById('plain').className = 'changed'; });
  const events = await leave(page, target);
  const clicks = of(events, 'click');
  assert.deepEqual(clicks.slice(0, 3).map(each => [each.x, each.y, each.target]), Array(3).fill([...centre, 'div#secret']));
  assert.ok(of(events, 'move').every(each => each.timestamp > clicks[2].timestamp || (each.x === centre[0] && each.y === centre[1])));
  assert.deepEqual(of(events, 'input').map(without), [
    {type: 'input', target: 'div#secret', field: 'other'},
    {type: 'input', target: 'input#masked', field: 'other'},
  ]);
  const inside = box => box[0] >= Math.floor(x) && box[1] >= Math.floor(y) && box[0] + box[2] <= Math.ceil(x + width) && box[1] + box[3] <= Math.ceil(y + height);
  assert.deepEqual(of(events, 'layout')[0].boxes.filter(inside).map(box => box[4]), ['masked']);
});

recorderCase('of an ignored element there is nothing', {prepare: tall}, async ({page, target}) => {
  const {x, y, width, height} = await (await page.$('#private')).boundingBox();
  await settled(page);
  await page.mouse.move(x + 5, y + 5);
  await rest(page, 150);
  await page.click('#hush');
  await page.type('#hushed', 'hush');
  await pictured(page, () => document.getElementById('hush').append(new Image().cloneNode()));
  await rest(page, 150);
  const events = await leave(page, target);
  assert.deepEqual([...of(events, 'click'), ...of(events, 'input'), ...of(events, 'move')], []);
  const touches = box => box[0] < x + width && box[0] + box[2] > x && box[1] < y + height - 1 && box[1] + box[3] > y + 1;
  assert.deepEqual(of(events, 'layout')[0].boxes.filter(touches), []);
});

recorderCase('a click on a label is one click, and one by keyboard has a place', {}, async ({page, target}) => {
  await page.click('#agree-label', {offset: {x: 10, y: 10}});
  const middle = await page.evaluate(() => {
    const {x, y, width, height} = document.getElementById('plain').getBoundingClientRect();
    document.getElementById('plain').focus();
    return [Math.round(x + width / 2), Math.round(y + height / 2)];
  });
  await page.keyboard.press('Enter');
  await settled(page);
  const clicks = of(await leave(page, target), 'click');
  assert.equal(clicks.length, 2);
  assert.deepEqual([clicks[1].x, clicks[1].y, clicks[1].target], [...middle, 'button#plain']);
});

recorderCase('at most ten positions a second', {}, async ({page, target}) => {
  for (let step = 0; step < 100; step++) await page.mouse.move(100 + step, 200);
  await rest(page, 150);
  // All at once: only the last one counts.
  await page.evaluate(() => {
    for (let x = 1; x <= 50; x++) document.body.dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: 9, bubbles: true}));
  });
  await rest(page, 150);
  for (let x = 301; x <= 305; x++) {
    await page.mouse.move(x, 200);
    await rest(page, 150);
  }
  const moves = of(await leave(page, target), 'move');
  // Timers are not early, but the times told are whole milliseconds.
  for (let at = 1; at < moves.length; at++) assert.ok(moves[at].timestamp - moves[at - 1].timestamp >= 98, JSON.stringify(moves));
  assert.deepEqual(moves.slice(-7).map(({x}) => x), [199, 50, 301, 302, 303, 304, 305]);
});

recorderCase('a page of ten thousand elements', {}, async ({page, target}) => {
  await pictured(page, () => {
    const rows = Array.from({length: 10000}, (_, row) => Object.assign(document.createElement('p'), {textContent: `zebra ${row}`}));
    for (const row of rows) row.style.cssText = 'font-size: 3px; height: 4px; margin: 0';
    document.body.append(...rows);
  });
  await pictured(page, () => scrollTo(0, document.body.scrollHeight / 2));
  await drawn(page, 150);
  await pictured(page, () => { for (const row of document.querySelectorAll('p')) row.style.height = '2px'; document.body.className = 'flat'; });
  const events = await leave(page, target);
  for (const {boxes} of of(events, 'layout')) assert.ok(boxes.length <= 200);
  const middle = of(events, 'scroll').at(-1).y;
  const [flat, high] = of(events, 'layout').map(each => each.boxes).reverse();
  // More than 200 rows are in the window and around it: the window goes first.
  assert.ok(high.length < 200 && high.some(box => Math.abs(box[1] - middle) < 10) && high.some(box => Math.abs(box[1] - middle - 590) < 10));
  assert.equal(flat.length, 200);
});
