/**
 * What the parts of the script use and TypeScript's own DOM library does not (or not everywhere) declare,
 * and the one global the script defines. Types only: nothing here reaches the browser.
 */

// The parameters of the function that the parts stand in; the server fills them in when it serves the script.
/** Path that takes the batches. */
declare const beaconPath: string;
/** Stay off where Global Privacy Control or Do Not Track says so. */
declare const privacy: boolean;
/** Declared third parties: origin to service name. */
declare const thirdParties: Record<string, string>;
/** DOM event types to count. */
declare const interactionTypes: string[];
/** The Server-Timing entry that holds the document's trace context; empty where the host wants no exemplars. */
declare const traceName: string;

type Labels = Record<string, string>;
type ErrorKind = 'exception' | 'rejection' | 'resource' | 'script_error' | 'reported';

interface RumClient {
  makeCounter(name: string, labels?: Labels): {increment(by?: number): void};
  makeHistogram(name: string, labels?: Labels): {observe(value: number): void};
  conversion(goal: string): void;
  journey(path: string): void;
  error(kind?: ErrorKind): void;
  /** Names the current single-page route. */
  page(endpoint: string): void;
  /** Calls back with this object: at once, or where the script is still loading, when it is there. */
  push?(call: EarlyCall): void;
  /** What an array has, and this has not. */
  map?: undefined;
}

interface Window {
  rumClient?: RumClient | EarlyCall[];
}

type EarlyCall = (client: RumClient) => void;

/** One page view: a load, a restore from the back/forward cache, or a route of a single-page app. */
interface View {
  _start: number;
  _path: string;
  _endpoint?: string;
  /** The id of the trace that the document belongs to. */
  _trace?: string;
  /** Named by the page itself. */
  _named?: boolean;
  /** LCP, CLS and blocking time; absent while unknown or not supported. */
  _lcp?: number;
  _cls?: number;
  _blocking?: number;
  /** The open session window of layout shifts. */
  _shiftSum?: number;
  _shiftFirst?: number;
  _shiftLast?: number;
  /** The ten slowest interactions, slowest first. */
  _longest: {_id: number; _duration: number}[];
  _interactionsBefore: number;
}

/** What a tab remembers between page views. */
interface Session {
  begin: number;
  last: number;
  visible: number;
  goals: string[];
  engaged?: boolean;
  prev?: string; // the endpoint of the view before
}

// Event Timing, https://www.w3.org/TR/event-timing/
interface PerformanceEventTiming {
  readonly interactionId: number;
}

// Layout Instability, https://wicg.github.io/layout-instability/
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

// Long Animation Frames, https://w3c.github.io/long-animation-frames/
interface PerformanceLongAnimationFrameTiming extends PerformanceEntry {
  readonly blockingDuration: number;
}

// Prerendering Revamped, https://wicg.github.io/nav-speculation/prerendering.html
interface Document {
  readonly prerendering?: boolean;
}
interface PerformanceNavigationTiming {
  readonly activationStart?: number;
}

// Global Privacy Control, https://w3c.github.io/gpc/; Tracking Preference Expression (DNT)
interface Navigator {
  readonly globalPrivacyControl?: boolean;
}

// Deferred Fetching, https://fetch.spec.whatwg.org/#deferred-fetch
interface Window {
  fetchLater?: (url: string, init: RequestInit & {activateAfter?: number}) => {readonly activated: boolean};
}
