import { Component, computed, inject, signal } from '@angular/core';

import { Api, Refused } from '../api/client';
import type { Invited, Person } from '../api/models';
import { Ask } from '../design/ask';
import { ProblemNote } from '../design/problem';
import { Time } from '../design/time';
import { watched } from '../live/watched';
import { Session } from '../session/session';
import { PersonForm } from './person-form';
import { ROLE_WORDS } from './roles';

/** Who may sign in, and what each may do at which office. */
@Component({
  selector: 'pd-people',
  imports: [Ask, PersonForm, ProblemNote, Time],
  templateUrl: './people.html',
})
export class People {
  private readonly api = inject(Api);
  protected readonly session = inject(Session);
  protected readonly people = watched<readonly Person[]>(
    () => '/api/people',
    (change) => change.kind === 'people',
  );
  protected readonly adding = signal(false);
  protected readonly changing = signal<Person | undefined>(undefined);
  protected readonly inviting = signal<Person | undefined>(undefined);
  protected readonly invited = signal<Invited | undefined>(undefined);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly offices = computed(() => this.session.who()?.offices ?? []);
  protected readonly link = computed(() => {
    const invited = this.invited();
    return invited ? location.origin + invited.path : '';
  });

  protected rolesOf(person: Person): readonly string[] {
    return Object.entries(person.roles).map(
      ([office, role]) => `${ROLE_WORDS[role]} · ${office === '*' ? 'all offices' : office}`,
    );
  }

  protected standing(person: Person): string {
    if (person.disabled) return 'may not sign in';
    if (person.invited) return 'invited, no password yet';
    return person.second_factor ? 'second factor set' : 'no second factor';
  }

  protected added(invited: Invited): void {
    this.adding.set(false);
    this.invited.set(invited);
    this.people.reload();
  }

  protected changed(): void {
    this.changing.set(undefined);
    this.people.reload();
  }

  protected async switch(person: Person): Promise<void> {
    await this.tried(() => this.api.send('PATCH', `/api/people/${String(person.id)}`, { disabled: !person.disabled }));
  }

  protected async invite(): Promise<void> {
    const person = this.inviting();
    if (!person) return;
    await this.tried(async () => {
      this.invited.set(await this.api.send<Invited>('POST', `/api/people/${String(person.id)}/invitation`));
    });
    this.inviting.set(undefined);
  }

  private async tried(what: () => Promise<unknown>): Promise<void> {
    this.refused.set(undefined);
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
    this.people.reload();
  }
}
