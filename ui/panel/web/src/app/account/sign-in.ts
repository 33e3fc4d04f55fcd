import { Component, type ElementRef, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { Router } from '@angular/router';

import { Refused } from '../api/client';
import { Icon } from '../design/icon';
import { ProblemNote } from '../design/problem';
import { Session } from '../session/session';
import { safely } from './back';

/** Name and password, and the six digits where the server asks for them. */
@Component({
  selector: 'pd-sign-in',
  imports: [Icon, ProblemNote],
  template: `
    <div class="narrow stack wide">
      <p class="brand plain-brand"><pd-icon name="predawn" />Predawn</p>
      <form class="card stack" (submit)="signIn($event)">
        <h1>Sign in</h1>
        <div class="field" [hidden]="codeWanted()">
          <label for="login">Name</label>
          <input id="login" name="login" maxlength="40" required autocomplete="username" autocapitalize="none" />
        </div>
        <div class="field" [hidden]="codeWanted()">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" maxlength="200" required autocomplete="current-password" />
        </div>
        @if (codeWanted()) {
          <div class="field">
            <label for="code">The six digits that your authenticator app shows now</label>
            <input
              #code
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
        <pd-problem [refused]="shown()" />
        <button type="submit" class="button main" [disabled]="busy()">Sign in</button>
        @if (codeWanted()) {
          <button type="button" class="button plain" (click)="codeWanted.set(false)">Another name</button>
        }
      </form>
      <p class="quiet small">Forgotten your password? Ask somebody who looks after the panel for a new link.</p>
    </div>
  `,
})
export class SignIn {
  readonly back = input<string>();
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly code = viewChild<ElementRef<HTMLInputElement>>('code');
  private readonly refused = signal<Refused | undefined>(undefined);
  protected readonly codeWanted = signal(false);
  protected readonly busy = signal(false);
  protected readonly shown = computed(() =>
    this.refused()?.code === 'second_factor_wanted' ? undefined : this.refused(),
  );

  constructor() {
    effect(() => {
      this.code()?.nativeElement.focus();
    });
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    this.busy.set(true);
    this.refused.set(undefined);
    try {
      await this.session.signIn(text('login').trim(), text('password'), text('code') || null);
      await this.router.navigateByUrl(safely(this.back()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
      if (error.code === 'second_factor_wanted') this.codeWanted.set(true);
    } finally {
      this.busy.set(false);
    }
  }
}
