// rrweb's recorder and player, the npm packages, through this server: recorded in one page, played in another.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openTab} from './browser.mjs';
import {content, picture, watch} from './page-checks.mjs';
import {ids} from './recording.mjs';
import {eventually} from './patience.mjs';
import {startReplay} from './replay.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const rrwebCase = (name, drive, replay = {rrweb: true}) => test(name, async () => {
  const target = await startReplay({replay});
  try {
    await drive(target);
  } finally {
    await target.stop();
  }
});

/** The document in the frame in which rrweb's player rebuilds the page. */
const replayed = page => page.waitForFunction(() => {
  const frame = document.querySelector('#foreign iframe');
  return frame?.contentDocument?.body?.childElementCount && frame.contentDocument;
});

const play = async (target, id) => {
  const page = await openTab(browser, undefined, watch);
  await page.setViewport({width: 1280, height: 900});
  await page.goto(target.url(`/replay#${id}`));
  return page;
};

rrwebCase('a page recorded by rrweb is played by its player', async target => {
  const recorded = await openTab(browser, target.url('/page/replay/1?without&scripts=/files/rrweb.js,/files/rrweb-post.js'));
  await recorded.click('#plain');
  await recorded.type('#words', 'seen');
  await recorded.evaluate(() => {
    document.querySelector('h1').textContent = 'Changed while it was recorded';
    document.querySelector('h1').style.color = 'rgb(1, 2, 3)';
    document.body.prepend(Object.assign(document.createElement('aside'), {id: 'added', textContent: 'Added later'}));
  });
  const id = await recorded.evaluate(() => window.posted());
  await recorded.context.close();
  const [session] = await eventually(async () => {
    const sessions = await target.sessions();
    return sessions[0]?.events > 5 && sessions;
  }, 'the recording');
  assert.deepEqual([session.id, session.format, session.pages], [id, 'rrweb', 1]);

  const page = await play(target, id);
  const frame = await replayed(page);
  assert.match(await page.$eval('#about', about => about.textContent), /· \d:\d\d · \d+ events$/);
  await page.evaluate(() => document.querySelector('.rr-controller__btns button').click());
  await page.waitForFunction(() => document.querySelector('#foreign iframe').contentDocument.querySelector('#added'));
  const seen = await frame.evaluate(played => ({
    heading: played.querySelector('h1').textContent,
    button: played.querySelector('#plain').textContent,
    added: played.querySelector('#added').textContent,
    scripts: played.scripts.length,
    sandbox: played.defaultView.frameElement.getAttribute('sandbox'),
  }));
  assert.deepEqual(seen, {heading: 'Changed while it was recorded', button: 'A zebra\'s button', added: 'Added later', scripts: 0, sandbox: 'allow-same-origin'});
  await picture(page, 'replay-rrweb');
  await page.click('#back');
  await page.waitForSelector('#sessions:not([hidden])');
  assert.equal(await page.$('#foreign iframe'), null);
  await content(page);
});

const START = Date.UTC(2026, 0, 15, 12, 0, 0);
const element = (id, tagName, attributes, ...childNodes) => ({type: 2, id, tagName, attributes, childNodes});
const HOSTILE = 'parent.stolen = top.stolen = window.stolen = true';
const hostile = [
  {type: 4, timestamp: START, data: {href: 'javascript:' + HOSTILE, width: 800, height: 600}},
  {type: 2, timestamp: START + 10, data: {initialOffset: {left: 0, top: 0}, node: {type: 0, id: 1, childNodes: [
    {type: 1, id: 2, name: 'html', publicId: '', systemId: ''},
    element(3, 'html', {},
      element(4, 'head', {}, element(5, 'script', {}, {type: 3, id: 6, textContent: HOSTILE}), element(7, 'meta', {'http-equiv': 'refresh', content: '0;url=javascript:' + HOSTILE})),
      element(8, 'body', {onload: HOSTILE},
        element(9, 'img', {src: 'data:,', onerror: HOSTILE}),
        element(10, 'a', {href: 'javascript:' + HOSTILE, id: 'link', target: '_top'}, {type: 3, id: 11, textContent: 'link'}),
        element(12, 'iframe', {srcdoc: `<script>${HOSTILE}</script>`}),
        element(13, 'svg', {onload: HOSTILE, isSVG: true}),
        element(14, 'form', {action: 'javascript:' + HOSTILE}, element(15, 'button', {id: 'send', autofocus: '', onfocus: HOSTILE})),
        element(16, 'object', {data: 'javascript:' + HOSTILE}),
        element(17, 'p', {id: 'witness'}, {type: 3, id: 18, textContent: `<script>${HOSTILE}</script>`}))),
  ]}}},
  {type: 3, timestamp: START + 500, data: {source: 0, texts: [], attributes: [{id: 17, attributes: {onclick: HOSTILE, style: {'background-image': 'url("javascript:0")'}}}], removes: [],
    adds: [{parentId: 8, nextId: null, node: element(20, 'script', {}), previousId: null}, {parentId: 20, nextId: null, node: {type: 3, id: 21, textContent: HOSTILE, isStyle: false}}]}},
  {type: 3, timestamp: START + 1000, data: {source: 1, positions: [{x: 5, y: 5, id: 17, timeOffset: 0}]}},
];

rrwebCase('what hostile events of rrweb hold is not run', async target => {
  await target.store(ids[0], hostile, {format: 'rrweb'});
  const page = await play(target, ids[0]);
  const frame = await replayed(page);
  await page.evaluate(() => document.querySelector('.rr-controller__btns button').click());
  await new Promise(resolve => setTimeout(resolve, 1800));
  assert.equal(await frame.evaluate(played => played.querySelector('#witness').textContent), `<script>${HOSTILE}</script>`);
  await frame.evaluate(played => { played.querySelector('#link').click(); played.querySelector('#send').click(); played.querySelector('#witness').click(); });
  await new Promise(resolve => setTimeout(resolve, 300));
  assert.equal(await page.evaluate(() => window.stolen), undefined);
  assert.equal(new URL(page.url()).pathname, '/replay');
  assert.ok(!page.complaints.some(each => each.startsWith('a dialog')));
});

rrwebCase('without a player the page says so', async target => {
  await target.store(ids[0], hostile, {format: 'rrweb'});
  const page = await play(target, ids[0]);
  await page.waitForFunction(() => document.querySelector('#foreign')?.textContent.includes('Replay::rrweb_player'));
  await content(page);
}, {rrweb: true, player: false});

rrwebCase('a recording that rrweb cannot play says so', async target => {
  await target.store(ids[0], [{type: 4, timestamp: START, data: {href: '', width: 1, height: 1}}], {format: 'rrweb'});
  const page = await play(target, ids[0]);
  await page.waitForFunction(() => /does not play this/.test(document.querySelector('#foreign')?.textContent));
});
