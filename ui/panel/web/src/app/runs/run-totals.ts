import { Component, input } from '@angular/core';

import type { Figure } from '../api/models';
import { Sign } from '../design/sign';

/** Counts and control totals side by side; what does not agree is marked in word, sign and colour. */
@Component({
  selector: 'pd-run-totals',
  imports: [Sign],
  template: `
    <div class="table-frame">
      <table class="folding">
        <caption class="hidden-label">
          Totals from file to target
        </caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="number">In the file</th>
            <th scope="col" class="number">Prepared</th>
            <th scope="col" class="number">Entered</th>
            <th scope="col" class="number">In the target</th>
            <th scope="col">Agrees</th>
          </tr>
        </thead>
        <tbody>
          @for (figure of totals(); track figure.place + figure.name) {
            <tr>
              <th scope="row" class="text">
                {{ figure.name }}
                @if (figure.place) {
                  <span class="quiet small">{{ figure.place }}</span>
                }
              </th>
              <td class="number" data-label="In the file">{{ figure.source ?? '–' }}</td>
              <td class="number" data-label="Prepared">{{ figure.processed ?? '–' }}</td>
              <td class="number" data-label="Entered">{{ figure.delivered ?? '–' }}</td>
              <td class="number" [class.unequal]="!figure.equal" data-label="In the target">
                {{ figure.target ?? '–' }}
              </td>
              <td>
                <pd-sign [kind]="figure.equal ? 'done' : 'failed'">{{ figure.equal ? 'equal' : 'unequal' }}</pd-sign>
              </td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
})
export class RunTotals {
  readonly totals = input.required<readonly Figure[]>();
}
