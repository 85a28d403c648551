/** What the parts of the script use and TypeScript's own DOM library does not declare. Types only: nothing here reaches the browser. */

// The parameters of the function that the parts stand in; the server fills them in when it serves the script.
/** Path that takes the batches. */
declare const eventPath: string;
/** Stay off where Global Privacy Control or Do Not Track says so. */
declare const privacy: boolean;

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
