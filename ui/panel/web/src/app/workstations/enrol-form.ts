import { Component, computed, inject, input, output, signal } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { EnrolmentCode } from '../api/models';
import { ProblemNote } from '../design/problem';
import { Time } from '../design/time';

/** Makes a one-time code and shows it this once, with the command to type at the workstation. */
@Component({
  selector: 'pd-enrol-form',
  imports: [ProblemNote, Time],
  template: `
    @if (code(); as made) {
      <div class="stack">
        <p>Type this at {{ made.name }}, in a terminal:</p>
        <p class="one-time code">
          @for (word of words(); track $index) {
            <span class="unbroken">{{ word }}</span>{{ ' ' }}
          }
        </p>
        <p class="quiet small">
          Good until <pd-time [at]="made.expires_at" />, for one computer. It is shown only now; if it is lost, make another.
        </p>
        <div class="dialog-foot">
          <button type="button" class="button main" (click)="done.emit()">Done</button>
        </div>
      </div>
    } @else {
      <form class="stack" (submit)="make($event)">
        <div class="field">
          <label for="enrol-name">What people call it</label>
          <input id="enrol-name" name="name" maxlength="80" required placeholder="FRONT-2" />
        </div>
        <div class="field">
          <label for="enrol-office">Its office</label>
          <input
            id="enrol-office"
            name="office"
            maxlength="40"
            required
            pattern="[a-z0-9][a-z0-9_\\-]*"
            list="enrol-offices"
            [value]="only()"
          />
          <datalist id="enrol-offices">
            @for (office of offices(); track office) {
              <option [value]="office"></option>
            }
          </datalist>
          <p class="hint">Small letters and digits. Who may see and do what is granted by office.</p>
        </div>
        <pd-problem [refused]="refused()" />
        <div class="dialog-foot">
          <button type="button" class="button" (click)="done.emit()">Back</button>
          <button type="submit" class="button main">Make a code</button>
        </div>
      </form>
    }
  `,
})
export class EnrolForm {
  readonly offices = input.required<readonly string[]>();
  readonly made = output();
  readonly done = output();
  private readonly api = inject(Api);
  protected readonly code = signal<EnrolmentCode | undefined>(undefined);
  protected readonly refused = signal<Refused | undefined>(undefined);
  /** A line may end between two words, never inside a code: people would not know whether its hyphen belongs. */
  protected readonly words = computed(() => (this.code()?.command ?? this.code()?.code ?? '').split(' '));
  protected readonly only = computed(() => (this.offices().length === 0 ? 'main' : (this.offices()[0] ?? '')));

  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.refused.set(undefined);
    try {
      const wish = { name: form.get('name'), office: form.get('office') };
      this.code.set(await this.api.send<EnrolmentCode>('POST', '/api/enrolment-codes', wish));
      this.made.emit();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
  }
}
