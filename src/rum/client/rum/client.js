// What the page itself may call.

/** @type {RumClient} */
const client = {
  makeCounter: (name, labels) => ({
    increment: (by = 1) => {
      // What the server is going to refuse must not spoil the sum of the others.
      push({event: 'counter', name, labels, value: 0}, Number.isInteger(by) && by > 0 && by <= 1000 && by);
    },
  }),
  makeHistogram: (name, labels) => ({
    observe: value => push({event: 'histogram', name, labels, value}),
  }),
  conversion: goal => later(() => {
    const {goals} = resume();
    if (goals.includes(goal)) return;
    goals.push(goal);
    push({event: 'conversion', goal});
    engage();
  }),
  journey: path => push({event: 'journey', path}),
  error: countError,
  page: endpoint => {
    if (view._named && endpoint != view._endpoint) openView(now());
    view._endpoint = endpoint;
    view._named = true;
  },
};
