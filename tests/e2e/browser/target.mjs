// The program under test, as the tests see it: where its pages are, what has arrived, and what its /metrics made of it.
import assert from 'node:assert/strict';
import {fileURLToPath} from 'node:url';
import {eventually} from './patience.mjs';
import {build, run} from './program.mjs';
import {differences, expected, exposed, servedTemplates} from './tally.mjs';
import {startThirdParty} from './third-party.mjs';

const path = name => fileURLToPath(new URL(name, import.meta.url));
const FILES = {
  'web-vitals.js': path('node_modules/web-vitals/dist/web-vitals.iife.js'),
  'faro.js': path('node_modules/@grafana/faro-web-sdk/dist/bundle/faro-web-sdk.iife.js'),
  'rrweb.js': path('node_modules/rrweb/dist/rrweb.umd.min.cjs'),
  'rrweb-record.js': path('node_modules/@rrweb/record/dist/record.umd.min.cjs'),
  'rrweb-player.js': path('node_modules/rrweb-player/dist/rrweb-player.umd.min.cjs'),
  'rrweb-player.css': path('node_modules/rrweb-player/dist/style.min.css'),
  ...Object.fromEntries(['page', 'reference', 'stub', 'proxy-stub', 'throws', 'vitals-only', 'faro-start', 'replay-page', 'replay-work', 'rrweb-post'].map(name => [`${name}.js`, path(`pages/${name}.js`)])),
};

let program;

/** @param {object} [settings] of the site; `third_party: true` is an origin that this starts and the site declares */
export const startTarget = async (settings = {}) => {
  program ??= build('../Cargo.toml', '--bin', 'site', '--tests');
  const third = settings.third_party ? await startThirdParty() : undefined;
  let elsewhere;
  const bodies = [], batches = [], requests = [], reference = [], violations = [];
  const sent = {};
  const take = {
    '/log-beacon': beacon => {
      bodies.push(beacon);
      batches.push(JSON.parse(beacon.text));
    },
    '/reference': ({text}) => reference.push(JSON.parse(text)),
    '/violation': ({text}) => violations.push(text),
  };
  const site = await run(program, {SITE: JSON.stringify({...settings, third_party: third?.origin, files: FILES})}, line => {
    if (!line.startsWith('{')) return; // the first line is the origin
    const told = JSON.parse(line);
    if (told.elsewhere) elsewhere = told.elsewhere;
    else if (told.request) {
      requests.push(told.request);
      sent[told.request] = (sent[told.request] ?? 0) + (told.length ?? 0);
    }
    else take[told.post](told);
  });

  // The line after the first.
  if (settings.elsewhere) await eventually(() => elsewhere, 'the origin elsewhere');

  const flat = () => batches.flatMap(batch => batch.events);
  const metrics = async () => (await fetch(`${site.first}/metrics`)).text();
  return {
    url: path => site.first + path,
    /** The same pages under an origin of their own, where `elsewhere` is set. */
    elsewhere: path => elsewhere + path,
    thirdParty: third?.origin,
    metrics,
    batches, bodies, violations, requests, reference,
    /** Bytes of the bodies that have arrived, by path, where they are not told whole. */
    sent,
    /** The events of one kind that have arrived. */
    events: kind => flat().filter(each => each.event === kind),
    all: flat,
    /** The sum of `count`s (or `value`s) over the events that match. */
    total: (kind, match = {}, field = 'count') => flat()
      .filter(each => each.event === kind && Object.entries(match).every(([key, value]) => each[key] === value))
      .reduce((sum, each) => sum + (each[field] ?? 1), 0),
    /** Waits until the condition on what has arrived holds. */
    until: (condition, what = condition.toString()) =>
      eventually(condition, what, () => `${JSON.stringify(flat(), null, 1)}\n${JSON.stringify(reference)}`),
    /**
     * That /metrics equals what browsers have sent, to the count, and that just so many events were refused.
     * @param {Record<string, number>} [refused] by reason
     */
    agrees: (refused = {}) => {
      let different;
      // A batch may be recorded and not yet told, or still on its way.
      return eventually(async () => {
        const text = await metrics();
        const sent = expected(bodies, servedTemplates(text), settings.privacy ?? true);
        different = differences(sent, exposed(text));
        if (different.length > 0) return;
        const reasons = Object.entries(sent).flatMap(([key, count]) => /^rum_rejected_total\{reason="(.*)"\}/.test(key) ? [[/"(.*)"/.exec(key)[1], count]] : []);
        assert.deepEqual(Object.fromEntries(reasons), refused);
        return text;
      }, '/metrics is what was sent', () => different.join('\n'));
    },
    stop: async () => {
      await site.stop();
      await third?.stop();
    },
  };
};
