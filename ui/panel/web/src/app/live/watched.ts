import { DestroyRef, type Signal, computed, effect, inject, signal, untracked } from '@angular/core';

import { Api, Refused } from '../api/client';
import { type Change, Feed } from './feed';

/** Changes that come in a burst are one look, no more often than this (milliseconds). */
const PAUSE = 200;

/** Something read from the server, and read again whenever the server says that it changed. */
export interface Watched<T> {
  /** The last that was heard: it stays while newer is fetched, and when fetching fails. */
  readonly value: Signal<T | undefined>;
  readonly refused: Signal<Refused | undefined>;
  /** True until the first answer for the present address. */
  readonly pending: Signal<boolean>;
  /** Put in what is already known, such as a command's own answer. */
  set(value: T): void;
  reload(): void;
}

/** How to ask only for what is new since the last answer, and how to put that into it. */
export interface Increment<T> {
  since(last: T): string;
  merge(last: T, heard: T): T;
}

/**
 * Watch what stands at an address, for as long as the caller lives.
 *
 * `path` may be undefined: then nothing is read. `concerns` tells which changes are a reason to look again.
 */
export function watched<T>(
  path: () => string | undefined,
  concerns: (change: Change) => boolean,
  increment?: Increment<T>,
): Watched<T> {
  const api = inject(Api);
  const until = inject(DestroyRef);
  const address = computed(path);
  const value = signal<T | undefined>(undefined);
  const refused = signal<Refused | undefined>(undefined);
  const answered = signal<string | undefined>(undefined);
  let running: AbortController | undefined;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(from: string): Promise<void> {
    const own = new AbortController();
    const stale = (): boolean => running !== own;
    const wanted = (): boolean => again;
    running = own;
    again = false;
    const last = answered() === from ? value() : undefined;
    try {
      const asked = last !== undefined && increment ? increment.since(last) : from;
      const heard = await api.get<T>(asked, own.signal);
      if (stale()) return;
      value.set(last !== undefined && increment ? increment.merge(last, heard) : heard);
      refused.set(undefined);
    } catch (error) {
      if (stale()) return;
      if (!(error instanceof Refused)) throw error;
      refused.set(error);
    } finally {
      if (!stale()) {
        running = undefined;
        answered.set(from);
        if (wanted()) later();
      }
    }
  }

  function now(): void {
    const from = untracked(address);
    if (from === undefined) return;
    if (running) again = true;
    else void load(from);
  }

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      now();
    }, PAUSE);
  }

  effect(() => {
    const from = address();
    running?.abort();
    running = undefined;
    if (from !== undefined) untracked(() => void load(from));
  });
  inject(Feed).listen((changes) => {
    if (changes === 'all' || changes.some(concerns)) later();
  }, until);
  until.onDestroy(() => {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  });

  return {
    value: value.asReadonly(),
    refused: refused.asReadonly(),
    pending: computed(() => address() !== undefined && answered() !== address()),
    set: (known) => {
      value.set(known);
    },
    reload: now,
  };
}
