import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import puppeteer from 'puppeteer-core';
import {PATIENCE} from './patience.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** @param {string[]} flags beside those that every case has */
export const launch = (...flags) => {
  assert.ok(existsSync(executablePath), `${executablePath} is missing: install Debian's package chromium.`);
  return puppeteer.launch({
    executablePath,
    headless: true,
    timeout: PATIENCE,
    protocolTimeout: PATIENCE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...flags],
  });
};

/** One that does not say in its user agent that a program drives it. Pages say so still, by `navigator.webdriver`; see `undriven`. */
export const launchUnnamed = () =>
  launch('--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36');

/** Hides from a page's scripts that a program drives the browser. */
export const undriven = page => page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'webdriver', {value: false}));

/** A tab in a profile of its own; `tab.errors` is what has been thrown in its pages. */
export const openTab = async (browser, url, prepare = async () => {}) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on('pageerror', error => errors.push(error.message));
  await prepare(page);
  if (url) {
    await page.goto(url, {waitUntil: 'load'});
    await painted(page);
  }
  return Object.assign(page, {errors, context});
};

/** Until the first paint has been reported. */
export const painted = page => page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);

/**
 * Until web-vitals has counted the interactions so far. Their entries come once their frame is on the screen, so before that of
 * an element in a later frame; web-vitals counts them in an idle moment, and idle callbacks run in the order in which they were asked for.
 */
export const referenceSettled = page => page.evaluate(() => new Promise(resolve => {
  const idle = () => requestIdleCallback(resolve, {timeout: 1000});
  // Firefox tells of no element: there it is time that has to do.
  if (!PerformanceObserver.supportedEntryTypes.includes('element')) return setTimeout(idle, 1000);
  const mark = Object.assign(document.createElement('i'), {textContent: '.'});
  mark.style.cssText = 'position: fixed; top: 0; left: 0';
  mark.setAttribute('elementtiming', crypto.randomUUID());
  new PerformanceObserver((list, observer) => {
    if (!list.getEntries().some(({identifier}) => identifier === mark.getAttribute('elementtiming'))) return;
    observer.disconnect();
    mark.remove();
    idle();
  }).observe({type: 'element'});
  document.body.append(mark);
}));

/** Hides the tab for real, behind another one. */
export const hide = async page => {
  const other = await page.context.newPage();
  await other.bringToFront();
  await page.waitForFunction(() => document.visibilityState === 'hidden', {polling: 50});
  return other;
};

export const show = async page => {
  await page.bringToFront();
  await page.waitForFunction(() => document.visibilityState === 'visible', {polling: 50});
};
