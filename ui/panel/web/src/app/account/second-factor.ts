import { Component, computed, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';

import { Api, Refused } from '../api/client';
import type { SecondFactor, Session as SignedIn } from '../api/models';
import { ProblemNote } from '../design/problem';
import { Session } from '../session/session';
import { safely } from './back';

/** Sets up an authenticator app: a picture to scan, or a text to type, then the first six digits. */
@Component({
  selector: 'pd-second-factor',
  imports: [ProblemNote],
  template: `
    <div class="narrow stack wide">
      <form class="card stack" (submit)="confirm($event)">
        <h1>Second factor</h1>
        <p>
          Whoever may start runs or answer questions signs in with an authenticator app as well. Scan this with it, or type
          the text into it.
        </p>
        @if (factor(); as made) {
          <img class="qr" [src]="picture()" alt="The same text as below, for scanning" width="200" height="200" />
          <p class="one-time">{{ made.secret }}</p>
          <div class="field">
            <label for="code">The six digits that it shows now</label>
            <input
              id="code"
              name="code"
              inputmode="numeric"
              pattern="[0-9]{6}"
              maxlength="6"
              required
              autocomplete="one-time-code"
            />
          </div>
        }
        <pd-problem [refused]="refused()" />
        <button type="submit" class="button main" [disabled]="busy() || !factor()">Confirm</button>
        <button type="button" class="button plain" (click)="leave()">{{ session.ready() ? 'Back' : 'Sign out' }}</button>
      </form>
    </div>
  `,
})
export class SecondFactorPage {
  readonly back = input<string>();
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  protected readonly session = inject(Session);
  protected readonly factor = signal<SecondFactor | undefined>(undefined);
  protected readonly refused = signal<Refused | undefined>(undefined);
  protected readonly busy = signal(false);
  protected readonly picture = computed(() => `data:image/svg+xml,${encodeURIComponent(this.factor()?.svg ?? '')}`);

  constructor() {
    void this.tried(async () => {
      await this.session.known();
      this.factor.set(await this.api.send<SecondFactor>('POST', '/api/session/second-factor'));
    });
  }

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    const code = new FormData(event.target as HTMLFormElement).get('code');
    await this.tried(async () => {
      await this.api.send<SignedIn>('POST', '/api/session/second-factor/confirm', { code });
      await this.session.refresh();
      await this.router.navigateByUrl(safely(this.back()));
    });
  }

  protected async leave(): Promise<void> {
    if (this.session.ready()) await this.router.navigateByUrl('/account');
    else await this.tried(() => this.session.signOut());
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
