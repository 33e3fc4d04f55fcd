import { Injectable, computed, inject } from '@angular/core';

import type { ReviewItem, ReviewQueue } from '../api/models';
import { watched } from '../live/watched';
import { Session } from '../session/session';

/** Questions that ask the same: they may be answered together. */
export interface Asked {
  readonly group: string;
  readonly first: ReviewItem;
  readonly items: readonly ReviewItem[];
}

/** The open questions, those with the nearest deadline first; the badge of the navigation counts them too. */
@Injectable({ providedIn: 'root' })
export class Queue {
  private readonly session = inject(Session);
  readonly watched = watched<ReviewQueue>(
    () => (this.session.ready() ? '/api/reviews' : undefined),
    (change) => change.kind === 'review' || change.kind === 'command',
  );
  readonly open = computed(() => (this.watched.value()?.items ?? []).filter((item) => item.given === null));
}

/** Questions in groups, in the order of the first of each. */
export function asked(items: readonly ReviewItem[]): readonly Asked[] {
  return [...Map.groupBy(items, (item) => item.group)].flatMap(([group, same]) => {
    const [first] = same;
    return first ? [{ group, first, items: same }] : [];
  });
}
