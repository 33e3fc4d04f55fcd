import { Component, computed, inject, input, signal } from '@angular/core';

import { Refused, nonce } from '../api/client';
import type { Allowed, Run, Verb } from '../api/models';
import { Ask } from '../design/ask';
import { ProblemNote } from '../design/problem';
import { WishResult } from './wish-result';
import { Wishing } from './wishing';

interface Words {
  readonly button: string;
  readonly meaning: string;
  readonly grave: boolean;
}

const WORDS: Partial<Readonly<Record<Verb, Words>>> = {
  run: {
    button: 'Run again',
    meaning: 'A new run begins for the day that is due. What was delivered before is looked up, never entered twice.',
    grave: false,
  },
  retry: {
    button: 'Try again',
    meaning: 'The failed task begins again. What has arrived stays; nothing is entered twice.',
    grave: false,
  },
  resume: {
    button: 'Go on',
    meaning: 'The run goes on from the first task that is not done.',
    grave: false,
  },
  cancel: {
    button: 'Stop',
    meaning: 'The run stops after the record it is at; what is in doubt is settled first.',
    grave: true,
  },
};

/** What may be asked of a run, each confirmed once; below, what became of it. */
@Component({
  selector: 'pd-wish-buttons',
  imports: [Ask, ProblemNote, WishResult],
  template: `
    <div class="stack wish-buttons">
      <div class="row">
        @for (each of offered(); track each.verb) {
          <button
            type="button"
            class="button"
            [class.main]="$first && !each.words.grave"
            [class.grave]="each.words.grave"
            (click)="ask(each.verb)"
          >
            {{ each.words.button }}
          </button>
        }
      </div>
      @for (why of refusals(); track why) {
        <p class="quiet small text">{{ why }}</p>
      }
      @if (given(); as id) {
        <pd-wish-result class="card" [id]="id" [follow]="false" />
      }
    </div>
    <pd-ask [heading]="heading()" [(open)]="asking">
      <p>{{ words()?.meaning }}</p>
      <pd-problem [refused]="refused()" />
      <div class="dialog-foot">
        <button type="button" class="button" (click)="asking.set(false)">Back</button>
        <button
          type="button"
          class="button main"
          [class.grave]="words()?.grave"
          [disabled]="busy()"
          (click)="give()"
        >
          {{ words()?.button }}
        </button>
      </div>
    </pd-ask>
  `,
})
export class WishButtons {
  readonly may = input.required<readonly Allowed[]>();
  readonly run = input.required<Run>();
  private readonly wishing = inject(Wishing);
  private readonly verb = signal<Verb>('retry');
  private pressed = '';
  protected readonly asking = signal(false);
  protected readonly busy = signal(false);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly given = signal<number | undefined>(undefined);
  protected readonly words = computed(() => WORDS[this.verb()]);
  protected readonly heading = computed(
    () => `${this.words()?.button ?? ''}: ${this.run().title} at ${this.run().workstation_name}?`,
  );
  protected readonly offered = computed(() =>
    this.may().flatMap(({ verb, allowed }) => {
      const words = WORDS[verb];
      return allowed && words ? [{ verb, words }] : [];
    }),
  );
  /** Why nothing may be asked; where something may, that is answer enough. */
  protected readonly refusals = computed(() =>
    this.offered().length > 0 ? [] : [...new Set(this.may().map(({ why_not }) => why_not))].filter(Boolean),
  );

  protected ask(verb: Verb): void {
    this.verb.set(verb);
    this.refused.set(undefined);
    this.pressed = nonce();
    this.asking.set(true);
  }

  protected async give(): Promise<void> {
    const { workstation, run, automation } = this.run();
    const verb = this.verb();
    this.busy.set(true);
    try {
      const about = verb === 'run' ? { automation } : { run };
      const command = await this.wishing.give({ workstation, verb, ...about }, this.pressed);
      this.given.set(command.id);
      this.asking.set(false);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
