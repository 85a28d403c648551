// What a tab remembers.

/** @type {string} */
let id;
/** @type {number} */
let began;
/** @type {number} */
let last;

/** @type {(state: ReplayTab) => void} */
const remember = quiet(state => {
  sessionStorage.rumReplay = JSON.stringify(state);
});

/** @type {() => ReplayTab | undefined} */
const recall = quiet(() => JSON.parse(sessionStorage.rumReplay));

const renew = () => {
  id = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  began = last = Date.now();
};

/** @type {(time: number) => boolean} Half an hour without a sign of life; or an hour, which is as much as a server keeps of one. */
const isOver = time => !(time - last < 18e5 && time - began < 36e5);
