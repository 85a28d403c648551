// A stub of a page's own, by which calls read as they do after the script has come.
window.rumClient ||= (queue => { const later = get => new Proxy(queue, {get: (_, name) => name in queue ? queue[name] : (...args) => { let result; queue.push(rum => { result = get(rum)[name](...args); }); return later(() => result); }}); return later(rum => rum); })([]);
window.counter = rumClient.makeCounter('added_total', {plan: 'pro'});
counter.increment(2);
rumClient.journey('start');
