import { Component, computed, input } from '@angular/core';

import type { Counts } from '../api/models';
import { grouped } from '../words/numbers';

interface Part {
  readonly words: string;
  readonly tone: string;
  readonly count: number;
  readonly shown: string;
}

// The words of SCREENS.md for what became of a record, in the order in which a reader asks.
const STATES: readonly (readonly [keyof Counts, string, string])[] = [
  ['verified', 'Arrived', 'done'],
  ['confirmed', 'Entered, not yet read back', 'running'],
  ['intended', 'Being entered', 'running'],
  ['in_doubt', 'Being checked', 'risk'],
  ['in_review', 'Needs you', 'needs'],
  ['rejected', 'Refused by the site', 'failed'],
  ['invalid', 'Cannot be right', 'failed'],
  ['taken', 'Being entered by hand', 'waiting'],
  ['skipped', 'Left out by a person', 'waiting'],
  ['planned', 'To enter', 'waiting'],
];

/** What became of a run's records: one bar, and each part with its number. */
@Component({
  selector: 'pd-run-counts',
  template: `
    <div class="parts-bar" aria-hidden="true">
      @for (part of parts(); track part.words) {
        <span [class]="part.tone" [style.flex-grow]="part.count"></span>
      }
    </div>
    <dl class="parts">
      @for (part of parts(); track part.words) {
        <div [class]="part.tone">
          <dt>{{ part.words }}</dt>
          <dd>{{ part.shown }}</dd>
        </div>
      }
      <div>
        <dt>{{ all() }}</dt>
        <dd>{{ total() }}</dd>
      </div>
      @if (counts().left_out > 0) {
        <div>
          <dt>Rows left out with a reason</dt>
          <dd>{{ leftOut() }}</dd>
        </div>
      }
    </dl>
  `,
})
export class RunCounts {
  readonly counts = input.required<Counts>();
  readonly noun = input.required<readonly string[]>();
  protected readonly parts = computed<readonly Part[]>(() =>
    STATES.flatMap(([state, words, tone]) => {
      const count = this.counts()[state];
      return count > 0 ? [{ words, tone, count, shown: grouped(count) }] : [];
    }),
  );
  protected readonly all = computed(() => `All ${this.noun()[1] ?? 'records'}`);
  protected readonly total = computed(() => grouped(this.counts().total));
  protected readonly leftOut = computed(() => grouped(this.counts().left_out));
}
