import { type Signal, computed, effect, inject, signal, untracked } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { Change } from './feed';
import { type Watched, watched } from './watched';

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list that is read page by page, newest first: its first page is followed, older ones are fetched on demand. */
export interface Pages<T> {
  readonly first: Watched<Page<T>>;
  readonly items: Signal<readonly T[]>;
  readonly more: Signal<boolean>;
  readonly refused: Signal<Refused | undefined>;
  older(): Promise<void>;
}

/** `path` takes the further query (`after`) of an older page. */
export function pages<T>(
  path: (more: Readonly<Record<string, string>>) => string,
  key: (item: T) => string,
  concerns: (change: Change) => boolean,
): Pages<T> {
  const api = inject(Api);
  const first = watched<Page<T>>(() => path({}), concerns);
  const fetched = signal<readonly T[]>([]);
  const next = signal<string | null | undefined>(undefined);
  const failed = signal<Refused | undefined>(undefined);
  const address = computed(() => path({}));

  effect(() => {
    address();
    untracked(() => {
      fetched.set([]);
      next.set(undefined);
      failed.set(undefined);
    });
  });

  const after = computed(() => (next() === undefined ? (first.value()?.next ?? null) : (next() ?? null)));
  return {
    first,
    items: computed(() => {
      const known = new Map<string, T>();
      for (const item of [...(first.value()?.items ?? []), ...fetched()]) {
        if (!known.has(key(item))) known.set(key(item), item);
      }
      return [...known.values()];
    }),
    more: computed(() => after() !== null),
    refused: computed(() => failed() ?? first.refused()),
    async older(): Promise<void> {
      const from = untracked(address);
      const mark = untracked(after);
      if (mark === null) return;
      try {
        const page = await api.get<Page<T>>(path({ after: mark }));
        if (from !== untracked(address)) return;
        fetched.update((items) => [...items, ...page.items]);
        next.set(page.next);
        failed.set(undefined);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        failed.set(error);
      }
    },
  };
}
