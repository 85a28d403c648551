// The program under test, as the tests see it: where its pages are and what has arrived.
// Everything that knows the fixture server is here, so that another target can take its place.
import {startFixture} from './fixture.mjs';

/** @param {object} [options] see startFixture */
export const startTarget = async options => {
  const fixture = await startFixture(options);
  const flat = () => fixture.batches.flatMap(batch => batch.events);
  return {
    url: path => fixture.origin + path,
    thirdParty: fixture.thirdParty,
    get batches() { return fixture.batches; },
    get bodies() { return fixture.bodies; },
    get violations() { return fixture.violations; },
    get requests() { return fixture.requests; },
    get reference() { return fixture.reference; },
    /** The events of one kind that have arrived. */
    events: kind => flat().filter(each => each.event === kind),
    all: flat,
    /** The sum of `count`s (or `value`s) over the events that match. */
    total: (kind, match = {}, field = 'count') => flat()
      .filter(each => each.event === kind && Object.entries(match).every(([key, value]) => each[key] === value))
      .reduce((sum, each) => sum + (each[field] ?? 1), 0),
    /** Waits until the condition on what has arrived holds. */
    until: async (condition, what = condition.toString()) => {
      const give = Date.now() + 15000;
      for (;;) {
        const value = condition();
        if (value) return value;
        if (Date.now() > give) throw new Error(`never arrived: ${what}\n${JSON.stringify(flat(), null, 1)}\n${JSON.stringify(fixture.reference)}`);
        await new Promise(resolve => setTimeout(resolve, 25));
      }
    },
    stop: () => fixture.stop(),
  };
};
