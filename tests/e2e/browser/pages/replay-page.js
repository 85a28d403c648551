// What tests have the recorded page do, as its own script would.
const fail = () => { setTimeout(() => { throw new Error('zebra'); }); };
const rejectQuietly = () => { Promise.reject(new Error('zebra')); };
const missing = () => document.body.append(Object.assign(new Image(), {src: '/missing-zebra.png', alt: 'zebra'}));
