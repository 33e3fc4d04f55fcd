import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';

import type { ReviewItem } from '../api/models';
import { Time } from '../design/time';

/** Questions that were answered, and by whom. */
@Component({
  selector: 'pd-answered',
  imports: [RouterLink, Time],
  template: `
    <div class="table-frame">
      <table class="folding">
        <caption class="hidden-label">
          Answered questions, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Question</th>
            <th scope="col">Answer</th>
            <th scope="col">By</th>
            <th scope="col">Run</th>
          </tr>
        </thead>
        <tbody>
          @for (item of of(); track item.id) {
            <tr>
              <th scope="row" class="text">{{ item.words }}</th>
              <td class="text" data-label="Answer">{{ item.given?.words }}</td>
              <td class="text" data-label="By">
                {{ item.given?.by }}
                @if (item.given?.at; as at) {
                  <span class="quiet small"> · <pd-time [zone]="item.zone" [at]="at" /></span>
                }
              </td>
              <td class="text" data-label="Run">
                <a [routerLink]="['/runs', item.workstation, item.run]">{{ item.title }}</a>
                <span class="quiet small"> · {{ item.workstation_name }}</span>
              </td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
})
export class AnsweredList {
  readonly of = input.required<readonly ReviewItem[]>();
}
