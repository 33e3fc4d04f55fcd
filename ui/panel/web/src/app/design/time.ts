import { Component, computed, inject, input } from '@angular/core';

import { Clock } from '../live/clock';
import { Moments, ago } from '../words/moments';

/** A moment as one reads it: `05:41`, or how long ago it was with the moment itself on pointing at it. */
@Component({
  selector: 'pd-time',
  template: `<time class="nowrap" [attr.datetime]="at()" [attr.title]="hint()">{{ words() }}</time>`,
})
export class Time {
  readonly at = input.required<string>();
  readonly form = input<'clock' | 'ago' | 'exact'>('clock');
  private readonly clock = inject(Clock);
  private readonly moments = computed(() => new Moments(undefined, new Date(this.clock.now())));
  protected readonly words = computed(() => {
    if (this.form() === 'ago') return ago(this.at(), this.clock.now());
    return this.form() === 'exact' ? this.moments().exactly(this.at()) : this.moments().at(this.at());
  });
  protected readonly hint = computed(() => (this.form() === 'ago' ? this.moments().at(this.at()) : null));
}
