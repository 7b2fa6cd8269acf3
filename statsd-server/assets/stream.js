// The server's event stream, and whether what the page shows is still true.

/** @typedef {{series: string, metric: string, kind: import('./points.js').Kind, value: number | null}} Point */
/** @typedef {{timestamp: number, interval: number, points: Point[], left_out: number}} Frame */
/** @typedef {{version: string, build: string, time: number, interval: number | null, statsd: string | null}} Hello */
/** @typedef {{name: 'connecting' | 'live' | 'reconnecting' | 'stale', age: number}} State */

/** The server beats every two seconds; two may be lost. */
const SILENCE_SECONDS = 5;
const RETRY_MS = 3000;

const seconds = () => performance.now() / 1000;

export class Stream {
  /** @type {EventSource | null} */
  #source = null;
  #heard = seconds();
  #flushed = seconds();
  #everHeard = false;
  #retry = 0;
  interval = 10;

  /** @param {{hello: (hello: Hello) => void, flush: (frame: Frame) => void}} on */
  constructor(on) {
    this.on = on;
    // A browser gives one origin six connections; a tab nobody sees must not keep one.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#close() : this.#open()));
    if (!document.hidden) this.#open();
  }

  /** What to tell the viewer right now. @returns {State} */
  state() {
    const now = seconds();
    const silent = now - this.#heard;
    const idle = now - this.#flushed;
    const dead = silent > SILENCE_SECONDS || idle > this.interval + SILENCE_SECONDS;
    if (this.#everHeard && dead) return { name: 'stale', age: Math.max(silent, idle - this.interval) };
    if (this.#source?.readyState === EventSource.OPEN) return { name: 'live', age: silent };
    return { name: this.#everHeard ? 'reconnecting' : 'connecting', age: silent };
  }

  #open() {
    this.#close();
    const source = new EventSource('live');
    this.#source = source;
    source.addEventListener('hello', (event) => {
      this.#hear();
      this.#flushed = seconds();
      const hello = /** @type {Hello} */ (JSON.parse(event.data));
      this.interval = hello.interval ?? this.interval;
      this.on.hello(hello);
    });
    source.addEventListener('flush', (event) => {
      this.#hear();
      this.#flushed = seconds();
      const frame = /** @type {Frame} */ (JSON.parse(event.data));
      this.interval = frame.interval;
      this.on.flush(frame);
    });
    source.addEventListener('beat', () => this.#hear());
    // The browser retries by itself, except after an answer that is not a stream (503: too many pages).
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) this.#retry = window.setTimeout(() => this.#open(), RETRY_MS);
    });
  }

  #hear() {
    this.#heard = seconds();
    this.#everHeard = true;
  }

  #close() {
    window.clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }
}
