import { Component, computed, inject, input, linkedSignal, output, signal } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { Invited, Person, Role } from '../api/models';
import { ProblemNote } from '../design/problem';
import { Session } from '../session/session';
import { ROLE_MEANINGS } from './roles';

/** Somebody new, or what changes of somebody: name, and a role for each office. */
@Component({
  selector: 'pd-person-form',
  imports: [ProblemNote],
  template: `
    <form class="stack" (submit)="keep($event)">
      <div class="field">
        <label for="person-name">Name</label>
        <input id="person-name" name="name" maxlength="80" required autocomplete="off" [value]="person()?.name ?? ''" />
      </div>
      @if (!person()) {
        <div class="field">
          <label for="person-login">Signs in as</label>
          <input
            id="person-login"
            name="login"
            maxlength="40"
            required
            autocomplete="off"
            pattern="[a-z0-9][a-z0-9._\\-]*"
            placeholder="jo"
          />
          <p class="hint">Small letters and digits; dot, dash and underline may stand inside.</p>
        </div>
      }
      @for (place of places(); track place) {
        <div class="field">
          <label [attr.for]="'role-' + $index">{{ place === '*' ? 'At all offices' : 'At ' + place }}</label>
          <select [id]="'role-' + $index" (change)="grant(place, $event)">
            <option value="" [selected]="!roles()[place]">Nothing</option>
            @for (each of meanings; track each.role) {
              <option [value]="each.role" [selected]="roles()[place] === each.role">{{ each.words }}</option>
            }
          </select>
        </div>
      }
      <pd-problem [refused]="refused()" />
      <div class="dialog-foot">
        <button type="button" class="button" (click)="back.emit()">Back</button>
        <button type="submit" class="button main">{{ person() ? 'Keep' : 'Add' }}</button>
      </div>
    </form>
  `,
})
export class PersonForm {
  readonly offices = input.required<readonly string[]>();
  readonly person = input<Person>();
  readonly added = output<Invited>();
  readonly changed = output();
  readonly back = output();
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  protected readonly meanings = ROLE_MEANINGS;
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly roles = linkedSignal<Readonly<Partial<Record<string, Role>>>>(() => this.person()?.roles ?? {});
  /** Where this admin may grant something. */
  protected readonly places = computed(() => {
    const own = this.offices().filter((office) => office !== '*' && this.session.can('admin', office));
    return this.session.can('admin', '*') ? ['*', ...own] : own;
  });

  protected grant(place: string, event: Event): void {
    const role = (event.target as HTMLSelectElement).value as Role | '';
    const rest = Object.fromEntries(Object.entries(this.roles()).filter(([office]) => office !== place));
    this.roles.set(role === '' ? rest : { ...rest, [place]: role });
  }

  protected async keep(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const wanted = { name: form.get('name'), roles: this.roles() };
    const person = this.person();
    this.refused.set(undefined);
    try {
      if (person) {
        await this.api.send('PATCH', `/api/people/${String(person.id)}`, wanted);
        this.changed.emit();
      } else {
        const login = form.get('login');
        this.added.emit(await this.api.send<Invited>('POST', '/api/people', { ...wanted, login }));
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
  }
}
