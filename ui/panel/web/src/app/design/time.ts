import { Component, computed, inject, input } from '@angular/core';

import { Clock } from '../live/clock';
import { Moments, ago } from '../words/moments';

/**
 * A moment as one reads it: `05:41`, or how long ago it was with the moment itself on pointing at it. With `zone`
 * in that office's zone, which is named on pointing at it, and, if `placed`, beside it where the reader's clock
 * shows another time; else in the reader's own.
 */
@Component({
  selector: 'pd-time',
  template: `<time class="nowrap" [attr.datetime]="at()" [attr.title]="hint()">{{ words() }}</time>`,
})
export class Time {
  readonly at = input.required<string>();
  readonly zone = input<string | null>();
  readonly form = input<'clock' | 'ago' | 'exact'>('clock');
  readonly placed = input(true);
  private readonly clock = inject(Clock);
  private readonly moments = computed(() => new Moments(this.zone(), new Date(this.clock.now())));
  protected readonly words = computed(() => {
    if (this.form() === 'ago') return ago(this.at(), this.clock.now());
    const told = this.form() === 'exact' ? this.moments().exactly(this.at()) : this.moments().at(this.at());
    return this.placed() ? `${told} ${this.moments().place(this.at())}`.trimEnd() : told;
  });
  protected readonly hint = computed(() => {
    const told = [this.form() === 'ago' ? this.moments().at(this.at()) : '', this.zone() ?? ''];
    return told.filter((part) => part !== '').join(', ') || null;
  });
}
