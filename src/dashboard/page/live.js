// @ts-check
/** Asks the server every few seconds, while somebody looks. */
/** @typedef {import('./samples.js').Answer} Answer */
/** @typedef {{answered: (answer: Answer) => void, failed: (why: string) => void, query: () => string, forget: () => void}} Listener */

/** Seconds between questions. */
export const EVERY = 5;
const PATIENCE = 20000;

export class Live {
  /**
   * @param {URL} address
   * @param {Listener} listener
   */
  constructor(address, listener) {
    this.address = address;
    this.listener = listener;
    this.paused = false;
    this.asking = false;
    this.timer = 0;
    document.addEventListener('visibilitychange', () => this.wake());
  }

  /** @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    this.wake();
  }

  /** Asks now, if it is time for anything at all. */
  wake() {
    clearTimeout(this.timer);
    if (!this.paused && !document.hidden) this.ask();
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const response = await fetch(this.address.href + this.listener.query(), {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});
      // The server understands nothing of what this page holds: from the start, then.
      if (response.status === 400) this.listener.forget();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.listener.answered(await response.json());
    } catch (error) {
      this.listener.failed(error instanceof Error && error.message.startsWith('it ') ? error.message : 'it does not answer');
    }
    this.asking = false;
    clearTimeout(this.timer);
    if (!this.paused && !document.hidden) this.timer = setTimeout(() => this.ask(), EVERY * 1000);
  }
}
