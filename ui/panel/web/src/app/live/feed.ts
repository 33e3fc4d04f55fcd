import { DestroyRef, Injectable, inject, signal } from '@angular/core';

export type Kind = 'run' | 'review' | 'command' | 'workstation' | 'people' | 'audit';

/** A bell: what has changed, never how. */
export interface Change {
  readonly kind: Kind;
  readonly workstation?: number;
  readonly run?: string;
  readonly id?: number;
}

interface Changes {
  readonly revision: number;
  readonly all: boolean;
  readonly changes: readonly Change[];
}

/** What changed, or `all` for: look at everything again. */
export type Listener = (changes: readonly Change[] | 'all') => void;

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * The server's events. A connection that breaks off is made again (the browser's own retries end at an error page of
 * a proxy or a restarting server, so ours go on); after a break everything is looked at again.
 */
@Injectable({ providedIn: 'root' })
export class Feed {
  /** Since when (milliseconds) nothing is heard; null while all is well. */
  readonly lostSince = signal<number | null>(null);

  readonly #listeners = new Set<Listener>();
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;
  #broken = false;

  start(): void {
    if (this.#source) return;
    const source = new EventSource('/api/events');
    this.#source = source;
    source.addEventListener('open', () => {
      this.#opened();
    });
    source.addEventListener('change', (event: MessageEvent<string>) => {
      const { all, changes } = JSON.parse(event.data) as Changes;
      this.#tell(all ? 'all' : changes);
    });
    source.addEventListener('error', () => {
      this.#lost(source);
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.#wait = FIRST_WAIT;
    this.#broken = false;
    this.lostSince.set(null);
  }

  /** Hear of changes until the caller is destroyed. */
  listen(listener: Listener, until: DestroyRef = inject(DestroyRef)): void {
    this.#listeners.add(listener);
    until.onDestroy(() => this.#listeners.delete(listener));
  }

  #opened(): void {
    this.#wait = FIRST_WAIT;
    this.lostSince.set(null);
    if (this.#broken) this.#tell('all');
    this.#broken = false;
  }

  #lost(source: EventSource): void {
    this.#broken = true;
    if (this.lostSince() === null) this.lostSince.set(Date.now());
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    source.close();
    this.#source = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.start();
    }, this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #tell(changes: readonly Change[] | 'all'): void {
    for (const listener of this.#listeners) listener(changes);
  }
}
