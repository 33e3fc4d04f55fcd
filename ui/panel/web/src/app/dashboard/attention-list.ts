import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { Attention } from '../api/models';
import { Sign, TONES } from '../design/sign';
import { Time } from '../design/time';

interface Entry {
  readonly of: Attention;
  readonly tone: string;
  readonly link: readonly (string | number)[];
  readonly params: Readonly<Record<string, number>>;
  readonly word: string;
}

/** What wants somebody, the most urgent first, each with the place where one can do something about it. */
@Component({
  selector: 'pd-attention',
  imports: [RouterLink, Sign, Time],
  template: `
    <ul class="attention">
      @for (entry of entries(); track $index) {
        <li [class]="entry.tone">
          <pd-sign [kind]="entry.of.sign">{{ entry.of.words }}</pd-sign>
          <span class="quiet small attention-since">
            @if (entry.of.since; as since) {
              since <pd-time [zone]="entry.of.zone" [at]="since" />
            }
          </span>
          <a class="button low" [routerLink]="entry.link" [queryParams]="entry.params"
            >{{ entry.word }}<span class="hidden-label">: {{ entry.of.words }}</span></a
          >
        </li>
      }
    </ul>
  `,
})
export class AttentionList {
  readonly of = input.required<readonly Attention[]>();
  protected readonly entries = computed(() => this.of().map(entryOf));
}

function entryOf(of: Attention): Entry {
  const tone = TONES[of.sign];
  if (of.kind === 'needs_you') {
    return { of, tone, link: ['/review'], params: { workstation: of.workstation }, word: 'Review' };
  }
  if (of.run) return { of, tone, link: ['/runs', of.workstation, of.run], params: {}, word: 'Look' };
  return { of, tone, link: ['/workstations'], params: {}, word: 'Look' };
}
