import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { Command, RunDetail } from '../api/models';
import { Meter } from '../design/meter';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Time } from '../design/time';
import { watched } from '../live/watched';

/** What becomes of a wish, live: on its way, taken by the workstation, and then the run itself. */
@Component({
  selector: 'pd-wish-result',
  imports: [Meter, ProblemNote, RouterLink, Sign, Time],
  template: `
    <div class="wish-result stack" aria-live="polite">
      <pd-problem [refused]="command.refused()" [retry]="true" (again)="command.reload()" />
      @if (command.value(); as wish) {
        <div class="row apart">
          <pd-sign [kind]="wish.sign">{{ wish.words }}</pd-sign>
          <span class="quiet small">{{ wish.workstation_name }} · <pd-time form="exact" [at]="wish.given_at" /></span>
        </div>
      }
      @if (run(); as known) {
        <div class="stack tight">
          <pd-sign [kind]="known.sign">{{ known.words }}</pd-sign>
          @if (known.progress; as progress) {
            <pd-meter [of]="progress" />
          }
          @if (known.why) {
            <p class="small text">{{ known.why }}</p>
          }
          <p><a [routerLink]="['/runs', known.workstation, known.run]">See this run</a></p>
        </div>
      }
    </div>
  `,
})
export class WishResult {
  readonly id = input.required<number>();
  /** Whether the run that it is about is shown too. */
  readonly follow = input(true);
  protected readonly command = watched<Command>(
    () => `/api/commands/${String(this.id())}`,
    (change) => change.kind === 'command',
  );
  private readonly place = computed(() => {
    const wish = this.command.value();
    return this.follow() && wish?.run && wish.state === 'done' ? `${String(wish.workstation)}/${wish.run}` : undefined;
  });
  private readonly detail = watched<RunDetail>(
    () => (this.place() === undefined ? undefined : `/api/runs/${this.place() ?? ''}`),
    (change) => change.kind === 'run',
  );
  protected readonly run = computed(() => (this.place() === undefined ? undefined : this.detail.value()?.run));
}
