// What every page for operators must be: readable, without overflow, and without a complaint of the browser's.
import assert from 'node:assert/strict';

/** Before the page loads: collects what its policy forbade and what its console complained of. */
export const watch = async page => {
  page.complaints = [];
  page.on('console', message => ['error', 'warn'].includes(message.type()) && page.complaints.push(message.text()));
  page.on('dialog', dialog => {
    page.complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', event => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
};

export const content = async page => {
  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.complaints, []);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
};

/** That nothing is wider than the window, and each text has the contrast that WCAG 2.2 AA asks for. */
export const readable = async page => {
  const {wide, pale} = await page.evaluate(() => {
    const numbers = color => {
      const [r, g, b, a = 1] = color.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
      const unit = color.startsWith('color(') ? 1 : 255;
      return [r / unit, g / unit, b / unit, a];
    };
    const over = ([r, g, b, a], ground) => [r, g, b].map((value, index) => value * a + ground[index] * (1 - a));
    const ground = element => {
      if (!element) return [1, 1, 1];
      const color = numbers(getComputedStyle(element).backgroundColor);
      return color[3] === 1 ? color.slice(0, 3) : over(color, ground(element.parentElement));
    };
    const luminance = channels => {
      const [r, g, b] = channels.map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = element => {
      const behind = ground(element);
      const [one, two] = [luminance(over(numbers(getComputedStyle(element).color), behind)), luminance(behind)];
      return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    };
    const pale = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!/\S/.test(walker.currentNode.data) || !element.checkVisibility({visibilityProperty: true}) || element.closest('svg, option, noscript')) continue;
      const ratio = contrast(element);
      if (ratio < 4.5 && !element.closest(':disabled')) pale.push(`${element.textContent.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('body *')].filter(each => each.checkVisibility() && !each.closest('svg, .hidden') && each.getBoundingClientRect().right > root.clientWidth + 0.5);
    return {pale, wide: root.scrollWidth > root.clientWidth ? ['the page itself'] : wide.map(each => `${each.localName}#${each.id}.${each.className}`)};
  });
  assert.deepEqual(wide, []);
  assert.deepEqual(pale, []);
};

export const scheme = (page, value) => page.emulateMediaFeatures([{name: 'prefers-color-scheme', value}]);

/** A picture for whoever wants to look, where SCREENSHOTS names a folder. */
export const picture = async (page, name) => {
  if (process.env.SCREENSHOTS) await page.screenshot({path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: true});
};
