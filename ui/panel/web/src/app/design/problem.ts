import { Component, input, output } from '@angular/core';

import type { Refused } from '../api/client';
import { Icon } from './icon';

/** Something was refused, or could not be had: the sentence, and a way to try again where there is one. */
@Component({
  selector: 'pd-problem',
  imports: [Icon],
  template: `
    @if (refused(); as problem) {
      <div class="note failed" role="alert">
        <pd-icon name="failed" />
        <p>{{ problem.message }}</p>
        @if (retry()) {
          <button type="button" class="button low" (click)="again.emit()">Try again</button>
        }
      </div>
    }
  `,
})
export class ProblemNote {
  readonly refused = input.required<Refused | undefined>();
  readonly retry = input(false);
  readonly again = output();
}
