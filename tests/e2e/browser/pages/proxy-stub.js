// The documented line, and calls as they are written after it.
window.rumClient ||= (queue => { const later = get => new Proxy(queue, {get: (_, name) => name in queue ? queue[name] : (...args) => { let result; queue.push(rum => { result = get(rum)[name](...args); }); return later(() => result); }}); return later(rum => rum); })([]);
window.counter = rumClient.makeCounter('early', {plan: 'pro'});
counter.increment(2);
rumClient.journey('start');
