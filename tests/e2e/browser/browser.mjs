import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import puppeteer from 'puppeteer-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** @param {string[]} flags beside those that every case has */
export const launch = (...flags) => {
  assert.ok(existsSync(executablePath), `${executablePath} is missing: install Debian's package chromium.`);
  return puppeteer.launch({
    executablePath,
    headless: true,
    protocolTimeout: 30000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...flags],
  });
};

/** A tab in a profile of its own; `tab.errors` is what has been thrown in its pages. */
export const openTab = async (browser, url, prepare = async () => {}) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
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
 * web-vitals waits for an idle moment, at most a second, before it counts an interaction. Idle callbacks run in order: when one
 * that was asked for after the interaction's entry has run, so has its own.
 */
export const referenceSettled = page => page.evaluate(() => new Promise(resolve => {
  setTimeout(() => requestIdleCallback(resolve, {timeout: 1000}), 1000);
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
