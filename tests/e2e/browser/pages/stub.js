(window.rumClient ||= []).push(rum => rum.makeCounter('early', {plan: 'pro'}).increment(2), rum => rum.conversion('signup'));
rumClient.push(() => { throw new Error('in an early call'); });
rumClient.push(rum => rum.journey('start'));
