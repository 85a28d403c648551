// A page of the site, what it does driven by a test, and what has arrived of it held against /metrics.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openTab} from './browser.mjs';
import {startTarget} from './target.mjs';

export let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What `drive` returns is how many events were refused, by reason. */
export const eventCase = (name, options, drive) => test(name, async () => {
  const target = await startTarget(options.target);
  try {
    const page = await openTab(browser, target.url(options.path ?? '/page/1?no-reference'), options.prepare);
    const refused = await drive({page, target});
    if (!options.throws) assert.deepEqual(page.errors, []);
    if (!options.violates) assert.deepEqual(target.violations, []);
    await target.agrees(refused);
  } finally {
    await target.stop();
  }
});

export const close = async (page, target) => {
  await page.close();
  await target.until(() => target.events('page_view').length > 0);
  await target.until(() => target.events('web_vitals').some(each => 'cls' in each));
};
