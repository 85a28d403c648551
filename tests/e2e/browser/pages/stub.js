// The documented line.
(window.rumClient ||= []).push(rum => rum.makeCounter('added_total', {plan: 'pro'}).increment(2), rum => rum.conversion('signup'));
rumClient.push(() => { throw new Error('in an early call'); });
rumClient.push(rum => rum.journey('start'));
