/** What rum-replay.js uses and TypeScript's own DOM library does not declare. Types only: nothing here reaches the browser. */

/** Replaced, spread and all, by the server's own arguments when it serves the script. */
declare const __RUM_CONFIG__: [
  /** Path that takes the batches. */
  eventPath: string,
  /** Stay off where Global Privacy Control or Do Not Track says so. */
  privacy: boolean,
];

/** What a tab remembers: whether it was drawn and, from one page to the next, its session. */
interface ReplayTab {
  sampled: boolean;
  /** 128 random bits. */
  id?: string;
  began?: number;
  last?: number;
}

interface Window {
  /** The recorder is there. */
  rumReplay?: boolean;
}

// Prerendering Revamped, https://wicg.github.io/nav-speculation/prerendering.html
interface Document {
  readonly prerendering?: boolean;
}

// Global Privacy Control, https://w3c.github.io/gpc/; Tracking Preference Expression (DNT)
interface Navigator {
  readonly globalPrivacyControl?: boolean;
}
