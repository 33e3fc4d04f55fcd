import { Component, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';

import { Refused } from '../api/client';
import { ProblemNote } from '../design/problem';
import { Session } from '../session/session';
import { safely } from './back';

/** The server gave no answer when the page was opened. */
@Component({
  selector: 'pd-unreachable',
  imports: [ProblemNote],
  template: `
    <div class="narrow stack">
      <h1>The panel does not answer</h1>
      <p>Runs go on all the same: workstations need no panel. Each shows in its own window how things stand.</p>
      <pd-problem [refused]="refused()" />
      <button type="button" class="button main" (click)="again()">Try again</button>
    </div>
  `,
})
export class Unreachable {
  readonly back = input<string>();
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  protected readonly refused = signal<Refused | undefined>(undefined);

  protected async again(): Promise<void> {
    this.refused.set(undefined);
    try {
      await this.session.known();
      await this.router.navigateByUrl(safely(this.back()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.set(error);
    }
  }
}
