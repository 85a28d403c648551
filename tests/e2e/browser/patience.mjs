// Tests wait for what comes, not for a time.
import assert from 'node:assert/strict';

/** How long anything may take that comes at once on an idle machine: long enough for a busy one, and only a hang takes longer. */
export const PATIENCE = 90_000;

/**
 * Until the condition holds; then what it said.
 * @param {string} what is waited for
 * @param {() => string | Promise<string>} [seen] what there is instead
 */
export const eventually = async (condition, what, seen = () => '') => {
  const give = Date.now() + PATIENCE;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > give) assert.fail(`never: ${what}\n${await seen()}`);
    await new Promise(resolve => setTimeout(resolve, 25));
  }
};
