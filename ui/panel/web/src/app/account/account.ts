import { Component, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';

import { Api, Refused } from '../api/client';
import { ProblemNote } from '../design/problem';
import { Sign } from '../design/sign';
import { Session } from '../session/session';

/** Who one is here: roles, password, second factor, signing out. */
@Component({
  selector: 'pd-account',
  imports: [ProblemNote, RouterLink, Sign],
  templateUrl: './account.html',
})
export class Account {
  private readonly api = inject(Api);
  protected readonly session = inject(Session);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly kept = signal(false);

  protected roles(): readonly string[] {
    const roles = Object.entries(this.session.who()?.roles ?? {});
    return roles.map(([office, role]) => `${role} at ${office === '*' ? 'all offices' : office}`);
  }

  protected async change(event: Event): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    this.kept.set(false);
    await this.tried(async () => {
      await this.api.send('POST', '/api/session/password', { old: given.get('old'), new: given.get('new') });
      form.reset();
      this.kept.set(true);
    });
  }

  protected async leave(): Promise<void> {
    await this.tried(() => this.session.signOut());
  }

  private async tried(what: () => Promise<void>): Promise<void> {
    this.refused.set(undefined);
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
  }
}
