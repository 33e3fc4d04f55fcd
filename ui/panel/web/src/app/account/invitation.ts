import { Component, computed, inject, signal } from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';

import { Api, Refused } from '../api/client';
import type { InvitationState } from '../api/models';
import { Empty } from '../design/empty';
import { Icon } from '../design/icon';
import { ProblemNote } from '../design/problem';
import { Session } from '../session/session';

/**
 * The first password of somebody who was given a link; the first admin also chooses name and login.
 * The link's token stands behind the #, which no server and no proxy's log ever sees.
 */
@Component({
  selector: 'pd-invitation',
  imports: [Empty, Icon, ProblemNote],
  template: `
    <div class="narrow stack wide">
      <p class="brand plain-brand"><pd-icon name="predawn" />Predawn</p>
      @if (invited(); as whom) {
        <form class="card stack" (submit)="accept($event)">
          <h1>{{ whom.first ? 'The first admin' : 'Welcome, ' + whom.name }}</h1>
          @if (whom.first) {
            <p class="quiet">You look after this panel from now on: its workstations, and who may sign in.</p>
            <div class="field">
              <label for="name">Your name</label>
              <input id="name" name="name" maxlength="80" required autocomplete="name" />
            </div>
            <div class="field">
              <label for="login">Sign in as</label>
              <input
                id="login"
                name="login"
                maxlength="40"
                required
                autocomplete="username"
                autocapitalize="none"
                pattern="[a-z0-9][a-z0-9._\\-]*"
              />
              <p class="hint">Small letters and digits.</p>
            </div>
          } @else {
            <p class="quiet">You will sign in as <strong>{{ whom.login }}</strong>.</p>
            <input class="hidden-label" name="username" autocomplete="username" readonly tabindex="-1" aria-hidden="true" [value]="whom.login" />
          }
          <div class="field">
            <label for="password">Choose a password</label>
            <input
              id="password"
              name="password"
              type="password"
              minlength="12"
              maxlength="200"
              required
              autocomplete="new-password"
            />
            <p class="hint">12 signs or more. Four or five words are better than a few odd signs.</p>
          </div>
          <pd-problem [refused]="refused()" />
          <button type="submit" class="button main" [disabled]="busy()">Go on</button>
        </form>
      } @else if (refused()) {
        <h1>This link</h1>
        <pd-problem [refused]="refused()" />
        <p class="quiet">A link is good for one day and for one use. Ask whoever gave it to you for a new one.</p>
      } @else if (token() === '') {
        <h1>This link</h1>
        <pd-empty heading="Part of the link is missing.">
          <p>Open it exactly as you were given it, with everything behind the #.</p>
        </pd-empty>
      }
    </div>
  `,
})
export class Invitation {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  protected readonly token = signal(inject(ActivatedRoute).snapshot.fragment ?? '');
  protected readonly invited = signal<InvitationState | undefined>(undefined);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly busy = signal(false);
  protected readonly first = computed(() => this.invited()?.first === true);

  constructor() {
    if (this.token()) void this.tried(async () => {
      this.invited.set(await this.api.send<InvitationState>('POST', '/api/invitation/state', { token: this.token() }));
    });
  }

  protected async accept(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const own = this.first() ? { login: form.get('login'), name: form.get('name') } : {};
    await this.tried(async () => {
      await this.api.send('POST', '/api/invitation', { token: this.token(), password: form.get('password'), ...own });
      await this.session.refresh();
      await this.router.navigateByUrl('/');
    });
  }

  private async tried(what: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    this.refused.set(undefined);
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
