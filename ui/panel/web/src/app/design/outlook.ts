import { Component, computed, inject, input } from '@angular/core';

import type { Forecast } from '../api/models';
import { Clock } from '../live/clock';
import { Moments } from '../words/moments';

const WIDTH = 240;
const EDGE = 4;

/** When it will be done beside when it must be: from now on the left to the later of the two on the right. */
@Component({
  selector: 'pd-outlook',
  template: `
    <p class="quiet small">{{ words() }}</p>
    <svg class="outlook" viewBox="0 0 240 28" aria-hidden="true">
      <line class="axis" x1="4" x2="236" y1="8" y2="8" />
      @if (band(); as span) {
        <line class="band" [attr.x1]="span.from" [attr.x2]="span.to" y1="8" y2="8" />
      }
      <line class="tick" x1="4" x2="4" y1="4" y2="12" />
      <text x="0" y="26">now</text>
      <line class="deadline" [attr.x1]="deadline()" [attr.x2]="deadline()" y1="0" y2="16" />
      <text [attr.x]="label().x" y="26" [attr.text-anchor]="label().anchor">{{ label().words }}</text>
    </svg>
  `,
})
export class Outlook {
  readonly of = input.required<Forecast>();
  readonly zone = input<string | null>();
  private readonly clock = inject(Clock);
  private readonly end = computed(() => {
    const { deadline_at, latest_at } = this.of();
    return Math.max(Date.parse(deadline_at), latest_at ? Date.parse(latest_at) : 0, this.clock.now() + 60_000);
  });
  protected readonly words = computed(() => {
    const { words, earliest_at, latest_at } = this.of();
    if (!earliest_at || !latest_at) return words;
    const moments = new Moments(this.zone(), new Date(this.clock.now()));
    return `${words}, about ${moments.at(earliest_at)}–${moments.at(latest_at)} ${moments.place(latest_at)}`.trimEnd();
  });
  protected readonly deadline = computed(() => this.at(this.of().deadline_at));
  protected readonly band = computed(() => {
    const { earliest_at, latest_at } = this.of();
    if (!earliest_at || !latest_at) return undefined;
    const from = this.at(earliest_at);
    return { from, to: Math.max(this.at(latest_at), from + 4) };
  });
  protected readonly label = computed(() => {
    const x = this.deadline();
    const words = new Moments(this.zone(), new Date(this.clock.now())).at(this.of().deadline_at);
    if (x > WIDTH - 24) return { x: WIDTH, anchor: 'end', words };
    return { x: Math.max(x, 48), anchor: 'middle', words };
  });

  private at(moment: string): number {
    const now = this.clock.now();
    const share = (Date.parse(moment) - now) / (this.end() - now);
    return EDGE + Math.min(1, Math.max(0, share)) * (WIDTH - 2 * EDGE);
  }
}
